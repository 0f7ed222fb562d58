"""What the way back needs of the copies that a run took before it destroyed something."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from reconciler.annotations.whole import WholeTask
from reconciler.plan.steps import Content
from reconciler.snapshots.model import Copy, ProjectRecord, TaskRecord


class Copies(Protocol):
    """The copies in the state store."""

    def find(self, folder: str) -> Copy | None:
        """The copy in a folder; None if there is none."""
        ...

    def of_run(self, run: str) -> Sequence[Copy]:
        """All copies that a run took, in the order in which it took them."""
        ...

    def damage(self, copy: Copy) -> str | None:
        """What is wrong with a copy; None if it is whole."""
        ...

    def task_record(self, copy: Copy) -> TaskRecord:
        """A task with what CVAT's backup forgets."""
        ...

    def project_record(self, copy: Copy) -> ProjectRecord:
        """A project without its tasks."""
        ...

    def annotations(self, copy: Copy) -> WholeTask:
        """A task's annotations, of all its jobs."""
        ...

    def content(self, copy: Copy) -> Content:
        """The file of a task's annotations."""
        ...
