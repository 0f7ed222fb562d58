"""Who has which jobs. Read only as far as rules need it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from reconciler.cvat.filters import all_of, equals, is_in, negate
from reconciler.cvat.models import Job, Task
from reconciler.plan.assignment.books import Scope
from reconciler.plan.assignment.rules import SharingRule
from reconciler.plan.assignment.work import Work, work_of_job
from reconciler.plan.building.building import Building
from reconciler.plan.conditions import narrowed
from reconciler.plan.jobs_reading import JobsRead
from reconciler.plan.wishes import JobWish, TaskWishes

_NOT_COMPLETED = negate(equals("state", "completed"))


@dataclass
class JobBooks:
    """All jobs that were looked at, as the other blocks leave them."""

    ctx: Building
    wishes: Mapping[int, TaskWishes]
    read: JobsRead
    by_id: dict[int, Work] = field(default_factory=dict)

    def shared_by(self, rule: SharingRule) -> list[Work]:
        """Of its tasks the jobs that it selects: open ones, in the right stage."""
        tasks = [task for task in rule.standing.tasks if not self._ignored(task)]
        self._read_jobs(rule, tasks)
        chosen = [job for task in tasks for job in self.read.of(task.id) if _is_about(rule, job)]
        found = [self.by_id[job.id] for job in chosen]
        return [
            work
            for work in found
            if (rule.stages is None or work.stage in rule.stages) and (work.open or _asks_for_state(rule))
        ]

    def read_load(self, scope: Scope, people: Collection[str]) -> None:
        """Their open jobs."""
        theirs = [is_in("assignee", sorted(people)), _NOT_COMPLETED]
        if scope.projects:
            self._note(self.ctx.server.jobs(narrowed([is_in("project_id", sorted(scope.projects)), *theirs])))
        if scope.tasks:
            self._note(self.ctx.server.jobs_of_tasks(sorted(scope.tasks), where=narrowed(theirs)))

    def give(self, rule: SharingRule, task: int, given: Mapping[str | None, list[int]]) -> None:
        """Each person's jobs of the task are one wish. It rests on how far they are: begun work would have stayed."""
        found = {job.id: {"stage": job.stage, "state": job.state} for job in self.read.of(task)}
        tested = self.wishes[task].tested_of_jobs.setdefault(rule.address, {})
        for person, jobs in given.items():
            tested.update({job: {**tested.get(job, {}), **found[job]} for job in jobs})
            wanted = {"assignee": rule.wish_for(person)}
            self.wishes[task].add_for_jobs(JobWish(wanted, only=frozenset(jobs)))

    def _ignored(self, task: Task) -> bool:
        wishes = self.wishes.get(task.id)
        if wishes is None or "jobs" not in wishes.ignored:
            return False
        wishes.left_alone.add("jobs")
        return True

    def _read_jobs(self, rule: SharingRule, tasks: Iterable[Task]) -> None:
        """Jobs that nothing else is wanted of are open only if they are so now: the others need not travel."""
        kind = equals("type", "annotation") if rule.standing.job_ids is None else None
        of_any_state: dict[bool, list[int]] = {True: [], False: []}
        for task in tasks:
            if task.id not in self.read.complete and task.job_count != 0:
                wishes = self.wishes.get(task.id)
                moved = wishes is not None and bool(wishes.job_wishes)
                of_any_state[moved or _asks_for_state(rule)].append(task.id)
        for any_state, ids in of_any_state.items():
            if ids:
                where = all_of(kind, None if any_state else _NOT_COMPLETED)
                self.read.add_unknown(self.ctx.server.jobs_of_tasks(sorted(ids), where=where))
        for jobs in self.read.by_task.values():
            self._note(jobs)

    def _note(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            if job.id not in self.by_id:
                task = job.task_id or 0
                self.by_id[job.id] = work_of_job(job, self.wishes.get(task), going=task in self.ctx.deleted)


def _is_about(rule: SharingRule, job: Job) -> bool:
    """Whether a rule selects the job and, if it runs once and was begun, has it still to do."""
    left = rule.left_of.get(job.task_id or 0)
    if left is not None and job.id not in left.jobs:
        return False
    ids = rule.standing.job_ids
    return job.id in ids if ids is not None else job.type == "annotation"


def _asks_for_state(rule: SharingRule) -> bool:
    """Whether the selection says itself how far jobs are: then that counts, and not that they are open."""
    return rule.block.select.job is not None and rule.block.select.job.state is not None
