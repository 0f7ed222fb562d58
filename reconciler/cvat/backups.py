"""A task's full backup: made by the server and downloaded, or sent back and made into a new task."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from urllib.parse import parse_qsl, urlsplit

from reconciler.cvat.downloading import download
from reconciler.cvat.requests import OnProgress, order, wait_for
from reconciler.cvat.sending import order_with_file
from reconciler.cvat.session import Session
from reconciler.errors import ServerError


def export_backup(
    session: Session, task_id: int, to: Path, *, stop: Event, on_progress: OnProgress | None = None
) -> None:
    """Have the server make a full backup of a task (pictures included), and download it to a file.

    The server may give one that it made before, if the task's own date has not moved since (FACTS §4): check it.

    Raises ServerError (WorkFailed), Stopped, or ReconcilerError when the file cannot be written.
    """
    doing = f"task {task_id} cannot be backed up"
    # `location`: to here, even where the task's own target storage is a bucket.
    query = {"lightweight": "false", "location": "local"}
    rq_id = order(session, f"/api/tasks/{task_id}/backup/export", doing, query=query)
    done = wait_for(session, rq_id, doing, stop=stop, on_progress=on_progress)
    if not done.result_url:
        raise ServerError(f"{doing}: the server does not say where the backup is", status=200)
    # The server knows itself by other addresses than we do: only path and query count.
    place = urlsplit(done.result_url)
    asked = dict(parse_qsl(place.query, keep_blank_values=True))
    download(session, place.path, to, doing, query=asked, stop=stop, on_progress=on_progress)


def restore_backup(session: Session, path: Path, *, stop: Event, on_progress: OnProgress | None = None) -> int:
    """Make a task of a backup, in the session's organization and in no project; gives the new task's id.

    Raises ServerError (WorkFailed; status 0: whether a task was made is not known), Stopped, or ReconcilerError when
    the file cannot be read.
    """
    doing = f"the backup {path.name} cannot be restored"
    rq_id = order_with_file(session, "/api/tasks/backup/", path, doing, query={}, stop=stop, on_progress=on_progress)
    done = wait_for(session, rq_id, doing, stop=stop, on_progress=on_progress)
    if done.result_id is None:
        raise ServerError(f"{doing}: the server does not say which task it made", status=200)
    return done.result_id
