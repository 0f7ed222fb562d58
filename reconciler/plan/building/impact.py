"""What goes with what is destroyed: counted only when something is to be, and each task read once.

What cannot be read is not guessed: such a task is listed as hidden. A task without data has nothing (FACTS §3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from reconciler.annotations.errors import AnnotationsError
from reconciler.annotations.labels import LabelIds
from reconciler.annotations.numbers import Numbers
from reconciler.annotations.whole import WholeTask, read_whole
from reconciler.cvat.capabilities import CONNECTIONS
from reconciler.cvat.filters import equals
from reconciler.cvat.models import Job, Task
from reconciler.errors import ServerError
from reconciler.plan.building.building import Building
from reconciler.plan.building.labels_after import labels_after_of
from reconciler.plan.steps import Impact, ObjectRef


def impact_of_label(ctx: Building, owner: ObjectRef, label: str) -> Impact:
    """What uses a label of a project or task, in which tasks. Ground truth and replicas count, too."""
    wholes = read_wholes(ctx, _tasks_of(ctx, owner))
    using = {task: None if whole is None else whole.using([label]).numbers for task, whole in wholes.items()}
    used = {task: numbers for task, numbers in using.items() if numbers is not None and numbers != Numbers()}
    hidden = tuple(task for task, numbers in using.items() if numbers is None)
    return _summed(tuple(used), used.values(), hidden=hidden)


def impact_of_tasks(ctx: Building, tasks: Sequence[Task]) -> Impact:
    """What goes with tasks: their frames, their jobs of all types, their annotations."""
    found, jobs = read_wholes(ctx, tasks), jobs_of(ctx, tasks)
    return _summed(
        tuple(sorted(found)),
        (whole.numbers for whole in found.values() if whole is not None),
        frames=sum(task.size or 0 for task in tasks),
        jobs=sum(len(own) for own in jobs.values()),
        hidden=tuple(sorted(task for task, whole in found.items() if whole is None)),
    )


def digest_of(ctx: Building, task: Task) -> str | None:
    """The digest of a task's annotations once this plan has changed and removed labels; None if they cannot be read."""
    whole = read_wholes(ctx, [task])[task.id]
    if whole is None:
        return None
    labels = labels_after_of(ctx, task)
    return labels.shown(whole).without(labels.removed).digest


def digest_when_deleted(ctx: Building, task: Task) -> str | None:
    """The same just before the task is deleted: labels are changed by then, but those that go are still there."""
    whole = read_wholes(ctx, [task])[task.id]
    return labels_after_of(ctx, task).shown(whole).digest if whole is not None else None


def _tasks_of(ctx: Building, owner: ObjectRef) -> list[Task]:
    if owner.id is None:
        return []
    if owner.kind == "task":
        return ctx.server.tasks_by_id([owner.id])
    return [task for task in ctx.server.tasks(equals("project_id", owner.id)) if task.project_id == owner.id]


def _summed(
    tasks: tuple[int, ...], parts: Iterable[Numbers], *, frames: int = 0, jobs: int = 0, hidden: tuple[int, ...] = ()
) -> Impact:
    return Impact(tasks=tasks, frames=frames, jobs=jobs, hidden=hidden, **Numbers.sum(parts).model_dump())


def read_wholes(
    ctx: Building, tasks: Iterable[Task], read_one: Callable[[], None] = lambda: None
) -> dict[int, WholeTask | None]:
    """All annotations of tasks, by their present labels, over a few connections; None where they cannot be read.

    `read_one` is called after each that was not known yet.
    """
    tasks = list(tasks)
    missing = [task for task in tasks if task.id not in ctx.wholes]
    if missing:
        jobs = jobs_of(ctx, missing)
        # Labels are asked for beforehand, as all of this shares them: only annotations are read side by side.
        ids = {task.id: _ids(ctx, task) for task in missing}
        with ThreadPoolExecutor(max_workers=CONNECTIONS, thread_name_prefix="impact") as pool:
            read = pool.map(lambda task: _read(ctx, task, jobs[task.id], ids[task.id]), missing)
            for task, whole in zip(missing, read, strict=True):
                ctx.wholes[task.id] = whole
                read_one()
    return {task.id: ctx.wholes[task.id] for task in tasks}


def jobs_of(ctx: Building, tasks: Iterable[Task]) -> dict[int, list[Job]]:
    """The jobs of tasks, of all types."""
    wanted = [task.id for task in tasks]
    missing = [task for task in wanted if task not in ctx.jobs_read]
    if missing:
        ctx.jobs_read.update({task: [] for task in missing})
        for job in ctx.server.jobs_of_tasks(missing):
            if job.task_id in ctx.jobs_read:
                ctx.jobs_read[job.task_id].append(job)
    return {task: ctx.jobs_read[task] for task in wanted}


def _ids(ctx: Building, task: Task) -> LabelIds | None:
    try:
        return LabelIds.of(ctx.labels_for(task))
    except ServerError:
        return None


def _read(ctx: Building, task: Task, jobs: list[Job], ids: LabelIds | None) -> WholeTask | None:
    try:
        return None if ids is None else read_whole(ctx.server, task, jobs, ids)
    except (ServerError, AnnotationsError):
        return None
