"""From what is wanted of a task and what is there to its changes: which fields, which writes, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.cvat.models import Job
from reconciler.errors import Problem
from reconciler.plan.diff import differences
from reconciler.plan.model import Action, Change, FieldChange, Warning_, Write
from reconciler.plan.state import job_state, task_state
from reconciler.plan.wishes import TaskWishes, Wish
from reconciler.plan.workflow import POSITION, job_status, task_status, wanted_position
from reconciler.plan.writes import repeated, write

AS_WANTED = "already as wanted"
NO_JOBS = "has no data yet, so it has no jobs to move"


@dataclass
class TaskChanges:
    """Works out the changes of one task. `jobs` are those read; `complete` says that these are all of them."""

    wishes: TaskWishes
    jobs: Sequence[Job]
    complete: bool
    users: Mapping[str, int]
    problems: list[Problem]
    warnings: list[Warning_] = field(default_factory=list)

    def changes(self) -> list[Change]:
        """The task's own change and those of its jobs; one no-op, with its reason, if nothing is to do."""
        job_changes = [change for job in self.jobs if (change := self._of_job(job)) is not None]
        status, job_changes = self._status(job_changes)
        own = self._of_task(status)
        if own is not None:
            return [own, *job_changes]
        return job_changes or [self._nothing()]

    def _of_job(self, job: Job) -> Change | None:
        wishes = self.wishes.of_job(job, self.problems)
        values = {name: wish.value for name, wish in wishes.items()}
        desired = wanted_position(values, job.stage, job.state)
        if "assignee" in values:
            desired["assignee"] = values["assignee"]
        observed = job_state(job)
        found = differences(desired, observed)
        if not found:
            return None
        keys = {path[0] for path, _, _ in found}
        keys |= POSITION if keys & POSITION else set()
        named = [name for name in ("stage", "state", "assignee") if name in keys]
        return self._job_change(
            job,
            reason=_job_reason(wishes),
            fields=tuple(
                FieldChange(path=path, before=before, after=after, source=_wish_for(path[0], wishes).source)
                for path, before, after in found
            ),
            written=write(
                "job", {name: observed[name] for name in named}, {name: desired[name] for name in named}, self.users
            ),
        )

    def _job_change(self, job: Job, *, reason: str, fields: tuple[FieldChange, ...], written: Write) -> Change:
        return Change(
            address=f"{self.wishes.address}.job[{job.id}]",
            kind="job",
            id=job.id,
            task=self.wishes.task.id,
            action=Action.UPDATE,
            reason=reason,
            fields=fields,
            writes=(written,),
            rests_on=self.wishes.rests_on | self.wishes.jobs_rest_on.get(job.id, {}),
        )

    def _of_task(self, status: FieldChange | None) -> Change | None:
        wanted = {name: wish for name, wish in self.wishes.fields.items() if name != "status"}
        desired = {name: wish.value for name, wish in wanted.items()}
        observed = task_state(self.wishes.task)
        found = differences(desired, observed)
        fields = [
            FieldChange(path=path, before=before, after=after, source=wanted[path[0]].source)
            for path, before, after in found
        ]
        keys = [path[0] for path, _, _ in found]
        writes = (
            (write("task", {key: observed[key] for key in keys}, {key: desired[key] for key in keys}, self.users),)
            if keys
            else ()
        )
        if status is not None:
            fields.append(status)
        if not fields:
            return None
        return Change(
            address=self.wishes.address,
            kind="task",
            id=self.wishes.task.id,
            task=self.wishes.task.id,
            action=Action.UPDATE,
            reason=self._task_reason(fields),
            fields=tuple(fields),
            writes=writes,
            rests_on=self.wishes.rests_on,
        )

    def _status(self, changes: list[Change]) -> tuple[FieldChange | None, list[Change]]:
        """What the task's status will become, and the changes with what it takes to get there."""
        wish, task = self.wishes.status, self.wishes.task
        if wish is None or not self.complete or not self.jobs:
            return None, changes
        after = self._statuses_after(changes)
        moved = {change.id for change in changes if "stage" in change.writes[0].gives}
        if task.status != wish.value and (not moved or task_status(after.values()) != wish.value):
            refreshed = self._refresh(wish, moved)
            changes = sorted([*changes, *refreshed], key=lambda change: change.id)
            after |= {change.id: str(wish.value) for change in refreshed}
        if (reached := task_status(after.values())) != wish.value:
            self.warnings.append(Warning_(text=self._held_back(wish, reached, after), address=self.wishes.address))
        if reached == task.status or reached != wish.value:
            return None, changes
        return FieldChange(path=("status",), before=task.status, after=reached, source=wish.source), changes

    def _statuses_after(self, changes: Sequence[Change]) -> dict[int, str]:
        """Each job's stored status once the changes are made."""
        after = {job.id: job.status or job_status(job.stage or "", job.state or "") for job in self.jobs}
        for change in changes:
            gives = change.writes[0].gives
            if "stage" in gives:
                after[change.id] = job_status(str(gives["stage"]), str(gives["state"]))
        return after

    def _refresh(self, wish: Wish, moved: set[int]) -> list[Change]:
        """Jobs at the wanted position whose stored status is stale, sent once more; if none is, any one of them.

        A restored backup brings a job's legacy status back but not its stage (CVAT 2.54.1), and two jobs saved at once
        can leave the task's status behind. Saving a job's position computes both anew.
        """
        settled = [
            job
            for job in self.jobs
            if job.type == "annotation"
            and job.id not in moved
            and job_status(job.stage or "", job.state or "") == wish.value
        ]
        stale = [job for job in settled if job.status != wish.value]
        only_the_task_is = not moved and task_status(self._statuses_after(()).values()) == wish.value
        reason = f"the task's status is stale: sending the job's position once more renews it ({wish.source})"
        return [
            self._job_change(job, reason=reason, fields=(), written=repeated(job_state(job)))
            for job in stale or (settled[:1] if only_the_task_is else [])
        ]

    def _held_back(self, wish: Wish, reached: str, after: Mapping[int, str]) -> str:
        holding = [
            f"{(job.type or '').replace('_', ' ')} job {job.id}" for job in self.jobs if after[job.id] == reached
        ]
        return (
            f"task {self.wishes.task.id} ({self.wishes.task.name!r}) will have status {reached}, not {wish.value}, "
            f"because of {', '.join(holding)}, which only moves when named (job_overrides, or a rule's select.job)"
        )

    def _nothing(self) -> Change:
        wants_jobs = bool(self.wishes.job_wishes)
        return Change(
            address=self.wishes.address,
            kind="task",
            id=self.wishes.task.id,
            task=self.wishes.task.id,
            action=Action.NO_OP,
            reason=NO_JOBS if wants_jobs and not self.wishes.task.job_count else AS_WANTED,
        )

    def _task_reason(self, fields: Sequence[FieldChange]) -> str:
        sources = dict.fromkeys(change.source for change in fields)
        return ", ".join(
            f"{source} selects it" if source.startswith("rule.") else f"{source} describes it" for source in sources
        )


def _wish_for(name: str, wishes: Mapping[str, Wish]) -> Wish:
    """A state that nobody asked for follows from the stage."""
    return wishes[name] if name in wishes else wishes["stage"]


def _job_reason(wishes: Mapping[str, Wish]) -> str:
    reasons: dict[str, None] = {}
    for name, wish in wishes.items():
        if wish.as_status is not None:
            reasons[f"{wish.source} wants the task's status {wish.as_status}, which CVAT derives from the jobs"] = None
        else:
            reasons[f"{wish.source} sets the {name}"] = None
    return "; ".join(reasons)
