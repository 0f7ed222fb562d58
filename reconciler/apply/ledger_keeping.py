"""What a run means for one-time rules: frozen before the first write, done as far as it got, undone by a rollback."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from reconciler.apply.one_write import Result
from reconciler.apply.verification import ARRIVED
from reconciler.errors import ConflictError
from reconciler.history.ledger import find, freeze, load_ledger, mark_left, save_ledger
from reconciler.history.left import ONE_TIME, left_after
from reconciler.history.model import AuditRecord, Ledger, LedgerEntry, Unproven
from reconciler.history.store import StateStore
from reconciler.history.taking_back import taken_back
from reconciler.plan.model import Left, Plan, RulePhase, RuleStanding
from reconciler.plan.standing import is_frozen

__all__ = ["ONE_TIME", "check_rules_unchanged", "freeze_selections", "record_done", "withdraw_undone"]


def check_rules_unchanged(plan: Plan, ledger: Ledger) -> None:
    """Refuse a plan whose one-time rules another run has applied, taken further or taken back since it was made.

    Raises:
        ConflictError: exit code 4; nothing has been written.
    """
    for rule in plan.rules:
        entry = find(ledger, plan.server.url, plan.server.organization, rule.address, rule.revision)
        if rule.phase is RulePhase.FIRST and entry is not None and is_frozen(entry, rule.definition):
            raise _overtaken(rule, entry)
        if rule.phase is RulePhase.CONTINUES and (entry is None or not _still_left(rule, entry)):
            raise _overtaken(rule, entry)


def _still_left(rule: RuleStanding, entry: LedgerEntry) -> bool:
    """Whether the ledger says of the plan's tasks what it said when the plan was made."""
    tasks = {*rule.pending, *(one.task for one in rule.aside)}
    left = tuple(one for one in entry.left if one.task in tasks)
    return entry.selected == rule.selected and left == rule.left and tasks.isdisjoint(entry.done)


def _overtaken(rule: RuleStanding, entry: LedgerEntry | None) -> ConflictError:
    by = f" by run {entry.run}" if entry is not None and entry.run else ""
    return ConflictError(f"{rule.address} was applied or taken back{by} since this plan was made", hint="plan again")


def freeze_selections(store: StateStore, plan: Plan, run: str | None) -> None:
    """Freeze what one-time rules selected, and what they change of it, before anything is written.

    Raises:
        StateError: the ledger cannot be written.
    """
    if any(rule.phase in ONE_TIME for rule in plan.rules):
        ledger, now = load_ledger(store), datetime.now(UTC)
        for rule in plan.rules:
            if rule.phase is RulePhase.FIRST:
                ledger = freeze(ledger, plan.server.url, plan.server.organization, rule, run=run, now=now)
        save_ledger(store, _with_left(ledger, plan, left_after(plan)))


def record_done(
    store: StateStore, plan: Plan, ended: Iterable[AuditRecord] = (), unproven: Sequence[Unproven] = ()
) -> None:
    """Record what each one-time rule has left: what it wanted and what did not arrive, or did not stay when read again.

    What failed of the same task at the wish of another block does not hold it back: the rule would throw back what
    people do meanwhile.

    Raises:
        StateError: the ledger cannot be written.
    """
    if any(rule.phase in ONE_TIME for rule in plan.rules):
        save_ledger(store, _with_left(load_ledger(store), plan, left_after(plan, ended, unproven)))


def _with_left(ledger: Ledger, plan: Plan, left: Mapping[str, Iterable[Left]]) -> Ledger:
    for rule in plan.rules:
        if rule.address in left:
            of_rule = plan.server.url, plan.server.organization, rule.address, rule.revision
            ledger = mark_left(ledger, *of_rule, left[rule.address])
    return ledger


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
