"""One picture of a server for all that is planned from it, one step after the other."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar, cast

from reconciler.cvat.filters import Filter
from reconciler.cvat.models import Job, Label, Project, Task
from reconciler.plan.onward.same_server import SameServer

_FoundT = TypeVar("_FoundT", Job, Label, Project, Task)


@dataclass
class OnePicture(SameServer):
    """A server whose lists are each read once: what changes meanwhile does not come between two rounds of a plan."""

    _read: dict[str, object] = field(default_factory=dict)

    def tasks(self, condition: Filter | None = None) -> list[Task]:
        """As `Observed`."""
        return self._once(["tasks", condition], lambda: self.server.tasks(condition))

    def tasks_by_id(self, ids: Iterable[int]) -> list[Task]:
        """As `Observed`."""
        wanted = sorted(set(ids))
        return self._once(["tasks_by_id", wanted], lambda: self.server.tasks_by_id(wanted))

    def jobs(self, condition: Filter | None = None) -> list[Job]:
        """As `Observed`."""
        return self._once(["jobs", condition], lambda: self.server.jobs(condition))

    def jobs_of_tasks(self, task_ids: Iterable[int], *, where: Filter | None = None) -> list[Job]:
        """As `Observed`."""
        wanted = sorted(set(task_ids))
        return self._once(["jobs_of_tasks", wanted, where], lambda: self.server.jobs_of_tasks(wanted, where=where))

    def projects(self, condition: Filter | None = None) -> list[Project]:
        """As `Observed`."""
        return self._once(["projects", condition], lambda: self.server.projects(condition))

    def labels(self, condition: Filter | None = None) -> list[Label]:
        """As `Observed`."""
        return self._once(["labels", condition], lambda: self.server.labels(condition))

    def _once(self, asked: list[object], read: Callable[[], list[_FoundT]]) -> list[_FoundT]:
        key = json.dumps(asked)
        if key not in self._read:
            self._read[key] = read()
        return list(cast("list[_FoundT]", self._read[key]))
