"""What a run means for one-time rules: frozen before the first write, done as far as it got, undone by a rollback."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from reconciler.apply.executor import Result
from reconciler.apply.verification import ARRIVED
from reconciler.errors import ConflictError
from reconciler.history.ledger import find, freeze, load_ledger, mark_done, save_ledger, withdraw
from reconciler.history.model import Ledger, LedgerEntry, Unproven
from reconciler.history.runs import load_plan
from reconciler.history.store import StateStore
from reconciler.plan.model import Plan, RulePhase, RuleStanding
from reconciler.plan.standing import is_frozen

_ONE_TIME = frozenset({RulePhase.FIRST, RulePhase.CONTINUES})


def check_rules_unchanged(plan: Plan, ledger: Ledger) -> None:
    """Refuse a plan whose one-time rules another run has applied, or taken further, since it was made.

    Raises:
        ConflictError: exit code 4; nothing has been written.
    """
    for rule in plan.rules:
        entry = find(ledger, plan.server.url, plan.server.organization, rule.address, rule.revision)
        if rule.phase is RulePhase.FIRST and entry is not None and is_frozen(entry, rule.definition):
            raise _overtaken(rule, entry)
        if rule.phase is RulePhase.CONTINUES and (entry is None or set(rule.pending) & set(entry.done)):
            raise _overtaken(rule, entry)


def _overtaken(rule: RuleStanding, entry: LedgerEntry | None) -> ConflictError:
    by = f" by run {entry.run}" if entry is not None and entry.run else ""
    return ConflictError(f"{rule.address} was applied or taken back{by} since this plan was made", hint="plan again")


def freeze_selections(store: StateStore, plan: Plan, run: str | None) -> None:
    """Freeze what one-time rules selected, before anything is written."""
    first = [rule for rule in plan.rules if rule.phase is RulePhase.FIRST]
    if first:
        ledger, now = load_ledger(store), datetime.now(UTC)
        for rule in first:
            ledger = freeze(ledger, plan.server.url, plan.server.organization, rule, run=run, now=now)
        save_ledger(store, ledger)


def record_done(store: StateStore, plan: Plan, results: Iterable[Result], unproven: Iterable[Unproven]) -> None:
    """Record which tasks of each one-time rule are reached: all of their writes arrived and were proven."""
    rules = [rule for rule in plan.rules if rule.phase in _ONE_TIME]
    if not rules:
        return
    behind = _behind(results, unproven)
    ledger = load_ledger(store)
    for rule in rules:
        done = [task for task in rule.pending if task not in behind]
        ledger = mark_done(ledger, plan.server.url, plan.server.organization, rule.address, rule.revision, done)
    save_ledger(store, ledger)


def withdraw_undone(store: StateStore, plan: Plan, results: Iterable[Result], unproven: Iterable[Unproven]) -> None:
    """After a rollback: what the rolled-back run had done for one-time rules is not done any more.

    A rollback of a rollback is the other way round: it is done again.
    """
    if plan.of_run is None:
        return
    rules, undoing = _rules_of(store, plan.of_run)
    if not rules:
        return
    kept = _behind(results, unproven) | {conflict.task for conflict in plan.conflicts if not conflict.forced}
    ledger, now = load_ledger(store), datetime.now(UTC)
    server, organization = plan.server.url, plan.server.organization
    for rule in rules:
        tasks = [task for task in rule.pending if task not in kept]
        if undoing:
            ledger = withdraw(ledger, server, organization, rule.address, rule.revision, tasks)
        else:
            ledger = freeze(ledger, server, organization, rule, run=plan.of_run, now=now)
            ledger = mark_done(ledger, server, organization, rule.address, rule.revision, tasks)
    save_ledger(store, ledger)


def _rules_of(store: StateStore, run_id: str) -> tuple[tuple[RuleStanding, ...], bool]:
    """The one-time rules of the apply at the end of a chain of rollbacks, and whether this undoes or redoes them."""
    undoing = True
    plan = load_plan(store, run_id).plan
    while plan.of_run is not None:
        undoing = not undoing
        plan = load_plan(store, plan.of_run).plan
    return tuple(rule for rule in plan.rules if rule.phase in _ONE_TIME), undoing


def _behind(results: Iterable[Result], unproven: Iterable[Unproven]) -> set[int]:
    """Tasks of which something did not arrive."""
    behind = {result.change.task for result in results if result.outcome not in ARRIVED}
    return behind | {one.task for one in unproven}
