"""A task's full backup: made by the server and downloaded, or sent back and made into a new task."""

from __future__ import annotations

from pathlib import Path
from threading import Event

from reconciler.cvat.requests import OnProgress
from reconciler.cvat.session import Session


def export_backup(
    session: Session, task_id: int, to: Path, *, stop: Event, on_progress: OnProgress | None = None
) -> None:
    """Have the server make a full backup of a task, and download it."""
    raise NotImplementedError  # filled in next


def restore_backup(session: Session, path: Path, *, stop: Event, on_progress: OnProgress | None = None) -> int:
    """Make a task of a backup; gives the new task's id."""
    raise NotImplementedError  # filled in next
