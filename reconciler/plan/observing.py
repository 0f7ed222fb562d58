"""What planning needs to read. `reconciler.cvat.reading.Reader` is one; the planner knows no HTTP beyond this."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal, Protocol

from pydantic import JsonValue

from reconciler.cvat.details import DataMeta, Formats, Guide
from reconciler.cvat.filters import Filter
from reconciler.cvat.models import Job, Label, Project, Task
from reconciler.plan.steps import Image


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

    def project(self, project_id: int) -> Project | None:
        """One project; None when it does not exist."""
        ...

    def labels_of(self, kind: Literal["project", "task"], number: int) -> list[Label]:
        """The root labels of one project or task, by id."""
        ...

    def guide(self, guide_id: int) -> Guide | None:
        """One guide (a project's or task's `guide_id`); None when it does not exist."""
        ...

    def data_meta(self, task_id: int) -> DataMeta | None:
        """What a task's data is made of; None when it has none."""
        ...

    def annotations(self, task_id: int) -> dict[str, JsonValue]:
        """A task's annotations as the server answers them: tags, shapes and tracks."""
        ...

    def job_annotations(self, job_id: int) -> dict[str, JsonValue]:
        """A job's annotations as the server answers them."""
        ...

    def formats(self) -> Formats:
        """What the server imports and exports."""
        ...


class Begun(Protocol):
    """What earlier applies have begun to send to tasks that are still empty."""

    def began_with(self, task_id: int, body: Image) -> bool | None:
        """Whether the last one that sent data to a task sent what this request says; None: nobody knows."""
        ...

    def under_way(self, task_id: int) -> bool:
        """Whether the server is making a task's frames right now."""
        ...


class NothingBegun:
    """Where nothing is recorded."""

    def began_with(self, task_id: int, body: Image) -> bool | None:  # noqa: ARG002 - as it is asked
        """Nobody knows."""
        return None

    def under_way(self, task_id: int) -> bool:  # noqa: ARG002 - as it is asked
        """Not that anybody knew."""
        return False


class People(Protocol):
    """Who can be assigned."""

    def resolve(self, usernames: Iterable[str]) -> dict[str, int]:
        """Ids of those of the users who exist and are visible to the caller."""
        ...

    def visible(self) -> list[str]:
        """All visible usernames, for suggestions."""
        ...

    def with_role(self, roles: Collection[str]) -> list[str]:
        """The members of the organization who have one of these roles, sorted."""
        ...
