"""The proof of a copy: restored into a scratch task, compared shape by shape, and deleted again."""

from __future__ import annotations

from threading import Event

from reconciler.cvat.objects import Objects
from reconciler.cvat.requests import OnProgress
from reconciler.cvat.session import Session
from reconciler.cvat.writing import Writer
from reconciler.errors import ReconcilerError, ServerError
from reconciler.history.store import StateStore
from reconciler.snapshots.model import Copy
from reconciler.snapshots.restoring import Restoring


def try_restoring(
    session: Session, store: StateStore, copy: Copy, *, on_progress: OnProgress | None = None
) -> list[str]:
    """What is not as it was when a copy's backup is restored; nothing else on the server changes.

    It does not stop halfway: what the server has begun to restore would come up later, and nobody would delete it.

    Raises:
        ServerError, StateError: it cannot be restored. ReconcilerError: the scratch task could not be deleted.
    """
    restoring = Restoring(session, store, Event(), on_progress=on_progress)
    task_id = restoring.restore_backup(copy)
    try:
        name = f"[scratch, can be deleted] {copy.name}"[:256]
        Writer(session).patch_task(task_id, {"name": name})
        return restoring.compare(copy, task_id)
    finally:
        _delete(session, task_id)


def _delete(session: Session, task_id: int) -> None:
    try:
        Objects(session).delete_task(task_id)
    except ServerError as error:
        what = f"the scratch task {task_id} could not be deleted: {error.what}"
        raise ReconcilerError(what, hint="Delete it by hand; nothing else was changed.") from error
