"""A server as it will be once a plan is applied, to plan against: as it is read, with what the plan writes in place.

Filters are the server's own, and so go by what is there now. What the plan changes comes along with every list, for a
filter may let too much through: whoever asks looks again (`plan.conditions`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import JsonValue

from reconciler.cvat.filters import Filter
from reconciler.cvat.models import Job, Label, Task, UserRef
from reconciler.plan.begun import BEGUN, has_begun
from reconciler.plan.model import Change, Plan
from reconciler.plan.onward.same_server import SameServer
from reconciler.plan.state import job_seen, task_state
from reconciler.plan.steps import Do, Step
from reconciler.plan.workflow import POSITION, job_status, task_status

_USERS = frozenset({"assignee", "owner"})
_MADE = -1
"""The id of a project that the plan makes: none that is there, so nothing selects by it."""


@dataclass
class Afterwards(SameServer):
    """An `Observed`. With `statuses`, the statuses that tasks derive from jobs that move on are worked out, too."""

    plan: Plan
    now: datetime
    statuses: bool
    changed_tasks: dict[int, Task] = field(default_factory=dict)
    changed_jobs: dict[int, Job] = field(default_factory=dict)
    _tasks_before: dict[int, Task] = field(default_factory=dict)
    _jobs_before: dict[int, Job] = field(default_factory=dict)
    gone: frozenset[int] = frozenset()  # tasks that the plan deletes
    _elsewhere: list[int] = field(default_factory=list)  # tasks with another name, or in another project
    _moved: dict[int, int] = field(default_factory=dict)  # by task, the project that it is moved to
    _begun_before: dict[int, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        changes = {(change.kind, change.id): change for change in self.plan.updates}
        self._moved = dict(_moved_tasks(self.plan.steps))
        moved = {change.task for change in changes.values() if change.kind == "job"}
        jobs = self.server.jobs_of_tasks(sorted(moved)) if moved else []
        for job in jobs:
            if (change := changes.get(("job", job.id))) is not None:
                self._jobs_before[job.id] = job
                self.changed_jobs[job.id] = self._job(job, change)
        statuses = self._statuses(jobs) if self.statuses else {}
        begun = {job.task_id for job in jobs if has_begun(job)}
        self._begun_before = {number: number in begun for number in moved}
        own = {number for kind, number in changes if kind == "task"}
        for task in self.server.tasks_by_id(sorted(own | statuses.keys() | self._moved.keys())):
            self._tasks_before[task.id] = task
            self.changed_tasks[task.id] = self._task(task, changes.get(("task", task.id)), statuses.get(task.id))
        self._elsewhere = sorted(
            number
            for number, task in self.changed_tasks.items()
            if (task.name, task.project_id) != (self._tasks_before[number].name, self._tasks_before[number].project_id)
        )
        self.gone = frozenset(
            step.id for step in self.plan.steps if step.kind == "task" and step.deletes and step.id is not None
        )

    # What the plan changes

    def tasks(self, condition: Filter | None = None) -> list[Task]:
        """As `Observed`."""
        found = {task.id: task for task in self.server.tasks(condition)} | self.changed_tasks
        return [found[number] for number in sorted(found) if number not in self.gone]

    def tasks_by_id(self, ids: Iterable[int]) -> list[Task]:
        """As `Observed`; what is deleted is still known by its id, so that naming it is no mistake."""
        return [self.changed_tasks.get(task.id, task) for task in self.server.tasks_by_id(ids)]

    def jobs(self, condition: Filter | None = None) -> list[Job]:
        """As `Observed`. A filter by the task's name or project does not find those of tasks that get another one."""
        elsewhere = self.server.jobs_of_tasks(self._elsewhere) if self._elsewhere else []
        return self._with_changed([*self.server.jobs(condition), *elsewhere], self.changed_jobs.values())

    def jobs_of_tasks(self, task_ids: Iterable[int], *, where: Filter | None = None) -> list[Job]:
        """As `Observed`."""
        wanted = [number for number in task_ids if number not in self.gone]
        found = self.server.jobs_of_tasks(wanted, where=where) if wanted else []
        among = set(wanted)
        return self._with_changed(found, (job for job in self.changed_jobs.values() if job.task_id in among))

    def labels(self, condition: Filter | None = None) -> list[Label]:
        """As `Observed`: which there are, and how they are called."""
        there = {(_owner(label), label.name): label for label in self.server.labels(condition)}
        for step in self.plan.steps:
            if step.kind == "label" and step.of is not None and step.of.id is not None:
                owner = step.of.kind, step.of.id
                label = there.pop((owner, str((step.expect or {}).get("name", step.name))), None)
                if step.gives is not None:
                    name = str(step.gives.get("name", step.name))
                    made = Label.model_validate({"id": 0, f"{step.of.kind}_id": step.of.id})
                    there[owner, name] = (label or made).model_copy(update={"name": name})
        return list(there.values())

    # How it is now

    def as_found(self, change: Change) -> Change:
        """A change that was planned against this, resting on what is there now: it goes together with the plan."""
        rests_on = {name: self._before(change, name, value) for name, value in change.rests_on.items()}
        if change.task in self._moved:  # it comes there before its fields are written
            rests_on.pop("task.project", None)
        derived = {"status"} - {name for one in change.writes for name in one.gives}
        fields = [
            one.model_copy(update={"before": self._before(change, f"task.{one.path[0]}", one.before)})
            if one.path[0] in derived
            else one
            for one in change.fields
        ]
        kept = tuple(one for one in fields if one.before != one.after)
        return change.model_copy(update={"rests_on": rests_on, "fields": kept})

    def _before(self, change: Change, name: str, value: JsonValue) -> JsonValue:
        kind, _, of = name.partition(".")
        if of == BEGUN:
            return self._begun_before.get(change.task, value)
        if kind == "task" and (task := self._tasks_before.get(change.task)) is not None:
            return task_state(task).get(of, value)
        if kind == "job" and (job := self._jobs_before.get(change.id)) is not None:
            return job_seen(job).get(of, value)
        return value

    # How it is worked out

    def annotators(self) -> dict[int, str]:
        """By job, whoever has it now, where the plan takes it out of annotation: an apply records that (`previous`)."""
        found: dict[int, str] = {}
        for change in self.plan.updates:
            if change.kind == "job":
                before = _fields(change, after=False)
                person = before.get("assignee")
                kept = self.changed_jobs[change.id].assignee_name if change.id in self.changed_jobs else None
                had = person if "assignee" in before else kept
                if before.get("stage") == "annotation" and isinstance(had, str):
                    found[change.id] = had
        return found

    def _with_changed(self, found: Iterable[Job], changed: Iterable[Job]) -> list[Job]:
        there = {job.id: job for job in found if job.task_id not in self.gone} | {job.id: job for job in changed}
        return [self._where_it_is(there[number]) for number in sorted(there)]

    def _where_it_is(self, job: Job) -> Job:
        place = self._moved.get(job.task_id or 0)
        return job if place is None else job.model_copy(update={"project_id": place})

    def _statuses(self, jobs: Iterable[Job]) -> dict[int, str]:
        """By task, the status that follows from its jobs, of those of which one changes its position (FACTS §2)."""
        moving = {change.task for change in self.plan.updates if change.kind == "job" and _moves(change)}
        stored: dict[int, list[str]] = defaultdict(list)
        for job in jobs:
            if job.task_id in moving:
                now = self.changed_jobs.get(job.id, job)
                stored[job.task_id].append(now.status or job_status(str(now.stage), str(now.state)))
        return {number: task_status(statuses) for number, statuses in stored.items()}

    def _task(self, task: Task, change: Change | None, status: str | None) -> Task:
        values = self._values(change) if change is not None else {}
        if task.id in self._moved:
            values["project_id"] = self._moved[task.id]
        if status is not None:
            values["status"] = status
        if (change is not None and change.writes) or values.get("status", task.status) != task.status:
            values["updated_date"] = self.now
        return task.model_copy(update=values)

    def _job(self, job: Job, change: Change) -> Job:
        values = self._values(change) | {"updated_date": self.now}
        moved = job.model_copy(update=values)
        if _moves(change):
            moved = moved.model_copy(update={"status": job_status(str(moved.stage), str(moved.state))})
        return moved

    def _values(self, change: Change) -> dict[str, Any]:
        found = _fields(change, after=True)
        return {name: self._user(value) if name in _USERS else value for name, value in found.items()}

    def _user(self, name: JsonValue) -> UserRef | None:
        return UserRef(id=self.plan.users.get(name, 0), username=name) if isinstance(name, str) else None


def _fields(change: Change, *, after: bool) -> dict[str, JsonValue]:
    """A change's fields; a job's position as a whole."""
    of_writes = [(one.gives if after else one.expect).items() for one in change.writes]
    found = {name: value for items in of_writes for name, value in items}
    return found | {one.path[0]: one.after if after else one.before for one in change.fields if len(one.path) == 1}


def _moved_tasks(steps: Iterable[Step]) -> Iterator[tuple[int, int]]:
    """The tasks that are moved, and the projects that they are moved to."""
    for step in steps:
        if step.do is Do.MOVE_TASK and step.id is not None:
            place = step.of.id if step.of is not None else None
            yield step.id, place if place is not None else _MADE


def _owner(label: Label) -> tuple[str, int | None]:
    return ("project", label.project_id) if label.project_id is not None else ("task", label.task_id)


def _moves(change: Change) -> bool:
    return any(POSITION & one.gives.keys() for one in change.writes)
