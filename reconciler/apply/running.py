"""One run, whole: lock, read again, record, write, verify, record.

Recorded before written: plan and snapshot are durably in the state store before the first write. After a crash at any
point the before-image, the after-image and the server together say what happened.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event

from reconciler.apply.audit import Auditor
from reconciler.apply.executor import Executor, Result
from reconciler.apply.interruption import stopping_on_signals
from reconciler.apply.ledger_keeping import check_rules_unchanged, freeze_selections, record_done, withdraw_undone
from reconciler.apply.rereading import Reread, reread
from reconciler.apply.staleness import check_still_true
from reconciler.apply.verification import touched, unproven
from reconciler.cvat.reading import Reader
from reconciler.cvat.session import Session
from reconciler.cvat.writing import Writer
from reconciler.errors import ServerError
from reconciler.history.applied import check_unclaimed, claim_plan
from reconciler.history.ledger import load_ledger
from reconciler.history.lock import locked
from reconciler.history.model import Counts, ObjectState, Run, RunStatus, Snapshot, Unproven, WriteOutcome
from reconciler.history.operator import operator
from reconciler.history.recovery import recover_killed_runs
from reconciler.history.run_ids import new_run_id
from reconciler.history.runs import RunRecorder, begin, mark_rolled_back
from reconciler.history.store import StateStore
from reconciler.history.tool import tool
from reconciler.plan.limits import check_limits
from reconciler.plan.model import Plan, SavedPlan


class Progress:
    """Who wants to hear how a run gets on: subclass it. Its methods may be called from several threads."""

    def begun(self, run: Run) -> None:
        """Everything is recorded; the first write follows."""

    def wrote(self, result: Result) -> None:
        """A write ended, one way or another."""

    def stopping(self) -> None:
        """A signal was heard: writes in flight are finished, no more are begun."""

    def verifying(self) -> None:
        """All writes are done; what was touched is read again."""


@dataclass(frozen=True)
class Outcome:
    """How a run ended, and what became of each write."""

    run: Run
    plan: Plan
    results: list[Result] = field(default_factory=list)


def run_plan(
    saved: SavedPlan,
    session: Session,
    store: StateStore,
    *,
    parallelism: int = 4,
    progress: Progress | None = None,
    claim: bool = False,
) -> Outcome:
    """Apply a plan (of a manifest, or a rollback) and prove that it arrived.

    Args:
        saved: the plan in its envelope.
        session: connected to the plan's server and organization.
        store: where plan, snapshot, audit and outcome are recorded.
        parallelism: tasks written at once; the jobs of one task always follow one another.
        progress: who wants to hear how it goes.
        claim: whether the plan came from a file, and so may be applied only once.

    Raises:
        LimitError, LockedError, StalePlanError, PlanFileError, StateError, ServerError: before the first write.
    """
    check_limits(saved.plan)
    with locked(
        store, operator(), f"{saved.plan.kind} of {len(saved.plan.updates)} changes on {saved.plan.server.url}"
    ):
        recover_killed_runs(store)
        return _Run(saved, session, store, progress or Progress(), parallelism).go(claim=claim)


class _Run:
    def __init__(
        self, saved: SavedPlan, session: Session, store: StateStore, progress: Progress, parallelism: int
    ) -> None:
        self._saved, self._plan = saved, saved.plan
        self._session, self._store = session, store
        self._progress, self._parallelism = progress, parallelism
        self._reader = Reader(session)

    def go(self, *, claim: bool) -> Outcome:
        if claim:
            check_unclaimed(self._store, self._saved.id)
        check_rules_unchanged(self._plan, load_ledger(self._store))
        before = reread(self._plan.updates, self._reader)
        check_still_true(self._plan, before)
        run = self._new_run()
        if claim:
            claim_plan(self._store, self._saved.id, run.id)
        recorder = begin(self._store, run, self._saved, self._snapshot(before))
        freeze_selections(self._store, self._plan, run.id)
        self._progress.begun(run)
        with stopping_on_signals(self._progress.stopping) if self._plan.updates else nullcontext(Event()) as stop:
            executor, results = self._execute(recorder, stop)
            interrupted = stop.is_set() and not executor.unreachable
            found, note = self._verify(results)
            if executor.unreachable:
                note = "stopped: the server could not be reached any more"
            record_done(self._store, self._plan, results, found)
            withdraw_undone(self._store, self._plan, results, found)
            finished = _finished(recorder.run, results, found, interrupted=interrupted, note=note)
            recorder.finish(finished)
            if self._plan.of_run is not None:
                mark_rolled_back(self._store, self._plan.of_run, run.id)
        return Outcome(finished, self._plan, results)

    def _new_run(self) -> Run:
        now = datetime.now(UTC)
        return Run(
            id=new_run_id(now),
            kind=self._plan.kind,
            of_run=self._plan.of_run,
            plan_id=self._saved.id,
            started=now,
            server=self._plan.server.model_copy(update={"user": self._session.user.username}),
            operator=operator(),
            tool=tool(),
            sources=self._plan.manifest.sources if self._plan.manifest else (),
            tasks=self._plan.summary.tasks_to_change,
            jobs=self._plan.summary.jobs_to_change,
        )

    def _snapshot(self, before: Reread) -> Snapshot:
        jobs = {change.id: change.task for change in self._plan.changes if change.kind == "job"}
        return Snapshot(
            taken=datetime.now(UTC),
            server=self._plan.server,
            objects=tuple(
                ObjectState(kind=kind, id=number, task=number if kind == "task" else jobs[number], fields=state)
                for (kind, number), state in before.items()
            ),
        )

    def _execute(self, recorder: RunRecorder, stop: Event) -> tuple[Executor, list[Result]]:
        auditor = Auditor(recorder, self._session)

        def observe(result: Result) -> None:
            auditor.record(result)
            if result.outcome is not WriteOutcome.STARTED:
                self._progress.wrote(result)

        executor = Executor(self._reader, Writer(self._session), observe, stop, parallelism=self._parallelism)
        return executor, executor.execute(self._plan.updates)

    def _verify(self, results: list[Result]) -> tuple[list[Unproven], str | None]:
        self._progress.verifying()
        try:
            return unproven(self._plan, results, reread(touched(results), self._reader)), None
        except ServerError as error:
            return [], f"what was written could not be read again to prove it: {error.what}"


def _finished(run: Run, results: list[Result], found: list[Unproven], *, interrupted: bool, note: str | None) -> Run:
    counted = {outcome: sum(result.outcome is outcome for result in results) for outcome in WriteOutcome}
    counts = Counts(
        written=counted[WriteOutcome.WRITTEN],
        already=counted[WriteOutcome.ALREADY],
        conflicts=counted[WriteOutcome.CONFLICT],
        failed=counted[WriteOutcome.FAILED] + counted[WriteOutcome.UNKNOWN],
        skipped=counted[WriteOutcome.SKIPPED],
        unproven=len(found),
    )
    if interrupted:
        status = RunStatus.INTERRUPTED
    elif counts.failed or found or note:
        status = RunStatus.FAILED
    else:
        status = RunStatus.CONFLICT if counts.conflicts else RunStatus.DONE
    return run.model_copy(
        update={
            "finished": datetime.now(UTC),
            "status": status,
            "counts": counts,
            "unproven": tuple(found),
            "note": note,
        }
    )
