"""Work that the server does in the background: ordering it, waiting for it, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from time import monotonic
from typing import Final
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, ValidationError

from reconciler.cvat.calls import as_model, call
from reconciler.cvat.capabilities import PAGE_SIZE
from reconciler.cvat.models import Date
from reconciler.cvat.refusals import not_cvat_json, one_line
from reconciler.cvat.session import Session
from reconciler.cvat.transport import Answer, Query
from reconciler.errors import ReconcilerError, ServerError

OnProgress = Callable[[float | None], None]
"""Told how far it is: 0 to 1, or None when the server does not say."""

_FIRST_PAUSE: Final = 0.1  # seconds between two looks; each is longer than the last
_LONGEST_PAUSE: Final = 5.0
_UNDER_WAY: Final = ("queued", "started")
_BROKEN_OFF: Final = {
    "stopped": "it was stopped on the server",
    "canceled": "it was cancelled on the server",
}
"""States that CVAT's documents do not know: it passes on what RQ says, but for deferred and scheduled work, which is
queued (CVAT's source: RequestSerializer)."""


class WorkFailed(ServerError):  # noqa: N818 - what happened, in the contract's words
    """The server took the work and could not do it; carries the last line of its message."""


class LostSight(ServerError):  # noqa: N818 - as above
    """The server took the work, and then could not be asked what came of it, or has forgotten it: it may go on."""


class Stopped(ReconcilerError):  # noqa: N818 - no error: a person said stop
    """The stop event was set: what the server has begun goes on there, and can be waited for again."""

    exit_code = 130


class StoppedWaiting(Stopped):
    """… while the server worked on what it was told to."""


@dataclass(frozen=True)
class Finished:
    """Work that is done. `result_url`: where an export can be downloaded; `result_id`: what an import made.

    `began` is when the server set about it: what it read is of then, or later.
    """

    result_url: str | None
    result_id: int | None
    message: str
    began: datetime | None = None


@dataclass(frozen=True)
class Ordered:
    """Work that the server has taken on. `attached`: the same was under way already, by whomever it was ordered."""

    rq_id: str
    attached: bool


class _Tolerant(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Operation(_Tolerant):
    type: str | None = None
    target: str | None = None
    task_id: int | None = None


class _Request(_Tolerant):
    id: str = ""
    # queued, started, finished, failed, and `_BROKEN_OFF`; what a later server may add counts as under way
    status: str = ""
    message: str | None = None
    progress: float | None = None
    operation: _Operation | None = None
    result_url: str | None = None
    result_id: int | None = None
    created_date: Date | None = None
    started_date: Date | None = None


class _Requests(_Tolerant):
    results: tuple[_Request, ...] = ()


class _Order(_Tolerant):
    rq_id: str


def order(session: Session, path: str, doing: str, *, query: Query | None = None) -> Ordered:
    """Order work by a POST. The same work under way is attached to (409 names it)."""
    return ordered(call(session, "POST", path, doing, query=query, accept=(409,)), doing)


def ordered(answer: Answer, doing: str) -> Ordered:
    """Read the answer to an order: 202, or 409 when the same work is under way already."""
    return Ordered(order_id(answer, doing), attached=answer.status == 409)


def order_id(answer: Answer, doing: str) -> str:
    """Read the id of the request from the answer to an order: 202, or 409 when the same work is under way already."""
    try:
        return _Order.model_validate_json(answer.body).rq_id
    except ValidationError:
        raise not_cvat_json(doing, answer) from None


def wait_for(
    session: Session,
    rq_id: str,
    doing: str,
    *,
    stop: Event,
    on_progress: OnProgress | None = None,
    timeout: float | None = None,
) -> Finished:
    """Wait until the server has done a piece of work; `doing` says what failed otherwise ("… cannot be restored").

    Looks less and less often, up to every five seconds; `timeout` is in seconds (None: as long as it takes).

    Raises:
        WorkFailed: the server could not do it, in the last line of its own words; or somebody has broken it off there.
        LostSight: it cannot be asked, it has forgotten the request (404), or the time is up (status 0).
        StoppedWaiting: `stop` is set; the work goes on on the server.
    """
    path = f"/api/requests/{quote(rq_id, safe='')}"
    end = None if timeout is None else monotonic() + timeout
    pause = _FIRST_PAUSE
    while True:
        answer = _asked(session, path, doing)
        if answer.status == 404:
            raise LostSight(
                f"{doing}: the server no longer knows the request that does it",
                status=404,
                hint="whether it was done is not known; it was cancelled, or the server was restarted",
            )
        request = as_model(_Request, answer, doing)
        if request.status == "finished":
            began = request.started_date or request.created_date
            return Finished(request.result_url, request.result_id, (request.message or "").strip(), began)
        if request.status == "failed":
            raise WorkFailed(f"{doing}: {_cause(request.message)}", status=answer.status)
        if request.status in _BROKEN_OFF:
            hint = "somebody did that, or the server was shut down: look there, then run the same command again"
            raise WorkFailed(f"{doing}: {_BROKEN_OFF[request.status]}", status=answer.status, hint=hint)
        if on_progress is not None:
            on_progress(request.progress or None)  # 0.0 is said from the beginning to the end of most work
        if end is not None and monotonic() + pause > end:
            raise LostSight(
                f"{doing}: it is not finished after {timeout:g} seconds",
                status=0,
                hint="the server goes on with it; look there before it is tried again",
            )
        if stop.wait(pause):
            raise StoppedWaiting(f"{doing}: stopped while the server works on it", hint="the server goes on with it")
        pause = min(pause * 1.5, _LONGEST_PAUSE)


def _asked(session: Session, path: str, doing: str) -> Answer:
    try:
        return call(session, "GET", path, doing, accept=(404,))
    except ServerError as error:
        raise LostSight(error.what, status=error.status, hint=error.hint) from error


def ended(
    session: Session, rq_id: str, doing: str, *, stop: Event, on_progress: OnProgress | None = None
) -> Finished | None:
    """Wait until work has ended that somebody else may have ordered; None when nothing came of it, or it is forgotten.

    Raises ServerError when the server cannot be asked, or Stopped.
    """
    try:
        return wait_for(session, rq_id, doing, stop=stop, on_progress=on_progress)
    except WorkFailed:
        return None
    except ServerError as error:
        if error.status != 404:
            raise
        return None


def running_request(session: Session, *, task_id: int, operation: str) -> str | None:
    """Give the id of one's own request on a task ("create:task") that is queued or started, if there is one."""
    found = _own_requests(session, task_id, operation)
    return next((one.id for one in found if one.status in _UNDER_WAY), None)


def own_requests(session: Session, *, task_id: int, operation: str) -> frozenset[tuple[str, datetime | None]]:
    """One's own requests on a task as a whole, under way or ended: the id of each, and when it was made.

    An id comes again: it only says what is done to what. Both together tell two requests apart.
    """
    found = _own_requests(session, task_id, operation)
    return frozenset((one.id, one.created_date) for one in found if one.operation and one.operation.target == "task")


def running_requests(session: Session, *, operation: str) -> list[str]:
    """The ids of one's own requests of a kind ("import:backup") that are queued or started."""
    doing = "the requests that are under way cannot be listed"
    page = as_model(_Requests, call(session, "GET", "/api/requests", doing, query={"page_size": PAGE_SIZE}), doing)
    found = [one for one in page.results if one.status in _UNDER_WAY]
    return [one.id for one in found if one.operation is not None and one.operation.type == operation]


def _own_requests(session: Session, task_id: int, operation: str) -> list[_Request]:
    doing = f"the requests of task {task_id} cannot be listed"
    query = {"task_id": task_id, "page_size": PAGE_SIZE}
    page = as_model(_Requests, call(session, "GET", "/api/requests", doing, query=query), doing)
    about = [(one, one.operation) for one in page.results]
    return [one for one, done in about if done and done.type == operation and done.task_id == task_id]


def _cause(message: str | None) -> str:
    # The message is a traceback or its last line ("ValueError: No media data found\n", recordings/life.json).
    lines = [line for line in (message or "").splitlines() if line.strip()]
    return one_line(lines[-1]) if lines else "the server does not say why"
