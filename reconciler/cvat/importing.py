"""Annotations from a file in any format that the server imports.

The server does one import into a task at a time. The request's id names the task, but no user, file or format (CVAT's
source: ImportRequestId, 2.54.1), so a refusal because one is under way (409) says nothing of whose it is: a
colleague's, or that of a process which was killed. Only after an answer was lost it may be what was just sent.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Final

from reconciler.cvat.requests import OnProgress, Ordered, own_requests, wait_for
from reconciler.cvat.sending import order_with_file
from reconciler.cvat.session import Session
from reconciler.errors import ConflictError, ServerError

IMPORTING: Final = "import:annotations"
_TURNS: Final = 5

AfterAnother = Callable[[str], None]
"""Told the id of somebody else's import: waits for its end, and raises if this one is not to be done any more."""


def import_annotations(
    session: Session,
    task_id: int,
    path: Path,
    format_name: str,
    *,
    after_another: AfterAnother,
    stop: Event,
    on_progress: OnProgress | None = None,
) -> None:
    """Replace a task's annotations with those of a file; masks stay masks. What fails leaves what was there.

    Raises ServerError (WorkFailed), Stopped, ReconcilerError when the file cannot be read; ConflictError when others
    import without end, or what `after_another` raises: then it has not been imported.
    """
    doing = f"{path.name} cannot be imported into task {task_id}"
    # `location`: from here, even where the task's own source storage is a bucket.
    query = {"format": format_name, "location": "local", "conv_mask_to_poly": "false"}
    where = f"/api/tasks/{task_id}/annotations/"
    before = own_requests(session, task_id=task_id, operation=IMPORTING)
    lost = False
    for _ in range(_TURNS):
        ordered: Ordered | None = None
        try:
            ordered = order_with_file(session, where, path, doing, query=query, stop=stop, on_progress=on_progress)
        except ServerError as error:
            if error.status != 0 or lost:
                raise
            lost = True
        if ordered is not None and not ordered.attached:
            wait_for(session, ordered.rq_id, doing, stop=stop, on_progress=on_progress)
            return
        if lost and (new := own_requests(session, task_id=task_id, operation=IMPORTING) - before):
            # This account has ordered none before, and one since: it is the one whose answer was lost.
            wait_for(session, next(iter(new))[0], doing, stop=stop, on_progress=on_progress)
            return
        if ordered is not None:
            after_another(ordered.rq_id)
    hint = "run the same command again when nobody else imports into the task"
    raise ConflictError(f"{doing}: another import into it is always under way", hint=hint)
