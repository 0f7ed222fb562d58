"""What a one-time rule has left to do of a task: which jobs, whether its own fields, whether its status."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from reconciler.plan.model import Change, Left
from reconciler.plan.workflow import POSITION

Lacking = tuple[Change, AbstractSet[str]]
"""A change, and those of its written fields that the server does not have yet."""


def left_of_task(rule: str, task: int, lacking: Iterable[Lacking]) -> Left:
    """What of one task is left to a rule, by what the server lacks of the task's changes.

    Only what the rule itself asked for: what another block wants of the same task is that block's business. A position
    that is only sent once more changes no field, so it may be any rule's; it moves no job, so no job is left for it.
    """
    jobs: set[int] = set()
    fields = status = False
    for change, names in lacking:
        if any(rule in (one.source, *one.via) and one.path[0] in names for one in change.fields):
            if change.kind == "job":
                jobs.add(change.id)
            else:
                fields = True
        status = status or _only_renews(change, names)
    return Left(task=task, jobs=tuple(sorted(jobs)), fields=fields, status=status)


def all_of(changes: Iterable[Change]) -> list[Lacking]:
    """Changes of which nothing is written yet."""
    return [(change, write.gives.keys()) for change in changes for write in change.writes]


def together(one: Left, other: Left) -> Left:
    """What is in either."""
    return Left(
        task=one.task,
        jobs=tuple(sorted({*one.jobs, *other.jobs})),
        fields=one.fields or other.fields,
        status=one.status or other.status,
    )


def without(one: Left, other: Left) -> Left:
    """What is in the first only."""
    return Left(
        task=one.task,
        jobs=tuple(sorted(set(one.jobs) - set(other.jobs))),
        fields=one.fields and not other.fields,
        status=one.status and not other.status,
    )


def _only_renews(change: Change, names: AbstractSet[str]) -> bool:
    """Whether the job's position is among them though nothing about it changes."""
    return change.kind == "job" and bool(POSITION & names) and not any(one.path[0] in POSITION for one in change.fields)
