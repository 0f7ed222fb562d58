"""What planning needs to read. `reconciler.cvat.reading.Reader` is one; the planner knows no HTTP beyond this."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from reconciler.cvat.filters import Filter
from reconciler.cvat.models import Job, Label, Project, Task


class Observed(Protocol):
    """A server as it can be read. Lists come sorted by id, without duplicates."""

    def tasks(self, condition: Filter | None = None) -> list[Task]:
        """All tasks of the organization context that match."""
        ...

    def tasks_by_id(self, ids: Iterable[int]) -> list[Task]:
        """Those of the tasks that exist and are visible."""
        ...

    def jobs(self, condition: Filter | None = None) -> list[Job]:
        """All jobs of the organization context that match."""
        ...

    def jobs_of_tasks(self, task_ids: Iterable[int], *, where: Filter | None = None) -> list[Job]:
        """The jobs of many tasks, in few requests."""
        ...

    def projects(self, condition: Filter | None = None) -> list[Project]:
        """All projects of the organization context that match."""
        ...

    def labels(self, condition: Filter | None = None) -> list[Label]:
        """All visible root labels, with the project or task that each belongs to."""
        ...


class People(Protocol):
    """Who can be assigned."""

    def resolve(self, usernames: Iterable[str]) -> dict[str, int]:
        """Ids of those of the users who exist and are visible to the caller."""
        ...

    def visible(self) -> list[str]:
        """All visible usernames, for suggestions."""
        ...
