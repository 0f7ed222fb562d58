"""In which order one task's changes are written, so that a run that is broken off in between can go on.

What was not written is found again by the rule that wants it, as long as the rule still selects the task. So a task's
own fields come last where a rule that changes its jobs selects by them: the subset `A` of "what is in A goes to
validation, and is in B then". In all other cases they come first, for a rule that changes them may select by the jobs;
also where they rest on what follows from the jobs: the task's status, and whether it is begun.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from reconciler.plan.begun import BEGUN
from reconciler.plan.model import Change
from reconciler.plan.workflow import POSITION

_FOLLOWS_FROM_JOBS: Final = frozenset({"task.status", f"task.{BEGUN}"})


def in_writing_order(changes: Iterable[Change]) -> list[Change]:
    """All changes, task by task."""
    by_task: dict[int, list[Change]] = {}
    for change in changes:
        by_task.setdefault(change.task, []).append(change)
    return [change for task in sorted(by_task) for change in _of_one_task(by_task[task])]


def _of_one_task(changes: Sequence[Change]) -> list[Change]:
    own = [change for change in changes if change.kind == "task"]
    jobs = sorted((change for change in changes if change.kind == "job"), key=lambda change: change.id)
    written = {f"task.{name}" for change in own for write in change.writes for name in write.gives}
    selected_by = any(not written.isdisjoint(change.rests_on) for change in jobs)
    status_moves = any(POSITION & write.gives.keys() for change in jobs for write in change.writes)
    follows = any(not _FOLLOWS_FROM_JOBS.isdisjoint(change.rests_on) for change in own)
    return [*jobs, *own] if selected_by and not (status_moves and follows) else [*own, *jobs]
