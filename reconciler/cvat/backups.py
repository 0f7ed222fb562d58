"""A task's full backup: made by the server and downloaded, or sent back and made into a new task."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import Final

from reconciler.cvat.exporting import export_file
from reconciler.cvat.requests import OnProgress, wait_for
from reconciler.cvat.sending import order_with_file
from reconciler.cvat.session import Session
from reconciler.errors import ServerError

RESTORING: Final = "import:backup"
"""How the server calls the request that makes a task of a backup."""


def export_backup(
    session: Session, task_id: int, to: Path, *, stop: Event, on_progress: OnProgress | None = None
) -> None:
    """Have the server make a full backup of a task (pictures included), and download it to a file.

    The server may give one that it made before, if the task's own date has not moved since (FACTS §4): check it.

    Raises ServerError (WorkFailed), Stopped, or ReconcilerError when the file cannot be written.
    """
    doing = f"task {task_id} cannot be backed up"
    asked = {"lightweight": "false"}
    export_file(session, task_id, "backup", asked, to, doing, stop=stop, on_progress=on_progress)


def restore_backup(
    session: Session,
    path: Path,
    *,
    stop: Event,
    on_progress: OnProgress | None = None,
    organization: int | None = None,
) -> int:
    """Make a task of a backup, in no project; gives the new task's id.

    It is made in the session's organization; if that has none, in this one.

    Raises ServerError (WorkFailed; status 0: whether a task was made is not known), Stopped, or ReconcilerError when
    the file cannot be read.
    """
    doing = f"the backup {path.name} cannot be restored"
    query = {name: str(value) for name, value in session.within(organization).items()}
    where = "/api/tasks/backup/"
    ordered = order_with_file(session, where, path, doing, query=query, stop=stop, on_progress=on_progress)
    done = wait_for(session, ordered.rq_id, doing, stop=stop, on_progress=on_progress)
    if done.result_id is None:
        raise ServerError(f"{doing}: the server does not say which task it made", status=200)
    return done.result_id
