"""After a crash: what a killed run had done is taken from its plan, its audit and the server, so that nothing is done
twice. A run that was stopped while the server worked for it has recorded all but that, and is looked into likewise.

Without this, a one-time rule would deal again with tasks that the killed run had reached, and throw back what
annotators did to them since. The server is only looked at through the function that the caller gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Protocol

from reconciler.history.documents import encode_line
from reconciler.history.ledger import find, load_ledger, mark_left, save_ledger
from reconciler.history.left import left_after
from reconciler.history.lock import holder
from reconciler.history.model import AuditRecord, Counts, Ledger, Run, RunStatus, StepRecord, WriteOutcome
from reconciler.history.runs import Record, load_audit, load_plan, load_records, mark_rolled_back, rewrite, runs
from reconciler.history.store import StateStore
from reconciler.history.taking_back import taken_back
from reconciler.plan.model import Change, Plan, Write
from reconciler.plan.state import State

Look = Callable[[Change], State | None]
"""The object that a change is about, as the server has it now; None if it is gone."""


class StepsLook(Protocol):
    """Who can tell what became of a run's steps."""

    def settle(self, run: Run, plan: Plan, records: Sequence[StepRecord]) -> list[StepRecord]:
        """An outcome for each step that was begun and has none. Writes nothing."""
        ...

    def remember(self, run: Run, plan: Plan, records: Iterable[StepRecord]) -> None:
        """Bind what the run's steps have made."""
        ...


_KILLED = "the process was killed; what it had written was found out afterwards"
_STOPPED = "what the server went on with was found out afterwards"
_ARRIVED = frozenset({WriteOutcome.WRITTEN, WriteOutcome.ALREADY})


def ledger_as_it_is(store: StateStore, server: str, look: Look) -> Ledger:
    """The ledger with what killed runs on this server had done before they could record it. Writes nothing.

    A run that is in progress is not one of them: it will record by itself what it does.

    Raises:
        StateError: a record is damaged. What `look` raises.
    """
    ledger = load_ledger(store)
    if holder(store) is not None:
        return ledger
    for run in _unended(store, server):
        ledger = _caught_up(store, ledger, run, look)
    return ledger


def recover_killed_runs(store: StateStore, server: str, look: Look, steps: StepsLook | None = None) -> list[Run]:
    """Record what killed runs on this server had done, and that they were interrupted; of runs that ended while the
    server worked for them, what came of that. Call it with the lock held.

    Runs on other servers wait for somebody who can look there. Killed itself at any point, it can simply be called
    again. Returns the runs that were recovered.

    Raises:
        StateError: a record is damaged or cannot be written. What `look` raises.
    """
    unsettled = [run for run in runs(store) if run.unsettled and run.server.url == server] if steps is not None else []
    found = sorted([*_unended(store, server), *unsettled], key=lambda run: run.id)
    return [_recover(store, run, look, steps) for run in found]


def settled_steps(store: StateStore, run: Run, plan: Plan, steps: StepsLook | None) -> list[StepRecord]:
    """The records of a run's steps; of a run that ended without knowing, with an outcome for each step that was begun.

    Raises:
        StateError: a record is damaged. What `steps` raises.
    """
    records = [record for record in load_records(store, run.id) if isinstance(record, StepRecord)]
    if is_unsettled(run) and steps is not None and records:
        records += steps.settle(run, plan, records)
    return records


def is_unsettled(run: Run) -> bool:
    """Whether what became of a run's steps is still to be found out, if it is not going on."""
    return run.status is RunStatus.RUNNING or run.unsettled > 0


def _recover(store: StateStore, run: Run, look: Look, steps: StepsLook | None) -> Run:
    plan = load_plan(store, run.id).plan
    audit = _settled(store, run, plan, look)
    of_steps = settled_steps(store, run, plan, steps)
    if steps is not None and of_steps:
        steps.remember(run, plan, of_steps)
    # As a whole: a line that the crash cut off must not be continued by the next one.
    both: list[Record] = [*audit, *of_steps]
    records = sorted(both, key=lambda record: record.time)
    store.write(f"runs/{run.id}/audit.jsonl", b"".join(encode_line(record) + b"\n" for record in records))
    killed = run.status is RunStatus.RUNNING
    if killed:  # one that ended has brought the ledger up to date itself
        save_ledger(store, _caught_up(store, load_ledger(store), run, look))
    if plan.of_run is not None and any(record.outcome is WriteOutcome.WRITTEN for record in records):
        mark_rolled_back(store, plan.of_run, run.id)
    ended = run.model_copy(
        update={
            "status": RunStatus.INTERRUPTED if killed else run.status,
            "finished": datetime.now(UTC) if killed else run.finished,
            "counts": _counts(plan, audit, of_steps).model_copy(update={"unproven": run.counts.unproven}),
            "note": _KILLED if killed else "; ".join(filter(None, [run.note, _STOPPED])),
            "unsettled": 0,
        }
    )
    rewrite(store, ended)
    return ended


