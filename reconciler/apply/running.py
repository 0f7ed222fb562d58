"""One run, whole: lock, read again, record, write, verify, record.

Recorded before written: plan and snapshot are durably in the state store before the first write. After a crash at any
point the before-image, the after-image and the server together say what happened.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from threading import Event

from reconciler.apply.audit import Auditor
from reconciler.apply.carrying import Carrying
from reconciler.apply.ending import Outcome, UnrecordedError, finished, stopped_because, unrecorded
from reconciler.apply.interruption import stopping_on_signals
from reconciler.apply.ledger_keeping import check_rules_unchanged, freeze_selections, record_done, withdraw_undone
from reconciler.apply.one_write import Result, look
from reconciler.apply.prevention import check_not_prevented
from reconciler.apply.priorities import keep_priorities
from reconciler.apply.progress import Progress, Unfailing
from reconciler.apply.rereading import Reread, reread
from reconciler.apply.staleness import check_shared_out_alike, check_still_true
from reconciler.apply.steps.loading import check_contents
from reconciler.apply.steps.proving import planned_again_steps, unproven_steps
from reconciler.apply.steps.remembering import Remembering
from reconciler.apply.steps.result import StepResult
from reconciler.apply.steps.settling import Settling
from reconciler.apply.steps.site import Site
from reconciler.apply.steps.staleness import stale_steps
from reconciler.apply.verification import ARRIVED, planned_again, touched, unproven
from reconciler.cvat.reading import Reader
from reconciler.cvat.rights import check_may_write
from reconciler.cvat.session import Session
from reconciler.errors import ReconcilerError, ServerError, StateError, in_one_line
from reconciler.history.applied import check_unclaimed, claim_plan, release_plan
from reconciler.history.ledger import load_ledger
from reconciler.history.lock import locked
from reconciler.history.model import ObjectState, Run, Snapshot, Unproven, WriteOutcome
from reconciler.history.operator import operator
from reconciler.history.recovery import recover_killed_runs
from reconciler.history.run_ids import new_run_id
from reconciler.history.runs import RunRecorder, begin, mark_rolled_back
from reconciler.history.store import StateStore
from reconciler.history.tool import tool
from reconciler.plan.limits import check_limits
from reconciler.plan.model import Plan, SavedPlan
from reconciler.plan.steps import Do

__all__ = ["Outcome", "Progress", "UnrecordedError", "run_plan"]

_NOT_REACHED = frozenset({WriteOutcome.SKIPPED, WriteOutcome.UNKNOWN})


def run_plan(
    saved: SavedPlan,
    session: Session,
    store: StateStore,
    *,
    parallelism: int = 4,
    progress: Progress | None = None,
    claim: bool = False,
    replan: Callable[[], Plan] | None = None,
) -> Outcome:
    """Apply a plan (of a manifest, or a rollback) and prove that it arrived.

    Args:
        saved: the plan in its envelope.
        session: connected to the plan's server and organization.
        store: where plan, snapshot, audit and outcome are recorded.
        parallelism: tasks written at once; the jobs of one task always follow one another.
        progress: who wants to hear how it goes. What it raises is ignored.
        claim: whether the plan came from a file, and so may be applied only once.
        replan: makes the plan as it would be after the run, to prove that nothing is left to do.

    Raises:
        LimitError, LockedError, StalePlanError, ConflictError, PlanFileError, SessionError, StateError,
            ServerError: before the first write.
        UnrecordedError: the state store failed in the middle. The run has stopped, and the next one finds out what
            this one had written.
    """
    check_limits(saved.plan)
    check_not_prevented(saved.plan)
    check_may_write(session)
    with locked(store, operator(), f"{saved.plan.kind} of {_size(saved.plan)} on {saved.plan.server.url}"):
        run = _Run(saved, session, store, Unfailing(progress or Progress()), parallelism, replan)
        return run.go(claim=claim)


def _size(plan: Plan) -> str:
    changes = f"{len(plan.updates)} changes"
    return f"{changes} and {len(plan.steps)} steps" if plan.steps else changes


class _Run:
    def __init__(
        self,
        saved: SavedPlan,
        session: Session,
        store: StateStore,
        progress: Progress,
        parallelism: int,
        replan: Callable[[], Plan] | None,
    ) -> None:
        self._saved, self._plan = saved, saved.plan
        self._session, self._store = session, store
        self._progress, self._parallelism, self._replan = progress, parallelism, replan
        self._reader = Reader(session)

    def go(self, *, claim: bool) -> Outcome:
        settling = Settling(self._session, self._store, told=self._progress.waiting)
        recover_killed_runs(self._store, self._session.url, lambda change: look(change, self._reader), settling)
        if claim:
            check_unclaimed(self._store, self._saved.id)
        check_rules_unchanged(self._plan, load_ledger(self._store))
        before = reread(self._plan.updates, self._reader)
        check_contents(self._plan.steps, self._store)
        check_still_true(self._plan, before, stale_steps(Site(self._session, self._store, self._plan, "")))
        if self._plan.assignments and self._replan is not None:
            check_shared_out_alike(self._plan, self._replan())
        # From here on a signal must not tear the record apart.
        with stopping_on_signals(self._progress.stopping) if not self._plan.is_empty else nullcontext(Event()) as stop:
            recorder = self._record(before, claim=claim)
            self._progress.begun(recorder.run)
            return self._write_and_verify(recorder, stop)

    def _record(self, before: Reread, *, claim: bool) -> RunRecorder:
        """Plan and before-image, durably. If that fails nothing was written, and the plan can still be applied."""
        run = self._new_run()
        if claim:
            claim_plan(self._store, self._saved.id, run.id)
        recorder = None
        try:
            recorder = begin(self._store, run, self._saved, self._snapshot(before))
            freeze_selections(self._store, self._plan, run.id)
            keep_priorities(self._store, self._plan)
        except BaseException:
            with suppress(StateError):
                if recorder is not None:
                    note = "nothing was written: the run could not be recorded"
                    recorder.finish(finished(run, self._plan, [], [], interrupted=False, notes=[note]))
                if claim:
                    release_plan(self._store, self._saved.id)
            raise
        return recorder

    def _write_and_verify(self, recorder: RunRecorder, stop: Event) -> Outcome:
        auditor = Auditor(recorder, self._session)
        site = Site(self._session, self._store, self._plan, recorder.run.id, stop, self._progress.step_progress)
        carrying = Carrying(site, auditor, self._progress, parallelism=self._parallelism)
        results, steps = carrying.out()
        found, notes = self._verify(site, results, steps)
        further: list[str] = []
        if why := stopped_because(carrying.failure, carrying.outage):
            notes = [why, *notes]
        ends: list[Result | StepResult] = [*results, *steps]
        interrupted = why is None and stop.is_set() and any(one.outcome in _NOT_REACHED for one in ends)

        def ended() -> Run:
            return finished(
                recorder.run, self._plan, ends, found, interrupted=interrupted, notes=notes, further=further
            )

        try:
            record_done(self._store, self._plan, map(auditor.as_record, results), found)
            withdraw_undone(self._store, self._plan, results, found)
            self._remember(carrying.remembering, steps, notes)
            if not stop.is_set():
                further += self._plan_again(results, steps, found, notes)
            if self._plan.of_run is not None and any(one.outcome is WriteOutcome.WRITTEN for one in ends):
                mark_rolled_back(self._store, self._plan.of_run, recorder.run.id)
            recorder.finish(ended())
        except StateError as error:  # the run stays `running`, and the next one takes it from there
            raise unrecorded(ended(), error) from error
        if isinstance(carrying.failure, StateError):
            raise unrecorded(ended(), carrying.failure) from carrying.failure
        return Outcome(recorder.run, self._plan, results, steps)

    def _remember(self, remembering: Remembering, steps: list[StepResult], notes: list[str]) -> None:
        """What the addresses stand for now, with what was applied to them."""
        try:
            remembering.finish(steps)
        except StateError:
            raise
        except ReconcilerError as error:
            notes.append(f"what the addresses stand for cannot be read, and so not remembered: {error.what}")

    def _plan_again(
        self, results: list[Result], steps: list[StepResult], found: list[Unproven], notes: list[str]
    ) -> list[str]:
        """A second plan over what was written must be empty; what it would change again is not as wanted.

        Gives what is only for a next apply: what rules would do to tasks that did not exist when this one was planned.
        """
        if self._replan is None or found:
            return []
        try:
            again = self._replan()
        except StateError:
            raise
        except ReconcilerError as error:
            notes.append(f"a second plan, to prove that nothing is left to do, cannot be made: {in_one_line(error)}")
            return []
        moved = {one.step.id for one in steps if one.step.do is Do.MOVE_TASK and one.outcome in ARRIVED}
        found.extend(planned_again(again, results, {number for number in moved if number is not None}))
        of_steps, further = planned_again_steps(again, steps)
        known = {(one.kind, one.id, one.field) for one in found}
        found.extend(one for one in of_steps if (one.kind, one.id, one.field) not in known)
        return further

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
            steps=len(self._plan.steps),
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

    def _verify(self, site: Site, results: list[Result], steps: list[StepResult]) -> tuple[list[Unproven], list[str]]:
        self._progress.verifying()
        try:
            found = unproven(self._plan, results, reread(touched(results), self._reader))
            return [*found, *unproven_steps(site, steps, parallelism=self._parallelism)], []
        except ServerError as error:
            return [], [f"what was written could not be read again to prove it: {error.what}"]
