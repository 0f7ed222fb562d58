"""What `apply` and `rollback` have in common: limits, confirmation, progress, the outcome and its exit code."""

from __future__ import annotations

from collections import Counter

import typer

from reconciler import operations
from reconciler.apply.executor import Result
from reconciler.apply.running import Outcome, Progress
from reconciler.apply.staleness import StalePlanError
from reconciler.cli.confirming import confirm
from reconciler.cli.options import Format
from reconciler.cli.showing import show_outcome, show_plan, stderr
from reconciler.cvat.session import Session
from reconciler.errors import ChangesFailedError, ConflictError, InterruptedRunError
from reconciler.history.model import Run, RunStatus
from reconciler.history.store import StateStore
from reconciler.plan.limits import check_limits
from reconciler.plan.model import Plan, SavedPlan
from reconciler.report.progress import ApplyProgress, progress

EXIT_CODES = {
    RunStatus.FAILED: ChangesFailedError.exit_code,
    RunStatus.CONFLICT: ConflictError.exit_code,
    RunStatus.INTERRUPTED: InterruptedRunError.exit_code,
}


def carry_out(
    planned: Plan | SavedPlan,
    session: Session,
    store: StateStore,
    *,
    yes: bool,
    parallelism: int,
    shown: Format,
) -> int:
    """Ask, write, verify, tell. Returns the exit code."""
    plan = planned.plan if isinstance(planned, SavedPlan) else planned
    check_limits(plan)
    if not confirm(_question(plan), yes=yes):
        typer.echo("Nothing was written.", err=True)
        return 1
    total = sum(len(change.writes) for change in plan.updates)
    console = stderr()
    verb = "Rolling back" if plan.kind == "rollback" else "Applying"
    try:
        with progress(
            total_tasks=plan.summary.tasks_to_change, total_writes=total, console=console, verb=verb
        ) as shown_progress:
            told = _Told(plan, shown_progress)
            outcome = operations.apply(planned, session, store, parallelism=parallelism, progress=told)
    except StalePlanError:
        typer.echo("The server changed since this plan was made. The plan would be now:\n", err=True)
        show_plan(operations.replan(plan, session, store), shown)
        raise
    show_outcome(outcome, store, shown)
    return exit_code(outcome, plan)


def exit_code(outcome: Outcome, plan: Plan) -> int:
    """0 if all arrived; a rollback that had to leave something to others ends as a conflict."""
    code = EXIT_CODES.get(outcome.run.status, 0)
    left = any(not conflict.forced for conflict in plan.conflicts)
    return code or (ConflictError.exit_code if left else 0)


def _question(plan: Plan) -> str:
    if plan.kind == "rollback":
        return f"Roll back run {plan.of_run} on {plan.server.url}?"
    return f"Apply this to {plan.server.url}?"


class _Told(Progress):
    """Passes a run's progress on to what a person sees. A task is done with the last of its writes."""

    def __init__(self, plan: Plan, shown: ApplyProgress) -> None:
        self._shown = shown
        self._left = Counter(change.task for change in plan.updates for _ in change.writes)

    def begun(self, run: Run) -> None:
        typer.echo(f"Run {run.id}: plan and snapshot are recorded.", err=True)

    def wrote(self, result: Result) -> None:
        self._shown.write_done(result.outcome)
        self._left[result.change.task] -= 1  # one thread writes all of one task
        if not self._left[result.change.task]:
            self._shown.task_done()

    def stopping(self) -> None:
        typer.echo("\nStopping: writes in flight are finished and recorded.", err=True)

    def verifying(self) -> None:
        typer.echo("Verifying: reading everything again.", err=True)
