"""Copies as they lie in the state store, read with suspicion: a file that is not what was written is not used."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from reconciler.annotations.whole import WholeTask
from reconciler.errors import StateError
from reconciler.history.documents import Unreadable, load, parse, validate
from reconciler.history.store import StateStore
from reconciler.snapshots.model import Copy, DataSnapshot, ProjectRecord, TaskRecord
from reconciler.wording import listed

FOLDER = "snapshots"
RECORD, ANNOTATIONS, BACKUP, ASSETS = "record.json", "annotations.json", "backup.zip", "assets"
_LIST = "snapshot.json"

RecordT = TypeVar("RecordT", bound=BaseModel)


@dataclass(frozen=True)
class BrokenSnapshot:
    """A folder among the snapshots that cannot be read as one, and why."""

    id: str
    why: str


def list_name(snapshot_id: str) -> str:
    """The blob that lists a snapshot's copies."""
    return f"{FOLDER}/{snapshot_id}/{_LIST}"


def find_snapshot(store: StateStore, snapshot_id: str) -> DataSnapshot | None:
    """The snapshot with exactly this id; None if there is none, or nothing is listed in it yet.

    Raises:
        StateError: its list is damaged.
    """
    return load(store, list_name(snapshot_id), DataSnapshot, "reconciler.data/1")


def snapshots(store: StateStore) -> list[DataSnapshot]:
    """All snapshots that can be read, the newest last; `survey` tells of the others, too."""
    return survey(store)[0]


def survey(store: StateStore) -> tuple[list[DataSnapshot], list[BrokenSnapshot]]:
    """All snapshots, the newest last, and those that cannot be read. One without a list was interrupted: it is none."""
    found, broken = [], []
    for name in store.names(f"{FOLDER}/"):
        if not name.endswith(f"/{_LIST}") or name.count("/") != 2:
            continue
        snapshot_id = name.split("/")[1]
        try:
            snapshot = find_snapshot(store, snapshot_id)
        except StateError as error:
            broken.append(BrokenSnapshot(snapshot_id, error.what))
            continue
        if snapshot is not None and snapshot.id == snapshot_id:
            found.append(snapshot)
        elif snapshot is not None:
            broken.append(BrokenSnapshot(snapshot_id, f"{store.path(name)} is of another snapshot, {snapshot.id}"))
    return sorted(found, key=lambda one: one.id), broken


def load_snapshot(store: StateStore, id_or_prefix: str) -> DataSnapshot:
    """The snapshot with this id, or the only one whose id begins like this.

    Raises:
        StateError: there is none, there are several, or it is damaged.
    """
    found, broken = survey(store)
    whys = {one.id: one.why for one in broken}
    ids = [one.id for one in found]
    if id_or_prefix in ids:
        return next(one for one in found if one.id == id_or_prefix)
    matches = [one for one in sorted({*ids, *whys}) if id_or_prefix and one.startswith(id_or_prefix)]
    if len(matches) > 1:
        what = f"{len(matches)} snapshots begin with {id_or_prefix!r}: {listed(matches)}"
        raise StateError(what, hint="Write more of the id.")
    if not matches:
        close = get_close_matches(id_or_prefix, ids, n=3) or ids[-3:]
        hint = "`snapshot list` shows them all; did you mean " + f"{listed(close)}?" if close else "There are none yet."
        raise StateError(f"There is no snapshot {id_or_prefix!r} in {store.folder}", hint=hint)
    if matches[0] in whys:
        raise StateError(f"Snapshot {matches[0]} cannot be used: {whys[matches[0]]}")
    return next(one for one in found if one.id == matches[0])


def find_copy(store: StateStore, folder: str) -> Copy:
    """The copy in a folder (`snapshots/<id>/task-42`).

    Raises:
        StateError: it is not there (any more), or its snapshot is damaged.
    """
    parts = folder.split("/")
    snapshot = find_snapshot(store, parts[1]) if len(parts) == 3 and parts[0] == FOLDER else None
    for copy in snapshot.copies if snapshot is not None else ():
        if copy.folder == folder:
            return copy
    raise StateError(
        f"There is no copy {store.folder / folder}", hint="It was pruned, or this is another state folder."
    )


def task_record(store: StateStore, copy: Copy) -> TaskRecord:
    """All that was noted of a task. Raises StateError if it is gone or damaged."""
    return _record(store, copy, TaskRecord, "reconciler.task/1")


def project_record(store: StateStore, copy: Copy) -> ProjectRecord:
    """All that was noted of a project. Raises StateError if it is gone or damaged."""
    return _record(store, copy, ProjectRecord, "reconciler.project/1")


def annotations_of(store: StateStore, copy: Copy) -> WholeTask:
    """A task's annotations, by the names of labels and attributes. Raises StateError if they are gone or damaged."""
    return WholeTask.from_json(json.loads(file_bytes(store, copy, ANNOTATIONS)))


def file_path(store: StateStore, copy: Copy, name: str) -> Path:
    """Where a file of a copy lies: for what is too large to be read at once. `check_file` says whether it is whole."""
    return store.path(f"{copy.folder}/{name}")


def file_bytes(store: StateStore, copy: Copy, name: str) -> bytes:
    """A file of a copy, if it is what was written.

    Raises:
        StateError: it is gone or damaged.
    """
    data = store.read(f"{copy.folder}/{name}")
    _check_hash(store, copy, name, hashlib.sha256(data).hexdigest() if data is not None else None)
    assert data is not None
    return data


def check_file(store: StateStore, copy: Copy, name: str) -> None:
    """Read a file of a copy through, however large it is.

    Raises:
        StateError: it is gone or damaged.
    """
    found = store.fingerprint(f"{copy.folder}/{name}")
    _check_hash(store, copy, name, found[0] if found is not None else None)


def _check_hash(store: StateStore, copy: Copy, name: str, found: str | None) -> None:
    known = next((file.sha256 for file in copy.files if file.name == name), None)
    if known is None or found is None:
        raise _unusable(store, copy, name, "it is not there")
    if found != known:
        raise _unusable(store, copy, name, "it is damaged: not what was written")


def _record(store: StateStore, copy: Copy, model: type[RecordT], wanted: str) -> RecordT:
    try:
        return validate(parse(file_bytes(store, copy, RECORD), wanted), model)
    except Unreadable as error:
        raise StateError(f"Cannot use {file_path(store, copy, RECORD)}: {error.why}", hint=error.hint) from error


def _unusable(store: StateStore, copy: Copy, name: str, why: str) -> StateError:
    hint = "Restore it from a backup of the state folder; `snapshot verify` tells what else is damaged."
    return StateError(f"Cannot use {file_path(store, copy, name)}: {why}", hint=hint)
