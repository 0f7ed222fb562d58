"""Annotations written: as JSON, in one piece or several, and from files in any format that the server imports."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from threading import Event

from pydantic import JsonValue

from reconciler.cvat.requests import OnProgress
from reconciler.cvat.session import Session


def put_annotations(session: Session, task_id: int, body: Mapping[str, JsonValue]) -> None:
    """Replace a task's annotations."""
    raise NotImplementedError  # filled in next


def add_annotations(session: Session, task_id: int, body: Mapping[str, JsonValue]) -> None:
    """Add annotations to a task's; what is there stays."""
    raise NotImplementedError  # filled in next


def put_job_annotations(session: Session, job_id: int, body: Mapping[str, JsonValue]) -> None:
    """Replace a job's annotations."""
    raise NotImplementedError  # filled in next


def add_job_annotations(session: Session, job_id: int, body: Mapping[str, JsonValue]) -> None:
    """Add annotations to a job's."""
    raise NotImplementedError  # filled in next


def import_annotations(
    session: Session,
    task_id: int,
    path: Path,
    format_name: str,
    *,
    stop: Event,
    on_progress: OnProgress | None = None,
) -> None:
    """Replace a task's annotations with those of a file."""
    raise NotImplementedError  # filled in next
