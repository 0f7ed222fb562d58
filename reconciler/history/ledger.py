"""The ledger of one-time rules: what a rule of mode once selected when it was first applied, and which of it is done.

The functions are pure on `Ledger`; `load_ledger` and `save_ledger` are the only ones that touch the store.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from reconciler.errors import StateError
from reconciler.history.documents import encode, load
from reconciler.history.model import AuditRecord, Ledger, LedgerEntry, WriteOutcome
from reconciler.history.store import StateStore
from reconciler.plan.model import Plan, RulePhase, RuleStanding

NAME = "ledger.json"
_ARRIVED = {WriteOutcome.WRITTEN, WriteOutcome.ALREADY}
_ONE_TIME = {RulePhase.FIRST, RulePhase.CONTINUES}


def load_ledger(store: StateStore) -> Ledger:
    """The ledger; an empty one if nothing was applied from this store yet.

    A ledger that cannot be read is an error, never an empty one: one-time rules would reopen finished work again.
    """
    return load(store, NAME, Ledger, "reconciler.ledger/1") or Ledger()


def save_ledger(store: StateStore, ledger: Ledger) -> None:
    """Put the ledger into the store, durably."""
    store.write(NAME, encode(ledger))


def find(ledger: Ledger, server: str, organization: str | None, address: str, revision: int) -> LedgerEntry | None:
    """What the ledger says of one revision of a rule."""
    for entry in ledger.entries:
        if _key(entry) == (server, organization, address, revision):
            return entry
    return None


def freeze(
    ledger: Ledger, server: str, organization: str | None, standing: RuleStanding, *, run: str | None, now: datetime
) -> Ledger:
    """Record a rule's selection, with nothing done yet.

    One that is frozen already stays as it was, unless it had selected nothing and the rule was edited since.
    """
    known = find(ledger, server, organization, standing.address, standing.revision)
    if known is not None and (known.selected or known.definition == standing.definition):
        return ledger
    entry = LedgerEntry(
        server=server,
        organization=organization,
        address=standing.address,
        revision=standing.revision,
        definition=standing.definition,
        run=run,
        frozen=now,
        selected=standing.selected,
        selected_jobs=standing.selected_jobs,
    )
    others = tuple(one for one in ledger.entries if one is not known)
    return ledger.model_copy(update={"entries": (*others, entry)})


def mark_done(
    ledger: Ledger, server: str, organization: str | None, address: str, revision: int, tasks: Iterable[int]
) -> Ledger:
    """Record that a frozen rule has reached these tasks. Tasks that it did not select are not its business."""
    entry = find(ledger, server, organization, address, revision)
    if entry is None:
        raise StateError(
            f"{address} (revision {revision}) is not in the ledger, though it was applied",
            hint="Was the state folder changed during the run? Plan again.",
        )
    return _replace(ledger, _with_done(entry, {*entry.done, *tasks}))


def withdraw(
    ledger: Ledger, server: str, organization: str | None, address: str, revision: int, tasks: Iterable[int]
) -> Ledger:
    """Take back that these tasks are done: a rollback undid them. A rule with nothing done left was never applied."""
    entry = find(ledger, server, organization, address, revision)
    if entry is None:
        return ledger
    return _replace(ledger, _with_done(entry, set(entry.done) - set(tasks)), drop_empty=True)


def done_after_crash(plan: Plan, audit: Iterable[AuditRecord]) -> dict[str, tuple[int, ...]]:
    """Which tasks of each one-time rule a killed run had reached, by what it planned and what it recorded.

    A task is done when every write that the rule asked for arrived; with none to make, it was as wanted already. A
    write that was started and has no outcome may or may not have arrived: not done, and the next plan will see.
    """
    outcomes: dict[tuple[str, int, int], WriteOutcome] = {}
    for record in audit:
        outcomes[record.kind, record.id, record.index] = record.outcome
    behind: dict[str, set[int]] = {}
    for change in plan.changes:
        for number, write in enumerate(change.writes):
            if outcomes.get((change.kind, change.id, number)) not in _ARRIVED:
                carried = {field.source for field in change.fields if field.path[0] in write.gives}
                # A position that is only sent once more, to renew a status, changes no field: it may be any rule's.
                for source in carried or {rule.address for rule in plan.rules}:
                    behind.setdefault(source, set()).add(change.task)
    return {
        rule.address: tuple(task for task in rule.pending if task not in behind.get(rule.address, ()))
        for rule in plan.rules
        if rule.phase in _ONE_TIME
    }


def _key(entry: LedgerEntry) -> tuple[str, str | None, str, int]:
    return entry.server, entry.organization, entry.address, entry.revision


def _with_done(entry: LedgerEntry, done: set[int]) -> LedgerEntry:
    # In the order of the selection: the same deeds give the same file, whichever task was finished first.
    return entry.model_copy(update={"done": tuple(task for task in entry.selected if task in done)})


def _replace(ledger: Ledger, changed: LedgerEntry, *, drop_empty: bool = False) -> Ledger:
    entries = (changed if _key(entry) == _key(changed) else entry for entry in ledger.entries)
    kept = tuple(entry for entry in entries if not (drop_empty and _key(entry) == _key(changed) and not entry.done))
    return ledger.model_copy(update={"entries": kept})
