"""Is a copy whole? Every file is read through, and a backup is looked into. Needs no server."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import ReconcilerError
from reconciler.history.store import StateStore
from reconciler.snapshots.archives import DamagedBackup, open_backup
from reconciler.snapshots.model import Copy
from reconciler.snapshots.reading import (
    ANNOTATIONS,
    BACKUP,
    RECORD,
    annotations_of,
    file_path,
    project_record,
    task_record,
)


def check_copy(store: StateStore, copy: Copy) -> list[str]:
    """What is wrong with a copy, each file with its name; nothing if it is whole."""
    damaged = list(_damaged_files(store, copy))
    return damaged or list(_contradictions(store, copy))


def _damaged_files(store: StateStore, copy: Copy) -> Iterator[str]:
    for file in copy.files:
        try:
            found = store.fingerprint(f"{copy.folder}/{file.name}")
        except ReconcilerError as error:
            yield f"{file.name}: {error.what}"
            continue
        if found is None:
            yield f"{file.name}: it is not there"
        elif found[1] != file.size:
            yield f"{file.name}: it has {found[1]} bytes instead of {file.size}"
        elif found[0] != file.sha256:
            yield f"{file.name}: it is damaged: not what was written"


def _contradictions(store: StateStore, copy: Copy) -> Iterator[str]:
    """What the files themselves say against each other. They are what was written: the writer was wrong, or we are."""
    try:
        if copy.kind == "project":
            project_record(store, copy)
            return
        record, whole = task_record(store, copy), annotations_of(store, copy)
    except ReconcilerError as error:
        yield f"{RECORD}: {error.what}"
        return
    if whole.digest != record.digest or whole.numbers != copy.annotations:
        yield f"{ANNOTATIONS}: it does not hold the annotations that {RECORD} speaks of"
    if copy.backup:
        try:
            backup = open_backup(file_path(store, copy, BACKUP))
        except (DamagedBackup, OSError) as error:
            yield f"{BACKUP}: {error}"
            return
        problems = backup.problems(record.size)
        if backup.ground_truth or not any(job.type == "ground_truth" for job in record.jobs):
            problems += backup.problems_of_numbers(whole.numbers_held)
        yield from (f"{BACKUP}: {problem}" for problem in problems)
