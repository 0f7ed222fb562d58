"""Which tasks (and jobs) a selector means on this server, now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from reconciler.cvat.capabilities import is_replica
from reconciler.cvat.filters import Filter, all_of, is_in
from reconciler.cvat.models import Job, Task
from reconciler.errors import Location, Problem
from reconciler.manifest.models import JobSelector, Selector
from reconciler.plan.conditions import Condition, plain_conditions
from reconciler.plan.observing import Observed
from reconciler.plan.projects import ProjectIndex


@dataclass(frozen=True)
class Selection:
    """What a selector matched, and which fields it looked at to decide."""

    tasks: tuple[Task, ...]
    jobs: Mapping[int, tuple[Job, ...]] | None = None  # by task, only if the selector says `job`
    tests: frozenset[str] = frozenset()
    job_tests: frozenset[str] = frozenset()


@dataclass
class Selecting:
    """Answers selectors against one server; reads what several selectors need only once."""

    server: Observed
    projects: ProjectIndex
    created_filter: bool
    problems: list[Problem] = field(default_factory=list)

    def select(self, selector: Selector, at: Callable[..., Location | None]) -> Selection:
        """The tasks for which all conditions hold. Unknown projects and ids are noted in `problems`.

        `at` gives the place of a part of the selector: `at("project")`.
        """
        jobs = self._matching_jobs(selector.job) if selector.job else None
        conditions = list(self._conditions(selector, at, jobs))
        narrowing = [condition.narrows for condition in conditions if condition.narrows is not None]
        if selector.id is not None:
            candidates = self._given(selector.id, at("id"))
        else:
            candidates = self.server.tasks(all_of(*narrowing) if narrowing else None)
        tasks = tuple(task for task in candidates if all(condition.holds(task) for condition in conditions))
        return Selection(
            tasks=tasks,
            jobs={task.id: tuple(jobs[task.id]) for task in tasks} if jobs is not None else None,
            tests=frozenset().union(*(condition.tests for condition in conditions)),
            job_tests=frozenset(selector.job.model_fields_set & {"stage", "state", "assignee"})
            if selector.job
            else frozenset(),
        )

    def _given(self, ids: tuple[int, ...], where: Location | None) -> list[Task]:
        found = self.server.tasks_by_id(ids)
        for missing in sorted(set(ids) - {task.id for task in found}):
            what = f"there is no task {missing}, or you cannot see it in this organization"
            self.problems.append(Problem(what, where))
        return found

    def _conditions(
        self, selector: Selector, at: Callable[..., Location | None], jobs: Mapping[int, list[Job]] | None
    ) -> Iterator[Condition]:
        if selector.id is not None:
            ids = frozenset(selector.id)
            yield Condition(lambda task: task.id in ids)
        if selector.project is not None:
            yield self._in_projects(selector, at("project"))
        yield from plain_conditions(selector, created_filter=self.created_filter)
        if selector.labels is not None:
            yield self._labelled(frozenset(selector.labels))
        if jobs is not None:
            yield Condition(lambda task: task.id in jobs)
        if selector.not_ is not None:
            yield self._none_of(selector.not_, lambda *path: at("not", *path))

    def _in_projects(self, selector: Selector, where: Location | None) -> Condition:
        assert selector.project is not None
        resolved = [self.projects.resolve(ref, where, self.problems) for ref in selector.project]
        ids = frozenset(project_id for project_id in resolved if project_id is not None)
        narrows = is_in("project_id", sorted(ids)) if ids else None
        return Condition(lambda task: task.project_id in ids, narrows, frozenset({"project"}))

    def _none_of(self, selector: Selector, at: Callable[..., Location | None]) -> Condition:
        jobs = self._matching_jobs(selector.job) if selector.job else None
        inner = list(self._conditions(selector, at, jobs))
        return Condition(
            lambda task: not all(condition.holds(task) for condition in inner),
            tests=frozenset().union(*(condition.tests for condition in inner)),
        )

    def _labelled(self, names: frozenset[str]) -> Condition:
        owners = {owner for name in names for owner in self._label_owners.get(name, ())}
        return Condition(lambda task: ("project", task.project_id) in owners or ("task", task.id) in owners)

    @cached_property
    def _label_owners(self) -> dict[str, list[tuple[str, int]]]:
        """By label name, the projects and tasks that have it: one sweep instead of one call for each task."""
        owners: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for label in self.server.labels():
            if label.project_id is not None:
                owners[label.name or ""].append(("project", label.project_id))
            elif label.task_id is not None:
                owners[label.name or ""].append(("task", label.task_id))
        return owners

    def _matching_jobs(self, selector: JobSelector) -> dict[int, list[Job]]:
        by_task: dict[int, list[Job]] = defaultdict(list)
        for job in self.server.jobs(_job_filter(selector)):
            if job.task_id is not None and job_matches(selector, job):
                by_task[job.task_id].append(job)
        return by_task


def _job_filter(selector: JobSelector) -> Filter | None:
    parts: list[Filter] = []
    if selector.type is None:
        parts.append(is_in("type", ["annotation"]))
    elif not any(is_replica(kind) for kind in selector.type):
        parts.append(is_in("type", list(selector.type)))
    if selector.stage is not None:
        parts.append(is_in("stage", list(selector.stage)))
    if selector.state is not None:
        parts.append(is_in("state", list(selector.state)))
    if selector.assignee is not None and None not in selector.assignee:
        parts.append(is_in("assignee", list(selector.assignee)))
    return all_of(*parts) if parts else None


def job_matches(selector: JobSelector, job: Job) -> bool:
    """Whether a job is one of those that a selector's `job` describes."""
    kind = "consensus_replica" if is_replica(job.type) else job.type
    return (
        kind in (selector.type or ("annotation",))
        and (selector.stage is None or job.stage in selector.stage)
        and (selector.state is None or job.state in selector.state)
        and (selector.assignee is None or job.assignee_name in selector.assignee)
    )
