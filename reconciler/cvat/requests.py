"""Work that the server does in the background: waiting for it, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event

from reconciler.cvat.session import Session
from reconciler.errors import ReconcilerError, ServerError

OnProgress = Callable[[float | None], None]
"""Told how far it is: 0 to 1, or None when the server does not say."""


class WorkFailed(ServerError):  # noqa: N818 - what happened, in the contract's words
    """The server took the work and could not do it; carries the last line of its message."""


class Stopped(ReconcilerError):  # noqa: N818 - no error: a person said stop
    """The stop event was set while the server works: the work goes on there, and can be waited for again."""

    exit_code = 130


@dataclass(frozen=True)
class Finished:
    """Work that is done. `result_url`: where an export can be downloaded; `result_id`: what an import made."""

    result_url: str | None
    result_id: int | None
    message: str


def wait_for(
    session: Session,
    rq_id: str,
    doing: str,
    *,
    stop: Event,
    on_progress: OnProgress | None = None,
    timeout: float | None = None,
) -> Finished:
    """Wait until the server has done a piece of work; `doing` says what failed otherwise."""
    raise NotImplementedError  # filled in next


def running_request(session: Session, *, task_id: int, operation: str) -> str | None:
    """Give the id of a request on a task ("create:task") that is queued or started, if there is one."""
    raise NotImplementedError  # filled in next
