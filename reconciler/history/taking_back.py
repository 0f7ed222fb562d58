"""What a rollback means for one-time rules: what the run had done for them is not done any more."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from reconciler.history.ledger import find, freeze, left_by_task, mark_left, withdraw
from reconciler.history.left import ONE_TIME, left_after
from reconciler.history.model import Ledger
from reconciler.history.runs import load_audit, load_plan, load_run
from reconciler.history.store import StateStore
from reconciler.plan.left import together, without
from reconciler.plan.model import Left, Plan


@dataclass(frozen=True)
class Part:
    """A run's part in one task of a rule: what was left before it (None: the whole task), and what after it."""

    before: Left | None
    after: Left
    written: Left

    def undone(self, now: Left | None) -> Left | None:
        """What is left once the run is taken back: as before it, and if others went on since, what it had written."""
        if now == self.after:
            return self.before
        return None if now is None else together(now, self.written)

    def redone(self, now: Left | None) -> Left | None:
        """The other way round."""
        if now == self.before:
            return self.after
        return None if now is None else without(now, self.written)


def taken_back(store: StateStore, ledger: Ledger, plan: Plan, behind: AbstractSet[int], *, now: datetime) -> Ledger:
    """The ledger after a rollback.

    Only what the run itself had done is withdrawn: what another run did for the same rule stays done. A rollback of a
    rollback is the other way round: it is done again.

    Args:
        store: where the run that was taken back is recorded.
        ledger: as it was before.
        plan: the rollback's; of an apply, nothing happens.
        behind: tasks of which something was not restored; what was done for them stays done.
        now: when.

    Raises:
        StateError: the record of the run that was taken back is lost or damaged.
    """
    if plan.of_run is None:
        return ledger
    origin, undoing = _origin(store, plan.of_run)
    applied = load_plan(store, origin).plan
    kept = behind | {conflict.task for conflict in plan.conflicts if not conflict.forced}
    parts = _parts(store, origin, applied, kept)
    for rule in applied.rules:
        if rule.phase not in ONE_TIME:
            continue
        key = applied.server.url, applied.server.organization, rule.address, rule.revision
        if not undoing:
            ledger = freeze(ledger, *key[:2], rule, run=origin, now=now)
        if (entry := find(ledger, *key)) is None:
            continue
        states = left_by_task(entry)
        then = {
            task: part.undone(states.get(task)) if undoing else part.redone(states.get(task))
            for task, part in parts[rule.address].items()
        }
        ledger = mark_left(ledger, *key, [left for left in then.values() if left is not None])
        if undoing:
            ledger = withdraw(ledger, *key, [task for task, left in then.items() if left is None])
    return ledger


def _parts(store: StateStore, origin: str, applied: Plan, kept: AbstractSet[int]) -> dict[str, dict[int, Part]]:
    """The run's part in each task of each one-time rule, without the tasks that are kept as they are."""
    before = {rule.address: {one.task: one for one in rule.left} for rule in applied.rules}
    planned = left_after(applied)
    ended = left_after(applied, load_audit(store, origin), load_run(store, origin).unproven)
    return {
        address: {
            after.task: Part(before[address].get(after.task), after, without(begun, after))
            for begun, after in zip(planned[address], ended[address], strict=True)
            if after.task not in kept
        }
        for address in ended
    }


def _origin(store: StateStore, run_id: str) -> tuple[str, bool]:
    """The apply at the end of a chain of rollbacks, and whether taking `run_id` back undoes or redoes it."""
    undoing = True
    while (before := load_plan(store, run_id).plan.of_run) is not None:
        run_id, undoing = before, not undoing
    return run_id, undoing
