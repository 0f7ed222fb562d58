"""What becomes of a task's status when its jobs are written.

The server computes it anew whenever one of the task's jobs is saved, whatever was changed, over the stored (legacy)
statuses of all of its jobs; a job's stored status is computed when its stage or state is sent (CVAT 2.54.1, source).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from reconciler.cvat.models import Job, Task
from reconciler.plan.model import Change
from reconciler.plan.state import job_state
from reconciler.plan.wish import Wish
from reconciler.plan.workflow import POSITION, job_status, task_status
from reconciler.plan.writes import repeated, with_position


def statuses_after(jobs: Iterable[Job], changes: Iterable[Change]) -> dict[int, str]:
    """Each job's stored status once the changes are made."""
    after = {job.id: job.status or _derived(job) for job in jobs}
    for change in changes:
        for write in change.writes:
            if change.kind == "job" and write.body.keys() & POSITION:
                after[change.id] = job_status(str(write.gives["stage"]), str(write.gives["state"]))
    return after


@dataclass(frozen=True)
class StatusOutlook:
    """Whether a task whose jobs are all known reaches its wanted status. `changes` are those of its jobs."""

    task: Task
    wish: Wish
    jobs: Sequence[Job]
    spared: AbstractSet[int] = frozenset()  # annotation jobs that are not to be moved (again)

    def reached(self, changes: Sequence[Change]) -> str | None:
        """The task's status afterwards; as it is, if no job is saved."""
        if not changes:
            return self.task.status
        return task_status(statuses_after(self.jobs, changes).values())

    def stale(self, changes: Sequence[Change]) -> list[Job]:
        """Jobs at the wanted position that have to be sent once more for the task to reach its status.

        A restored backup brings a job's legacy status back but not its stage (CVAT 2.54.1), and two jobs saved at once
        can leave the task's status behind.
        """
        if self.reached(changes) == self.wish.value:
            return []
        after = statuses_after(self.jobs, changes)
        moved = {change.id for change in changes if change.writes[0].gives.keys() & POSITION}
        settled = [
            job
            for job in self.jobs
            if job.type == "annotation" and job.id not in moved and _derived(job) == self.wish.value
        ]
        if behind := [job for job in settled if (job.status or _derived(job)) != self.wish.value]:
            return behind
        only_the_task_is = not changes and task_status(after.values()) == self.wish.value
        return settled[:1] if only_the_task_is else []

    def held_back(self, changes: Sequence[Change]) -> str:
        """Why the wanted status is not reached, for a person."""
        task, reached = self.task, self.reached(changes)
        what = f"task {task.id} ({task.name!r}) will have status {reached}, not {self.wish.value}"
        after = statuses_after(self.jobs, changes)
        holding = [job for job in self.jobs if after[job.id] == reached]
        named = ", ".join(f"{_kind(job)} job {job.id}" for job in holding[:5])
        more = f" and {len(holding) - 5} more" if len(holding) > 5 else ""
        if not holding:
            return what
        if all(job.id in self.spared for job in holding):
            return f"{what}, because of {named}{more}: what was done once is not done again"
        if any(job.type == "annotation" for job in holding):
            return f"{what}, because of what is wanted of {named}{more}"
        moves = "which only moves" if len(holding) == 1 else "which only move"
        return f"{what}, because of {named}{more}, {moves} when named (job_overrides, or a rule's select.job)"


def renewed(jobs: Iterable[Job], changes: Iterable[Change]) -> str | None:
    """What no rollback can bring back, for a person: stored statuses that do not follow from stage and state.

    Restored backups leave such ones (CVAT 2.54.1). Sending the job's position computes them anew, and they cannot be
    written.
    """
    sent = {change.id for change in changes if any(write.body.keys() & POSITION for write in change.writes)}
    stale = [job for job in jobs if job.id in sent and job.status and job.status != _derived(job)]
    if not stale:
        return None
    listed = ", ".join(f"job {job.id} ({job.status} at {job.stage}/{job.state})" for job in stale[:3])
    more = f" and {len(stale) - 3} more" if len(stale) > 3 else ""
    return f"the stored status of {listed}{more} is stale; writing renews it, and a rollback cannot bring it back"


def sent_once_more(change: Change | None, job: Job, fresh: Change) -> Change:
    """A change that also sends the job's position as it is: into its own write, or as a change that does only this."""
    if change is None:
        return fresh.model_copy(update={"writes": (repeated(job_state(job)),)})
    return change.model_copy(update={"writes": (with_position(change.writes[0], job_state(job)),)})


def _derived(job: Job) -> str:
    return job_status(job.stage or "", job.state or "")


def _kind(job: Job) -> str:
    return (job.type or "").replace("_", " ")


def planned_statuses(changes: Iterable[Change]) -> Mapping[int, Change]:
    """By task, the change that says what its status becomes; that is always the last of its fields."""
    return {
        change.id: change
        for change in changes
        if change.kind == "task" and change.fields and change.fields[-1].path == ("status",)
    }
