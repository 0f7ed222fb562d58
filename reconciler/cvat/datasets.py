"""A task's annotations (with its pictures, if wanted) in one of the formats that the server exports."""

from __future__ import annotations

from pathlib import Path
from threading import Event

from reconciler.cvat.exporting import export_file
from reconciler.cvat.requests import OnProgress
from reconciler.cvat.session import Session


def export_dataset(
    session: Session,
    task_id: int,
    format_name: str,
    to: Path,
    *,
    images: bool,
    stop: Event,
    on_progress: OnProgress | None = None,
) -> None:
    """Have the server write a task in a format, and download it to a file.

    Raises ServerError (WorkFailed), Stopped, or ReconcilerError when the file cannot be written.
    """
    doing = f"task {task_id} cannot be exported"
    asked = {"format": format_name, "save_images": "true" if images else "false"}
    export_file(session, task_id, "dataset", asked, to, doing, stop=stop, on_progress=on_progress)
