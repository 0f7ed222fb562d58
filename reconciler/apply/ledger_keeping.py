"""What a run means for one-time rules: frozen before the first write, done as far as it got, undone by a rollback."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from reconciler.apply.one_write import Result
from reconciler.apply.verification import ARRIVED
from reconciler.errors import ConflictError
from reconciler.history.ledger import done_after_crash, find, freeze, load_ledger, mark_done, save_ledger
from reconciler.history.model import AuditRecord, Ledger, LedgerEntry, Unproven
from reconciler.history.store import StateStore
from reconciler.history.taking_back import taken_back
from reconciler.plan.model import Plan, RulePhase, RuleStanding
from reconciler.plan.standing import is_frozen

ONE_TIME = frozenset({RulePhase.FIRST, RulePhase.CONTINUES})


def check_rules_unchanged(plan: Plan, ledger: Ledger) -> None:
    """Refuse a plan whose one-time rules another run has applied, taken further or taken back since it was made.

    Raises:
        ConflictError: exit code 4; nothing has been written.
    """
    for rule in plan.rules:
        entry = find(ledger, plan.server.url, plan.server.organization, rule.address, rule.revision)
        if rule.phase is RulePhase.FIRST and entry is not None and is_frozen(entry, rule.definition):
            raise _overtaken(rule, entry)
        if rule.phase is RulePhase.CONTINUES and (
            entry is None or entry.selected != rule.selected or set(rule.pending) & set(entry.done)
        ):
            raise _overtaken(rule, entry)


def _overtaken(rule: RuleStanding, entry: LedgerEntry | None) -> ConflictError:
    by = f" by run {entry.run}" if entry is not None and entry.run else ""
    return ConflictError(f"{rule.address} was applied or taken back{by} since this plan was made", hint="plan again")


def freeze_selections(store: StateStore, plan: Plan, run: str | None) -> None:
    """Freeze what one-time rules selected, before anything is written.

    Raises:
        StateError: the ledger cannot be written.
    """
    first = [rule for rule in plan.rules if rule.phase is RulePhase.FIRST]
    if first:
        ledger, now = load_ledger(store), datetime.now(UTC)
        for rule in first:
            ledger = freeze(ledger, plan.server.url, plan.server.organization, rule, run=run, now=now)
        save_ledger(store, ledger)


def record_done(
    store: StateStore, plan: Plan, ended: Iterable[AuditRecord] = (), unproven: Sequence[Unproven] = ()
) -> None:
    """Record which tasks of each one-time rule are reached: all that the rule wanted of them arrived and was proven.

    What failed of the same task at the wish of another block does not hold it back: the rule would throw back what
    people do meanwhile.

    Raises:
        StateError: the ledger cannot be written.
    """
    rules = {rule.address: rule for rule in plan.rules if rule.phase in ONE_TIME}
    if not rules:
        return
    sources = {(change.kind, change.id, one.path[0]): one.source for change in plan.changes for one in change.fields}
    missing = {(sources.get((one.kind, one.id, one.field)), one.task) for one in unproven}
    ledger = load_ledger(store)
    for address, reached in done_after_crash(plan, ended).items():
        done = [task for task in reached if (address, task) not in missing and (None, task) not in missing]
        ledger = mark_done(ledger, plan.server.url, plan.server.organization, address, rules[address].revision, done)
    save_ledger(store, ledger)


def withdraw_undone(store: StateStore, plan: Plan, results: Iterable[Result], unproven: Iterable[Unproven]) -> None:
    """After a rollback: what the rolled-back run had done for one-time rules is not done any more.

    Raises:
        StateError: the ledger cannot be written, or the record of the run that was taken back is damaged.
    """
    if plan.of_run is None:
        return
    behind = {result.change.task for result in results if result.outcome not in ARRIVED}
    behind |= {one.task for one in unproven}
    before = load_ledger(store)
    after = taken_back(store, before, plan, behind, now=datetime.now(UTC))
    if after != before:
        save_ledger(store, after)
