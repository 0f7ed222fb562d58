"""What uses a label once everything else of the way back is gone, and what of that the run itself had not put there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.annotations.numbers import Numbers
from reconciler.annotations.whole import WholeTask
from reconciler.cvat.models import Project, Task
from reconciler.plan.steps import Do, Impact, ObjectRef
from reconciler.plan.undoing.way import Way
from reconciler.wording import listed


@dataclass(frozen=True)
class Use:
    """What goes with a label.

    `others` says what others have put there, None if they have not; `after` are the addresses of the steps that have to
    come first, since they delete tasks that use it.
    """

    impact: Impact
    others: str | None
    after: tuple[str, ...]


def use_of(way: Way, owner: ObjectRef, name: str) -> Use:
    """Look through all tasks that can use a label of a project or task."""
    found = way.find(owner.kind, owner.id) if owner.id is not None else None
    staying = list(_staying(way, found))
    way.now.read_all(staying)
    used: dict[int, Numbers] = {}
    others: dict[int, Numbers] = {}
    for task in staying:
        using = (way.settled.get(task.id) or way.now.whole(task)).using([name])
        if using.numbers == Numbers():
            continue
        used[task.id] = using.numbers
        foreign = _numbers(using, way.put_by_run(task.id).using([name]))
        if foreign != Numbers():
            others[task.id] = foreign
    return Use(
        impact=Impact(tasks=tuple(used), **Numbers.sum(used.values()).model_dump()),
        others=_told(others) if others else None,
        after=tuple(way.deletes["task", task.id] for task in _going(way, found)),
    )


def _staying(way: Way, found: Project | Task | None) -> Iterator[Task]:
    if isinstance(found, Task):
        yield found
    elif found is not None:
        moved = {step.id for step in way.steps if step.do is Do.MOVE_TASK}
        yield from (
            task for task in way.now.tasks_in(found) if task.id not in moved and ("task", task.id) not in way.deletes
        )


def _going(way: Way, found: Project | Task | None) -> Iterator[Task]:
    if isinstance(found, Project):
        yield from (task for task in way.now.tasks_in(found) if ("task", task.id) in way.deletes)


def _numbers(using: WholeTask, own: WholeTask) -> Numbers:
    """How much of it the run did not put there. The jobs have other ids in a copy: they count as one."""
    parts = [using.task.minus(own.task)]
    of_jobs = [one for one in own.jobs.values() if one]
    for one in using.jobs.values():
        rest = one
        for other in of_jobs:
            rest = min(rest, one.minus(other), key=lambda left: sum(left.numbers.model_dump().values()))
        parts.append(rest)
    return Numbers.sum(part.numbers for part in parts)


def _told(others: dict[int, Numbers]) -> str:
    return f"{Numbers.sum(others.values())} in task{'s' * (len(others) > 1)} {listed(sorted(others))}"
