"""Jobs and tasks as work that somebody has: as it is now, and as the other blocks of the manifest leave it.

Open is what has still to be done: a job whose state is not completed, a task whose status is not. A job that is
completed in its stage waits for somebody to move it on, not for whoever has it.
"""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.cvat.models import Job, Task
from reconciler.plan.disagreements import Disagreements
from reconciler.plan.wishes import TaskWishes
from reconciler.plan.workflow import wanted_position


@dataclass
class Work:
    """One job or task. Without `now` in their names, fields say how it is once the plan is applied, as far as known."""

    id: int
    task: int
    project: int | None
    frames: int
    now: str | None  # who has it on the server
    open_now: bool
    stage_now: str | None  # of a job
    person: str | None
    open: bool
    stage: str | None
    begun: bool
    said: bool = False  # another block says who has it
    taken_by: str | None = None  # the rule that takes it from whoever has it
    planned: str | None = None  # who has it by this very plan: `--target` leaves some of it out
    rank: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        self.planned = self.person


def work_of_job(job: Job, wishes: TaskWishes | None, *, going: bool = False) -> Work:
    """A job as work; `going`: its task is deleted."""
    wanted = wishes.of_job(job, Disagreements()) if wishes is not None else {}
    position = wanted_position({name: wish.value for name, wish in wanted.items()}, job.stage, job.state)
    stage, state = (position.get(name, was) for name, was in (("stage", job.stage), ("state", job.state)))
    who = wanted.get("assignee")
    first, last = job.start_frame or 0, job.stop_frame or 0
    return Work(
        id=job.id,
        task=job.task_id or 0,
        project=job.project_id,
        frames=job.frame_count if job.frame_count is not None else last - first + 1,
        now=job.assignee_name,
        open_now=job.state != "completed",
        stage_now=job.stage,
        person=who.text if who is not None else job.assignee_name,
        open=state != "completed" and not going,
        stage=str(stage),
        begun=state != "new",
        said=who is not None and who.text is not None,
        taken_by=who.source if who is not None and who.text is None else None,
        rank=(job.task_id or 0, first),
    )


def work_of_task(task: Task, wishes: TaskWishes | None, *, begun: bool = False, going: bool = False) -> Work:
    """A task as work."""
    fields = wishes.fields if wishes is not None else {}
    status = fields["status"].text if "status" in fields else task.status
    who = fields.get("assignee")
    return Work(
        id=task.id,
        task=task.id,
        project=task.project_id,
        frames=task.size or 0,
        now=task.assignee_name,
        open_now=task.status != "completed",
        stage_now=None,
        person=who.text if who is not None else task.assignee_name,
        open=status != "completed" and not going,
        stage=None,
        begun=begun,
        said=who is not None and who.text is not None,
        taken_by=who.source if who is not None and who.text is None else None,
        rank=(task.id,),
    )
