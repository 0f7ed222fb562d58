"""Where a rule stands: selected anew, frozen and half done, or applied.

A rule of mode once selects when it is first applied; from then on the ledger holds its selection, and only what is left
of it is dealt with: tasks that were not begun, and of the others the jobs and fields that were to be changed and whose
write has not arrived. So work that annotators finish later is never thrown back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from reconciler.cvat.models import Task
from reconciler.history.model import LedgerEntry
from reconciler.manifest.models import RuleBlock
from reconciler.plan.model import RulePhase, RuleStanding
from reconciler.plan.selection import Selection
from reconciler.wording import counted


@dataclass(frozen=True)
class Standing:
    """A rule's standing, and the tasks that this plan deals with; with `job_ids`, it is about these jobs of them."""

    record: RuleStanding
    tasks: tuple[Task, ...] = ()
    job_ids: frozenset[int] | None = None


def definition_digest(block: RuleBlock) -> str:
    """Tells an edited rule from the one that was applied. Mode and revision are not part of it."""
    content = block.model_dump(mode="json", include={"select", "set", "assign"}, exclude_unset=True, by_alias=True)
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def is_frozen(entry: LedgerEntry, definition: str) -> bool:
    """Whether the ledger's selection counts. One that was empty stops counting when the rule is edited."""
    return bool(entry.selected) or entry.definition == definition


def fresh(address: str, block: RuleBlock, selection: Selection) -> Standing:
    """A rule that selects now."""
    selected = tuple(task.id for task in selection.tasks)
    job_ids = None
    if selection.jobs is not None:
        job_ids = frozenset(job.id for jobs in selection.jobs.values() for job in jobs)
    always = block.mode == "always"
    if always:
        note = selects_note(len(selected))
    elif selected:
        note = f"selects {_tasks(selected)}; applying it freezes this selection (once, revision {block.revision})"
    else:
        note = f"selects nothing now; applying it records that (once, revision {block.revision})"
    record = RuleStanding(
        address=address,
        phase=RulePhase.ALWAYS if always else RulePhase.FIRST,
        revision=block.revision,
        definition=definition_digest(block),
        selected=selected,
        pending=selected,
        selected_jobs=tuple(sorted(job_ids or ())),
        note=note,
    )
    return Standing(record, selection.tasks, job_ids)


def frozen(address: str, block: RuleBlock, entry: LedgerEntry, tasks: Iterable[Task]) -> Standing:
    """A rule that was applied before. `tasks` are those of its selection that are not done and still exist."""
    pending = tuple(tasks)
    ids = tuple(task.id for task in pending)
    there = set(ids)
    left = tuple(one for one in entry.left if one.task in there)
    when = f"{entry.frozen:%Y-%m-%d %H:%M} UTC" + (f" in run {entry.run}" if entry.run else "")
    if pending:
        phase = RulePhase.CONTINUES
        note = f"continues what was begun {when}: {len(pending)} of {_tasks(entry.selected)} left"
        note += f", {len(left)} in part" if left else ""
    else:
        phase = RulePhase.DONE
        note = f"applied {when} ({_tasks(entry.selected)}); raise `revision` to run it again"
    record = RuleStanding(
        address=address,
        phase=phase,
        revision=block.revision,
        definition=entry.definition,
        selected=entry.selected,
        pending=ids,
        left=left,
        selected_jobs=entry.selected_jobs,
        run=entry.run,
        note=note,
    )
    # What was frozen counts, not what an edited rule says now: without jobs, it had not selected by job.
    return Standing(record, pending, frozenset(entry.selected_jobs) or None)


def selects_note(number: int, *, by_this_plan: int = 0) -> str:
    """What a rule that always holds selects, for a person; some of it only by what this plan makes."""
    more = f", {by_this_plan} of them by what this plan makes" if by_this_plan else ""
    return f"selects {counted(number, 'task')}{more}" if number else "selects nothing now"


def edited(standing: RuleStanding) -> str:
    """What it means that a frozen rule was edited since, for a person."""
    if standing.phase is RulePhase.CONTINUES:
        in_part = ", and of one that was begun only what was left of it" if standing.left else ""
        return (
            f"was edited since it was begun: what it says now is what its {_tasks(standing.pending)} left get"
            f"{in_part}; raise `revision` to run it again on all"
        )
    return "was edited since it was applied; raise `revision` to run it again"


def _tasks(ids: Collection[int]) -> str:
    return counted(len(ids), "task")
