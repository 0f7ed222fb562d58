"""A task's data: sent, and waited for until the server has made frames and jobs of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Event

from pydantic import JsonValue

from reconciler.cvat.requests import OnProgress
from reconciler.cvat.session import Session


def upload_data(
    session: Session,
    task_id: int,
    body: Mapping[str, JsonValue],
    files: Sequence[tuple[Path, str]],
    *,
    stop: Event,
    on_progress: OnProgress | None = None,
) -> None:
    """Give an empty task its data: `files` (path here, name on the server), or those that the body names."""
    raise NotImplementedError  # filled in next
