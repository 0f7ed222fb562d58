"""Which tasks (and jobs) a selector means on this server, now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Final

from reconciler.cvat.capabilities import is_replica
from reconciler.cvat.filters import Filter, is_in
from reconciler.cvat.models import Job, Task
from reconciler.errors import Location, Problem
from reconciler.manifest.models import JobSelector, ProjectRef, Selector
from reconciler.manifest.wording import did_you_mean
from reconciler.plan.conditions import Condition, bounds_of, narrowed, one_of_names, plain_conditions, within
from reconciler.plan.model import Warning_
from reconciler.plan.named_tasks import no_task
from reconciler.plan.observing import Observed
from reconciler.plan.priority import Priorities
from reconciler.plan.projects import ProjectIndex
from reconciler.plan.wishes import Place

_BY_LABEL: Final = "selects by the label "


@dataclass(frozen=True)
class Selection:
    """What a selector matched, and which fields it looked at to decide."""

    tasks: tuple[Task, ...] = ()
    jobs: Mapping[int, Sequence[Job]] | None = None  # by task, only if the selector says `job`
    hidden: int = 0  # jobs that may match, but whose tasks cannot be seen
    tests: frozenset[str] = frozenset()
    job_tests: frozenset[str] = frozenset()


@dataclass
class Selecting:
    """Answers selectors against one server; reads what several selectors need only once."""

    server: Observed
    projects: ProjectIndex
    created_filter: bool
    problems: list[Problem] = field(default_factory=list)
    priorities: Priorities = field(default_factory=Priorities)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def select(self, selector: Selector, at: Place) -> Selection:
        """The tasks for which all conditions hold. Unknown projects and ids are noted in `problems`.

        `at` gives the place of a part of the selector: `at("project")`.
        """
        before = len(self.problems)
        conditions = list(self._conditions(selector, at))
        if len(self.problems) > before:  # what it means is unknown: nothing is read for it
            return Selection()
        if any(condition.never for condition in conditions):  # only projects that the plan makes: nothing is there yet
            return Selection(tests=_tests(conditions))
        jobs = self._jobs(selector.job, selector.id, conditions) if selector.job else None
        if selector.id is not None:
            candidates = self._given(selector.id, at)
        elif jobs is not None:
            candidates = self.server.tasks_by_id(sorted(jobs)) if jobs else []
        else:
            candidates = self.server.tasks(narrowed(condition.narrows for condition in conditions))
        tasks = tuple(
            task
            for task in candidates
            if (jobs is None or task.id in jobs) and all(condition.holds(task) for condition in conditions)
        )
        seen = {task.id for task in candidates}
        return Selection(
            tasks=tasks,
            jobs={task.id: jobs[task.id] for task in tasks} if jobs is not None else None,
            hidden=sum(len(some) for task_id, some in (jobs or {}).items() if task_id not in seen),
            tests=_tests(conditions),
            job_tests=frozenset((selector.job.model_fields_set if selector.job else set()) - {"type"}),
        )

    def _given(self, ids: tuple[int, ...], at: Place) -> list[Task]:
        found = self.server.tasks_by_id(ids)
        places = {number: at("id", str(index)) for index, number in reversed([*enumerate(ids)])}
        missing = places.keys() - {task.id for task in found}
        self.problems += [no_task(number, places[number]) for number in sorted(missing)]
        return found

    def _conditions(self, selector: Selector, at: Place, around: Sequence[Condition] = ()) -> Iterator[Condition]:
        """All but `job`. `around` are the conditions that hold where this selector is negated."""
        known = list(around)
        for condition in self._without_not(selector, at):
            known.append(condition)
            yield condition
        if selector.not_ is not None:
            yield self._none_of(selector.not_, lambda *path: at("not", *path), known)

    def _without_not(self, selector: Selector, at: Place) -> Iterator[Condition]:
        if selector.id is not None:
            ids = frozenset(selector.id)
            yield Condition(lambda task: task.id in ids)
        if selector.project is not None:
            yield self._in_projects(selector.project, at)
        yield from plain_conditions(
            selector, created_filter=self.created_filter, now=self.now, priorities=self.priorities
        )
        if selector.labels is not None:
            yield self._labelled(frozenset(selector.labels))

    def _in_projects(self, wanted: Sequence[ProjectRef], at: Place) -> Condition:
        places = [at("project", str(index)) for index in range(len(wanted))]
        resolved = [self.projects.resolve(*one, self.problems) for one in zip(wanted, places, strict=True)]
        ids = frozenset(project_id for project_id in resolved if project_id is not None)
        narrows = is_in("project_id", sorted(ids)) if ids else None
        return Condition(lambda task: task.project_id in ids, narrows, narrows, frozenset({"project"}), never=not ids)

    def _none_of(self, selector: Selector, at: Place, around: Sequence[Condition]) -> Condition:
        inner = list(self._conditions(selector, at, around))
        jobs = self._jobs(selector.job, selector.id, [*around, *inner]) if selector.job else None
        return Condition(
            lambda task: not ((jobs is None or task.id in jobs) and all(condition.holds(task) for condition in inner)),
            tests=_tests(inner),
        )

    def _labelled(self, names: frozenset[str]) -> Condition:
        owners = {owner for name in names for owner in self._label_owners.get(name, ())}
        return Condition(lambda task: ("project", task.project_id) in owners or ("task", task.id) in owners)

    def unknown_labels(self, selector: Selector) -> Iterator[tuple[tuple[str, ...], str, str | None]]:
        """Labels that a selector names and nothing here has: where in it, and what may have been meant."""
        for index, name in enumerate(selector.labels or ()):
            if name not in self._label_owners:
                yield ("labels", str(index)), name, did_you_mean(name, self._label_owners)
        if selector.not_ is not None:
            for path, name, hint in self.unknown_labels(selector.not_):
                yield ("not", *path), name, hint

    @cached_property
    def _label_owners(self) -> dict[str, list[tuple[str, int]]]:
        """By label name, the projects and tasks that have it: one sweep instead of one call for each task."""
        owners: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for label in self.server.labels():
            if label.project_id is not None:
                owners[label.name].append(("project", label.project_id))
            elif label.task_id is not None:
                owners[label.name].append(("task", label.task_id))
        return owners

    def _jobs(
        self, selector: JobSelector, task_ids: Sequence[int] | None, conditions: Sequence[Condition]
    ) -> dict[int, list[Job]]:
        """The jobs that match, by task; not asked for in tasks that the conditions leave out anyway."""
        where = narrowed([*_job_filters(selector, self.now), *(condition.narrows_jobs for condition in conditions)])
        found = self.server.jobs_of_tasks(task_ids, where=where) if task_ids is not None else self.server.jobs(where)
        by_task: dict[int, list[Job]] = defaultdict(list)
        for job in found:
            if job.task_id is not None and job_matches(selector, job, self.now):
                by_task[job.task_id].append(job)
        return dict(by_task)


def no_label(name: str) -> str:
    """What it means that a rule selects by a label that is not there, for a person."""
    return f"{_BY_LABEL}{name!r}, which nothing here has"


def says_no_label(warning: Warning_) -> bool:
    """Whether a warning says that."""
    return warning.text.startswith(_BY_LABEL)


def unknown_label(name: str, where: Location | None, hint: str | None) -> Problem:
    """A label that nothing here has. `hint`: what may have been meant."""
    return Problem(f"no label is called {name!r}", where, hint)


def _tests(conditions: Sequence[Condition]) -> frozenset[str]:
    return frozenset().union(*(condition.tests for condition in conditions))


def _job_filters(selector: JobSelector, now: datetime) -> Iterator[Filter | None]:
    kinds = selector.type or ("annotation",)
    if not any(is_replica(kind) for kind in kinds):  # replicas are called differently by different versions
        yield is_in("type", kinds)
    if selector.stage is not None:
        yield is_in("stage", selector.stage)
    if selector.state is not None:
        yield is_in("state", selector.state)
    if selector.assignee is not None and (named := one_of_names("assignee", selector.assignee)) is not None:
        yield named
    if selector.updated is not None:
        yield within("updated_date", bounds_of(selector.updated, now))


def job_matches(selector: JobSelector, job: Job, now: datetime) -> bool:
    """Whether a job is one of those that a selector's `job` describes."""
    kind = "consensus_replica" if is_replica(job.type) else job.type
    return (
        kind in (selector.type or ("annotation",))
        and (selector.stage is None or job.stage in selector.stage)
        and (selector.state is None or job.state in selector.state)
        and (selector.assignee is None or job.assignee_name in selector.assignee)
        and (selector.updated is None or bounds_of(selector.updated, now).hold(job.updated_date))
    )
