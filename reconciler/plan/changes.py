"""From what is wanted of a task and what is there to its changes: which fields, which writes, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from reconciler.cvat.models import Job
from reconciler.plan.diff import differences
from reconciler.plan.model import Action, Change, FieldChange, Warning_
from reconciler.plan.naming import SETTING
from reconciler.plan.state import job_state, task_state
from reconciler.plan.task_status import StatusOutlook, renewed, sent_once_more
from reconciler.plan.wish import Wish
from reconciler.plan.wishes import TaskWishes
from reconciler.plan.workflow import POSITION, wanted_position
from reconciler.plan.writes import write

AS_WANTED = "already as wanted"
NO_JOBS = "has no data yet, so it has no jobs to move"
DERIVED = "its status is derived from its jobs"
STALE = "its status is stale: a job's position, sent once more, renews it"


@dataclass
class TaskChanges:
    """Works out the changes of one task.

    Args:
        wishes: what is wanted of the task.
        jobs: those of its jobs that were read, by id.
        wanted: what is wanted of each of these.
        complete: whether all of its jobs were asked for.
        users: ids of the users to be assigned.
        warnings: what a person should know is noted here.
    """

    wishes: TaskWishes
    jobs: Sequence[Job]
    wanted: Mapping[int, Mapping[str, Wish]]
    complete: bool
    users: Mapping[str, int]
    warnings: list[Warning_] = field(default_factory=list)

    def changes(self) -> list[Change]:
        """The task's own change and those of its jobs; one no-op, with its reason, if nothing is to do."""
        job_changes = [change for job in self.jobs if (change := self._of_job(job)) is not None]
        status, job_changes = self._status(job_changes)
        if gone_for_good := renewed(self.jobs, job_changes):
            self._warn(gone_for_good)
        own = self._of_task(status)
        if own is not None:
            return [own, *job_changes]
        return job_changes or [self._nothing()]

    def _of_job(self, job: Job) -> Change | None:
        wishes = self.wanted.get(job.id, {})
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
        named = [name for name in observed if name in keys]
        fields = tuple(_field_change(path, before, after, _wish_for(path[0], wishes)) for path, before, after in found)
        expect, gives = ({name: values[name] for name in named} for values in (observed, desired))
        sources = [source for one in fields for source in (one.source, *one.via)]
        change = self._job_change(job, _job_reason(fields, wishes), sources)
        return change.model_copy(update={"fields": fields, "writes": (write("job", expect, gives, self.users),)})

    def _job_change(self, job: Job, reason: str, sources: Iterable[str]) -> Change:
        return Change(
            address=f"{self.wishes.address}.job[{job.id}]",
            kind="job",
            id=job.id,
            task=self.wishes.task.id,
            action=Action.UPDATE,
            reason=reason,
            rests_on=self.wishes.rests_on(sources, job.id),
        )

    def _of_task(self, status: FieldChange | None) -> Change | None:
        wanted = {name: wish for name, wish in self.wishes.fields.items() if name != "status"}
        desired = {name: wish.value for name, wish in wanted.items()}
        observed = task_state(self.wishes.task)
        found = differences(desired, observed)
        fields = [_field_change(path, before, after, wanted[path[0]]) for path, before, after in found]
        keys = [path[0] for path, _, _ in found]
        expect, gives = ({key: values[key] for key in keys} for values in (observed, desired))
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
            reason=", ".join(dict.fromkeys(_task_reason(one.source) for one in fields)),
            fields=tuple(fields),
            writes=(write("task", expect, gives, self.users),) if keys else (),
            rests_on=self.wishes.rests_on(source for one in fields for source in (one.source, *one.via)),
        )

    def _status(self, changes: list[Change]) -> tuple[FieldChange | None, list[Change]]:
        """What the task's status will become, and the changes with what it takes to get there."""
        wish, task = self.wishes.status, self.wishes.task
        if wish is None or not self.complete:
            return None, changes
        if len(self.jobs) < (task.job_count or 0):
            if task.status != wish.value:
                self._warn(
                    f"you see {len(self.jobs)} of the {task.job_count} jobs of task {task.id} ({task.name!r}): "
                    f"whether its status becomes {wish.value} hangs on the others, too"
                )
            return None, changes
        spared = {job.id for job in self.jobs if job.type == "annotation" and not self.wishes.moves_for_status(job)}
        outlook = StatusOutlook(task, wish, self.jobs, spared)
        changes = self._with_stale(changes, outlook.stale(changes), wish)
        reached = outlook.reached(changes)
        if reached != wish.value:
            self._warn(outlook.held_back(changes))
        if reached in (None, task.status) or reached != wish.value:
            return None, changes
        return FieldChange(path=("status",), before=task.status, after=reached, source=wish.source), changes

    def _with_stale(self, changes: list[Change], stale: Iterable[Job], wish: Wish) -> list[Change]:
        by_id = {change.id: change for change in changes}
        for job in stale:
            by_id[job.id] = sent_once_more(by_id.get(job.id), job, self._job_change(job, STALE, [wish.source]))
        return [by_id[number] for number in sorted(by_id)]

    def _warn(self, text: str) -> None:
        self.warnings.append(Warning_(text=text, address=self.wishes.address))

    def _nothing(self) -> Change:
        return Change(
            address=self.wishes.address,
            kind="task",
            id=self.wishes.task.id,
            task=self.wishes.task.id,
            action=Action.NO_OP,
            reason=self._why_nothing(),
        )

    def _why_nothing(self) -> str:
        task, status = self.wishes.task, self.wishes.status
        as_wanted = status is None or task.status == status.value
        if task.job_count == 0 and self.wishes.job_wishes and not (status and as_wanted):
            return NO_JOBS
        if not as_wanted:
            return f"stays in status {task.status}: see the warning"
        if left_alone := sorted(self.wishes.left_alone):
            return f"lifecycle.ignore leaves alone what else is wanted: {', '.join(left_alone)}"
        return AS_WANTED


def _field_change(path: tuple[str, ...], before: JsonValue, after: JsonValue, wish: Wish) -> FieldChange:
    via = (wish.instead_of,) if wish.instead_of is not None else ()
    return FieldChange(path=path, before=before, after=after, source=wish.source, via=via)


def _wish_for(name: str, wishes: Mapping[str, Wish]) -> Wish:
    """A state that nobody asked for follows from the stage."""
    return wishes[name] if name in wishes else wishes["stage"]


def _task_reason(source: str) -> str:
    if source == SETTING:
        return "priorities are shown in another way"
    return f"{source} selects it" if source.startswith("rule.") else f"{source} describes it"


def _job_reason(fields: Iterable[FieldChange], wishes: Mapping[str, Wish]) -> str:
    """Short: it is shown next to the task's reason."""
    wanted = [_wish_for(one.path[0], wishes) for one in fields]
    return ", ".join(dict.fromkeys(DERIVED if wish.as_status else f"wanted by {wish.source}" for wish in wanted))
