"""The ledger of one-time rules: what each selected when it was first applied, which of it is done, and what is left.

The functions are pure on `Ledger`; `load_ledger` and `save_ledger` are the only ones that touch the store.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from reconciler.errors import StateError
from reconciler.history.documents import encode, load
from reconciler.history.model import Ledger, LedgerEntry
from reconciler.history.store import StateStore
from reconciler.plan.model import Left, RuleStanding

NAME = "ledger.json"


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


def mark_left(
    ledger: Ledger, server: str, organization: str | None, address: str, revision: int, left: Iterable[Left]
) -> Ledger:
    """Record what a frozen rule has left of these tasks; those with nothing left are done.

    Tasks that it did not select are not its business.
    """
    entry = find(ledger, server, organization, address, revision)
    if entry is None:
        raise StateError(
            f"{address} (revision {revision}) is not in the ledger, though it was applied",
            hint="Was the state folder changed during the run? Plan again.",
        )
    return _replace(ledger, _with_states(entry, {**left_by_task(entry), **{one.task: one for one in left}}))


def withdraw(
    ledger: Ledger, server: str, organization: str | None, address: str, revision: int, tasks: Iterable[int]
) -> Ledger:
    """Take back that a rule dealt with these tasks: they are whole again.

    A rule that is then done with none and has begun none was never applied.
    """
    entry = find(ledger, server, organization, address, revision)
    if entry is None:
        return ledger
    withdrawn = set(tasks)
    kept = {task: left for task, left in left_by_task(entry).items() if task not in withdrawn}
    return _replace(ledger, _with_states(entry, kept), drop_whole=True)


def left_by_task(entry: LedgerEntry) -> dict[int, Left]:
    """What is left of each task that is begun, and nothing of each that is done; those not in it are whole."""
    return {task: Left(task=task) for task in entry.done} | {one.task: one for one in entry.left}


def _key(entry: LedgerEntry) -> tuple[str, str | None, str, int]:
    return entry.server, entry.organization, entry.address, entry.revision


def _with_states(entry: LedgerEntry, states: Mapping[int, Left]) -> LedgerEntry:
    # In the order of the selection: the same deeds give the same file, whichever task was finished first.
    known = [states[task] for task in entry.selected if task in states]
    done = tuple(one.task for one in known if one.nothing)
    return entry.model_copy(update={"done": done, "left": tuple(one for one in known if not one.nothing)})


def _replace(ledger: Ledger, changed: LedgerEntry, *, drop_whole: bool = False) -> Ledger:
    entries = (changed if _key(entry) == _key(changed) else entry for entry in ledger.entries)
    if drop_whole and not (changed.done or changed.left):
        entries = (entry for entry in ledger.entries if _key(entry) != _key(changed))
    return ledger.model_copy(update={"entries": tuple(entries)})
