"""The copies of one state store, as the way back of a run asks for them: each is checked once, whoever asks."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.annotations.whole import WholeTask
from reconciler.errors import StateError
from reconciler.history.store import StateStore
from reconciler.plan.steps import Content
from reconciler.snapshots.checking import check_copy
from reconciler.snapshots.model import Copy, ProjectRecord, TaskRecord
from reconciler.snapshots.reading import (
    ANNOTATIONS,
    annotations_of,
    find_copy,
    find_snapshot,
    project_record,
    task_record,
)


class StoredCopies:
    """Copies read with suspicion. What is read of one that `damage` finds whole does not fail."""

    def __init__(self, store: StateStore) -> None:
        self._store = store
        self._damage: dict[str, str | None] = {}
        self._annotations: dict[str, WholeTask] = {}

    def find(self, folder: str) -> Copy | None:
        """The copy in a folder; None if there is none, or the list that names it is damaged."""
        try:
            return find_copy(self._store, folder)
        except StateError:
            return None

    def of_run(self, run: str) -> Sequence[Copy]:
        """All copies that a run took, in the order in which it took them."""
        try:
            snapshot = find_snapshot(self._store, run)
        except StateError:
            return ()
        return snapshot.copies if snapshot is not None else ()

    def damage(self, copy: Copy) -> str | None:
        """What is wrong with a copy; None if it is whole."""
        if copy.folder not in self._damage:
            self._damage[copy.folder] = "; ".join(check_copy(self._store, copy)) or None
        return self._damage[copy.folder]

    def task_record(self, copy: Copy) -> TaskRecord:
        """A task with what CVAT's backup forgets."""
        return task_record(self._store, copy)

    def project_record(self, copy: Copy) -> ProjectRecord:
        """A project without its tasks."""
        return project_record(self._store, copy)

    def annotations(self, copy: Copy) -> WholeTask:
        """A task's annotations, of all its jobs."""
        if copy.folder not in self._annotations:
            self._annotations[copy.folder] = annotations_of(self._store, copy)
        return self._annotations[copy.folder]

    def content(self, copy: Copy) -> Content:
        """The file of a task's annotations, bound by its digest."""
        file = next(file for file in copy.files if file.name == ANNOTATIONS)
        return Content(where="copy", name=f"{copy.folder}/{file.name}", sha256=file.sha256, size=file.size)
