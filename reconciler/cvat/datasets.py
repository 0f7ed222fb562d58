"""A task's annotations (with its pictures, if wanted) in one of the formats that the server exports."""

from __future__ import annotations

from pathlib import Path
from threading import Event

from reconciler.cvat.requests import OnProgress, order, wait_for
from reconciler.cvat.results import fetch_result
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
    """Have the server write a task in a format, and download it to a file. The same export under way is attached to.

    Raises ServerError (WorkFailed), Stopped, or ReconcilerError when the file cannot be written.
    """
    doing = f"task {task_id} cannot be exported"
    # `location`: to here, even where the task's own target storage is a bucket.
    query = {"format": format_name, "save_images": "true" if images else "false", "location": "local"}
    rq_id = order(session, f"/api/tasks/{task_id}/dataset/export", doing, query=query)
    done = wait_for(session, rq_id, doing, stop=stop, on_progress=on_progress)
    fetch_result(session, done, to, doing, stop=stop, on_progress=on_progress)
