"""A server behind a server: what stands before it says only where it answers otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

from reconciler.cvat.details import DataMeta, Formats, Guide
from reconciler.cvat.filters import Filter
from reconciler.cvat.models import Job, Label, Project, Task
from reconciler.plan.observing import Observed


@dataclass
class SameServer:
    """An `Observed` that passes every question on."""

    server: Observed

    def tasks(self, condition: Filter | None = None) -> list[Task]:
        """As `Observed`."""
        return self.server.tasks(condition)

    def tasks_by_id(self, ids: Iterable[int]) -> list[Task]:
        """As `Observed`."""
        return self.server.tasks_by_id(ids)

    def jobs(self, condition: Filter | None = None) -> list[Job]:
        """As `Observed`."""
        return self.server.jobs(condition)

    def jobs_of_tasks(self, task_ids: Iterable[int], *, where: Filter | None = None) -> list[Job]:
        """As `Observed`."""
        return self.server.jobs_of_tasks(task_ids, where=where)

    def projects(self, condition: Filter | None = None) -> list[Project]:
        """As `Observed`."""
        return self.server.projects(condition)

    def labels(self, condition: Filter | None = None) -> list[Label]:
        """As `Observed`."""
        return self.server.labels(condition)

    def project(self, project_id: int) -> Project | None:
        """As `Observed`."""
        return self.server.project(project_id)

    def labels_of(self, kind: Literal["project", "task"], number: int) -> list[Label]:
        """As `Observed`."""
        return self.server.labels_of(kind, number)

    def guide(self, guide_id: int) -> Guide | None:
        """As `Observed`."""
        return self.server.guide(guide_id)

    def data_meta(self, task_id: int) -> DataMeta | None:
        """As `Observed`."""
        return self.server.data_meta(task_id)

    def annotations(self, task_id: int) -> dict[str, JsonValue]:
        """As `Observed`."""
        return self.server.annotations(task_id)

    def job_annotations(self, job_id: int) -> dict[str, JsonValue]:
        """As `Observed`."""
        return self.server.job_annotations(job_id)

    def formats(self) -> Formats:
        """As `Observed`."""
        return self.server.formats()
