"""The server as it is now, for the way back: each thing is read when it is first asked for, and once."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Literal

from reconciler.annotations.labels import LabelIds
from reconciler.annotations.whole import WholeTask, read_whole
from reconciler.cvat.capabilities import CONNECTIONS, Capabilities
from reconciler.cvat.details import Guide
from reconciler.cvat.filters import equals
from reconciler.cvat.models import Job, Label, Project, Task
from reconciler.history.bindings import Bindings
from reconciler.plan.model import ServerRef
from reconciler.plan.observing import Observed
from reconciler.plan.steps import Impact

Owner = Literal["project", "task"]


@dataclass
class Now:
    """Objects by the ids that they had when the run wrote them: a restored one is found by its old id."""

    server: Observed
    bindings: Bindings
    ref: ServerRef
    capabilities: Capabilities
    _projects: dict[int, Project | None] = field(default_factory=dict)
    _tasks: dict[int, Task | None] = field(default_factory=dict)
    _labels: dict[tuple[Owner, int], list[Label]] = field(default_factory=dict)
    _wholes: dict[int, WholeTask] = field(default_factory=dict)
    _jobs: dict[int, list[Job]] = field(default_factory=dict)
    _within: dict[int, list[Task]] = field(default_factory=dict)

    def current(self, kind: Owner, number: int) -> int:
        """The id that an object has now."""
        return self.bindings.current(self.ref.url, kind, number)

    def project(self, number: int) -> Project | None:
        """A project, if it is there."""
        current = self.current("project", number)
        if current not in self._projects:
            self._projects[current] = self.server.project(current)
        return self._projects[current]

    def task(self, number: int) -> Task | None:
        """A task, if it is there."""
        current = self.current("task", number)
        if current not in self._tasks:
            self._tasks[current] = next(iter(self.server.tasks_by_id([current])), None)
        return self._tasks[current]

    def made_for(self, address: str, found: Project | Task) -> bool:
        """Whether it is what the address was bound to, and not another object that has got its id since."""
        binding = self.bindings.find(self.ref.url, self.ref.organization, address)
        same = binding is not None and binding.id == found.id
        return not same or binding is None or binding.created in (None, found.created_date)

    def labels(self, kind: Owner, number: int) -> list[Label]:
        """The root labels of a project or task."""
        key = kind, self.current(kind, number)
        if key not in self._labels:
            self._labels[key] = self.server.labels_of(*key)
        return self._labels[key]

    def guide(self, owner: Project | Task) -> Guide | None:
        """The guide of a project or task."""
        return self.server.guide(owner.guide_id) if owner.guide_id is not None else None

    def tasks_in(self, project: Project) -> list[Task]:
        """The tasks of a project, by id."""
        if project.id not in self._within:
            found = self.server.tasks(equals("project_id", project.id))
            self._within[project.id] = [task for task in found if task.project_id == project.id]
        return self._within[project.id]

    def jobs(self, task: Task) -> list[Job]:
        """A task's jobs, of all types."""
        if task.id not in self._jobs:
            self._jobs[task.id] = self.server.jobs_of_tasks([task.id])
        return self._jobs[task.id]

    def whole(self, task: Task) -> WholeTask:
        """A task's annotations, of all its jobs; a task without data has none."""
        if task.id not in self._wholes:
            self._wholes[task.id] = self._read(task)
        return self._wholes[task.id]

    def read_all(self, tasks: Iterable[Task]) -> None:
        """Read the annotations of many tasks, over a few connections."""
        unread = [task for task in tasks if task.id not in self._wholes]
        apart = [task.id for task in unread if task.id not in self._jobs]
        for task in unread:
            self._jobs.setdefault(task.id, [])
        for job in self.server.jobs_of_tasks(apart) if apart else ():
            if job.task_id is not None:
                self._jobs[job.task_id].append(job)
        for project in {task.project_id for task in unread if task.project_id is not None}:
            self.labels("project", project)
        with ThreadPoolExecutor(max_workers=CONNECTIONS, thread_name_prefix="annotations") as pool:
            self._wholes.update(zip([task.id for task in unread], pool.map(self._read, unread), strict=True))

    def expect(self, task: int, whole: WholeTask) -> None:
        """An earlier step of this plan will have made this of a task's annotations."""
        self._wholes[task] = whole

    def impact(self, task: Task) -> Impact:
        """What goes with a task."""
        numbers = self.whole(task).numbers
        return Impact(
            tasks=(task.id,),
            frames=task.size or 0,
            jobs=len(self.jobs(task)),
            tags=numbers.tags,
            shapes=numbers.shapes,
            tracks=numbers.tracks,
        )

    def _read(self, task: Task) -> WholeTask:
        if not task.size:
            return WholeTask()
        owner: tuple[Owner, int] = ("task", task.id) if task.project_id is None else ("project", task.project_id)
        return read_whole(self.server, task, self.jobs(task), LabelIds.of(self.labels(*owner)))
