"""What a rollback means for one-time rules: what the run had done for them is not done any more."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import datetime

from reconciler.history.ledger import done_after_crash, freeze, mark_done, withdraw
from reconciler.history.model import Ledger
from reconciler.history.runs import load_audit, load_plan, load_run
from reconciler.history.store import StateStore
from reconciler.plan.model import Plan, RulePhase

_ONE_TIME = frozenset({RulePhase.FIRST, RulePhase.CONTINUES})


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
    rules = [rule for rule in applied.rules if rule.phase in _ONE_TIME]
    if not rules:
        return ledger
    reached = done_after_crash(applied, load_audit(store, origin))
    kept = behind | {conflict.task for conflict in plan.conflicts if not conflict.forced}
    kept |= {one.task for one in load_run(store, origin).unproven}
    server, organization = applied.server.url, applied.server.organization
    for rule in rules:
        tasks = [task for task in reached[rule.address] if task not in kept]
        if undoing:
            ledger = withdraw(ledger, server, organization, rule.address, rule.revision, tasks)
        else:
            ledger = freeze(ledger, server, organization, rule, run=origin, now=now)
            ledger = mark_done(ledger, server, organization, rule.address, rule.revision, tasks)
    return ledger


def _origin(store: StateStore, run_id: str) -> tuple[str, bool]:
    """The apply at the end of a chain of rollbacks, and whether taking `run_id` back undoes or redoes it."""
    undoing = True
    while (before := load_plan(store, run_id).plan.of_run) is not None:
        run_id, undoing = before, not undoing
    return run_id, undoing