def _unended(store: StateStore, server: str) -> list[Run]:
    return [run for run in runs(store) if run.status is RunStatus.RUNNING and run.server.url == server]


def _caught_up(store: StateStore, ledger: Ledger, run: Run, look: Look) -> Ledger:
    plan = load_plan(store, run.id).plan
    audit = _settled(store, run, plan, look)
    if plan.of_run is not None:
        return taken_back(store, ledger, plan, _behind(plan, audit), now=datetime.now(UTC))
    server, organization = plan.server.url, plan.server.organization
    revisions = {rule.address: rule.revision for rule in plan.rules}
    for address, left in left_after(plan, audit).items():
        # Killed between recording the run and freezing its selection: nothing was written either.
        if find(ledger, server, organization, address, revisions[address]) is not None:
            ledger = mark_left(ledger, server, organization, address, revisions[address], left)
    return ledger


def _settled(store: StateStore, run: Run, plan: Plan, look: Look) -> list[AuditRecord]:
    """The run's audit, with an outcome for each write that was begun and has none: the server tells."""
    audit = load_audit(store, run.id)
    last = {(record.kind, record.id, record.index): record for record in audit}
    changes = {(change.kind, change.id): change for change in plan.updates}
    for record in last.values():
        if record.outcome is WriteOutcome.STARTED:
            change = changes[record.kind, record.id]
            outcome, message = _what_came_of_it(change.writes[record.index], look(change))
            audit.append(record.model_copy(update={"time": datetime.now(UTC), "outcome": outcome, "message": message}))
    return audit


def _what_came_of_it(write: Write, found: State | None) -> tuple[WriteOutcome, str]:
    """Before-image, after-image and the server together say it.

    What is neither, somebody has moved on since: it counts as arrived, for a rule that is to run once must not throw
    their work back. A rollback leaves it alone, as it does with anything that others changed.
    """
    if found is None or write.expect == write.gives:
        return WriteOutcome.UNKNOWN, "the process was killed before the answer; nothing is there to tell by"
    now = {field: found.get(field) for field in write.gives}
    if now == write.gives:
        return WriteOutcome.WRITTEN, "the process was killed before the answer; it had arrived"
    if now == write.expect:
        return WriteOutcome.FAILED, "the process was killed before the answer; it had not arrived"
    return WriteOutcome.WRITTEN, "the process was killed before the answer; somebody has changed the object since"


def _behind(plan: Plan, audit: Iterable[AuditRecord]) -> set[int]:
    """Tasks of which some write did not arrive."""
    outcomes = {(record.kind, record.id, record.index): record.outcome for record in audit}
    return {
        change.task
        for change in plan.updates
        for index in range(len(change.writes))
        if outcomes.get((change.kind, change.id, index)) not in _ARRIVED
    }


def _counts(plan: Plan, audit: Sequence[AuditRecord], steps: Sequence[StepRecord]) -> Counts:
    ended = list({(record.kind, record.id, record.index): record.outcome for record in audit}.values())
    ended += {(record.address, record.do): record.outcome for record in steps}.values()
    return Counts(
        written=ended.count(WriteOutcome.WRITTEN),
        already=ended.count(WriteOutcome.ALREADY),
        conflicts=ended.count(WriteOutcome.CONFLICT) + plan.summary.conflicts,
        failed=ended.count(WriteOutcome.FAILED) + ended.count(WriteOutcome.UNKNOWN),
        skipped=sum(len(change.writes) for change in plan.updates)
        + len(plan.steps)
        - sum(outcome is not WriteOutcome.SKIPPED for outcome in ended),
    )
