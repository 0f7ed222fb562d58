"""After a crash: what a killed run had done is taken from its plan and audit, so that nothing is done twice.

Without this, a one-time rule would deal again with tasks that the killed run had reached, and throw back what
annotators did to them since.
"""

from __future__ import annotations

from datetime import UTC, datetime

from reconciler.history.ledger import done_after_crash, find, load_ledger, mark_done, save_ledger
from reconciler.history.model import AuditRecord, Counts, Ledger, Run, RunStatus, WriteOutcome
from reconciler.history.runs import load_audit, load_plan, rewrite, runs
from reconciler.history.store import StateStore


def ledger_as_it_is(store: StateStore) -> Ledger:
    """The ledger with what killed runs had done before they could record it. Writes nothing."""
    ledger = load_ledger(store)
    for run in _killed(store):
        ledger = _with_done(store, ledger, run)
    return ledger


def recover_killed_runs(store: StateStore) -> list[Run]:
    """Record what killed runs had done, and that they were interrupted. Call it with the lock held.

    Returns the runs that were recovered.
    """
    killed = _killed(store)
    if killed:
        save_ledger(store, ledger_as_it_is(store))
    recovered = []
    for run in killed:
        counts = _counts(load_audit(store, run.id))
        note = "the process was killed; writes it had begun without an answer may or may not have arrived"
        ended = run.model_copy(
            update={"status": RunStatus.INTERRUPTED, "finished": datetime.now(UTC), "counts": counts, "note": note}
        )
        rewrite(store, ended)
        recovered.append(ended)
    return recovered


def _killed(store: StateStore) -> list[Run]:
    return [run for run in runs(store) if run.status is RunStatus.RUNNING]


def _with_done(store: StateStore, ledger: Ledger, run: Run) -> Ledger:
    plan = load_plan(store, run.id).plan
    server, organization = plan.server.url, plan.server.organization
    revisions = {rule.address: rule.revision for rule in plan.rules}
    for address, tasks in done_after_crash(plan, load_audit(store, run.id)).items():
        # Killed between recording the run and freezing its selection: nothing was written either.
        if find(ledger, server, organization, address, revisions[address]) is not None:
            ledger = mark_done(ledger, server, organization, address, revisions[address], tasks)
    return ledger


def _counts(audit: list[AuditRecord]) -> Counts:
    last = {(record.kind, record.id, record.index): record.outcome for record in audit}
    ended = list(last.values())
    return Counts(
        written=ended.count(WriteOutcome.WRITTEN),
        already=ended.count(WriteOutcome.ALREADY),
        conflicts=ended.count(WriteOutcome.CONFLICT),
        failed=sum(outcome in (WriteOutcome.FAILED, WriteOutcome.UNKNOWN, WriteOutcome.STARTED) for outcome in ended),
    )
