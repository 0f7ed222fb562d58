"""A file of a task that the server makes in the background: ordered, waited for, downloaded.

The same export under way is attached to. Its request names the account, the task and the format, but neither where the
file goes to nor of when its content is (CVAT's source: AbstractExporter, ExportRequestId): so what comes of it is
looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from threading import Event
from typing import Final, Literal

from reconciler.cvat.models import Task
from reconciler.cvat.reading import Reader
from reconciler.cvat.requests import Finished, OnProgress, ended, order, wait_for
from reconciler.cvat.results import fetch_result
from reconciler.cvat.session import Session
from reconciler.errors import ServerError

_ORDERS: Final = 3


def export_file(
    session: Session,
    task_id: int,
    what: Literal["dataset", "backup"],
    asked: Mapping[str, str],
    to: Path,
    doing: str,
    *,
    stop: Event,
    on_progress: OnProgress | None = None,
) -> None:
    """Have the server make a file of a task as it is now, and download it.

    Raises ServerError (WorkFailed), Stopped, or ReconcilerError when the file cannot be written.
    """
    # `location`: to here, even where the task's own target storage is a bucket.
    query = {**asked, "location": "local"}
    path = f"/api/tasks/{task_id}/{what}/export"
    for _ in range(_ORDERS):
        ordered = order(session, path, doing, query=query)
        if not ordered.attached:
            done = wait_for(session, ordered.rq_id, doing, stop=stop, on_progress=on_progress)
            break
        now = Reader(session).task(task_id)
        of_another = ended(session, ordered.rq_id, doing, stop=stop, on_progress=on_progress)
        if of_another is not None and _is_as_good(of_another, now):
            done = of_another
            break
    else:
        hint = "somebody has it exported with the same account: run the same command again when that has ended"
        raise ServerError(f"{doing}: another export of it is always under way", status=409, hint=hint)
    fetch_result(session, done, to, doing, stop=stop, on_progress=on_progress)


def _is_as_good(done: Finished, now: Task | None) -> bool:
    """Whether an export that was under way already gives what one ordered now would give.

    It goes to a bucket if it has no address. It was begun after the task was changed for the last time, or it may hold
    what was there before; ordered once more for nothing it costs little, as the server keeps the file by that date.
    """
    if not done.result_url:
        return False
    changed = now.updated_date if now is not None else None
    return changed is None or (done.began is not None and done.began > changed)
