"""How a restored task's quality is measured: its settings, and which frames its ground truth leaves out."""

from __future__ import annotations

from reconciler.cvat.objects import Objects
from reconciler.cvat.reading import Reader
from reconciler.cvat.session import Session
from reconciler.errors import ServerError
from reconciler.plan.labels import table
from reconciler.snapshots.model import TaskRecord
from reconciler.snapshots.quality import content, differing_settings


def restore_quality(session: Session, record: TaskRecord, task_id: int) -> list[str]:
    """Set what differs; gives what could not be set, in words."""
    unknown = [
        f"its {what} could not be read when it was copied; they are as CVAT makes them" for what in record.unknown
    ]
    try:
        return [*unknown, *_settings(session, record, task_id), *_left_out(session, record, task_id)]
    except ServerError as error:
        if error.status and 400 <= error.status < 500:
            return [*unknown, error.what]
        raise


def _settings(session: Session, record: TaskRecord, task_id: int) -> list[str]:
    wanted = content(table(record.quality))
    if not wanted:
        return []
    now = Reader(session).quality_settings(task_id)
    if now is None:
        return ["its quality settings cannot be set: it has none"]
    warnings = []
    changed = differing_settings(wanted, now)
    plain = {name: value for name, value in changed.items() if not isinstance(value, dict | list)}
    if len(plain) < len(changed):  # from 2.74 on a tree of requirements, each with an id and dates of its own
        warnings.append(f"quality settings were not set: {', '.join(sorted(changed.keys() - plain.keys()))}")
    if plain:
        try:
            Objects(session).patch_quality_settings(int(str(now["id"])), plain)
        except ServerError as error:
            warnings.append(error.what)
    return warnings


def _left_out(session: Session, record: TaskRecord, task_id: int) -> list[str]:
    """The frames that the ground truth has, and that are not counted: a backup forgets them (engine/backup.py)."""
    if not record.left_out or sorted(Reader(session).left_out(task_id)) == sorted(record.left_out):
        return []
    try:
        Objects(session).leave_out(task_id, record.left_out)
    except ServerError as error:
        return [error.what]
    return []
