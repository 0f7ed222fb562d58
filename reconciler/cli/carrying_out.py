"""What `apply` and `rollback` have in common: limits, confirmation, progress, the outcome and its exit code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import typer
from rich.console import Console

from reconciler import operations
from reconciler.apply.executor import Result
from reconciler.apply.running import Outcome, Progress
from reconciler.apply.staleness import StalePlanError
from reconciler.apply.steps.result import StepResult
from reconciler.cli.confirming import can_ask, confirm, confirm_destruction
from reconciler.cli.options import Showing
from reconciler.cli.showing import show_outcome, show_plan, show_plan_to_decide, stderr
from reconciler.cvat.session import Session
from reconciler.errors import ChangesFailedError, ConflictError, InterruptedRunError, ReconcilerError
from reconciler.history.model import Run, RunStatus
from reconciler.history.store import StateStore
from reconciler.plan.destruction import check_destruction
from reconciler.plan.limits import check_limits
from reconciler.plan.model import Plan, SavedPlan
from reconciler.plan.steps import Step
from reconciler.report.impact_words import destroyed
from reconciler.report.layout import show, styled
from reconciler.report.progress import ApplyProgress, progress

DECLINED = 1
EXIT_CODES = {
    RunStatus.FAILED: ChangesFailedError.exit_code,
    RunStatus.CONFLICT: ConflictError.exit_code,
    RunStatus.INTERRUPTED: InterruptedRunError.exit_code,
}


@dataclass(frozen=True)
class CarryingOut:
    """How plans are carried out, as the options say: where it is recorded, who is asked, how it is shown."""

    store: StateStore
    showing: Showing
    yes: bool
    parallelism: int
    allow_destructive: bool = False

    def carry_out(self, planned: Plan | SavedPlan, session: Session) -> int:
        """Show, ask, write, verify, tell. Returns the exit code."""
        plan = planned.plan if isinstance(planned, SavedPlan) else planned
        if not self.showing.as_json or (not self.yes and can_ask()):
            show_plan_to_decide(planned, self.showing)
        check_limits(plan)
        # A saved plan without changes is carried out too: it is used up, and its one-time rules are recorded.
        if not plan.is_empty and not self._agreed(plan):
            typer.echo("Nothing was written.", err=True)
            return DECLINED
        try:
            with _told(plan) as told:
                outcome = operations.apply(
                    planned,
                    session,
                    self.store,
                    allow_destructive=True,  # it was agreed to
                    parallelism=self.parallelism,
                    progress=told,
                )
        except StalePlanError:
            self._show_what_it_would_be(plan, session)
            raise
        show_outcome(outcome, self.store, self.showing)
        return exit_code(outcome)

    def _agreed(self, plan: Plan) -> bool:
        """Whether it may be written; what destroys data is asked for in words of its own, or allowed beforehand."""
        if plan.destructive and not self.allow_destructive and not self.yes and can_ask():
            return confirm_destruction(f"{_question(plan)} It destroys data: {destroyed(plan)}.")
        check_destruction(plan, allowed=self.allow_destructive)
        return confirm(_question(plan), yes=self.yes)

    def _show_what_it_would_be(self, plan: Plan, session: Session) -> None:
        """The plan as it is now. That none can be made (a task is gone) must not hide that the old one is stale."""
        try:
            now = operations.replan(plan, session, self.store)
        except ReconcilerError as error:
            typer.echo(f"The server changed since this plan was made; none can be made now:\n{error}\n", err=True)
            return
        typer.echo("The server changed since this plan was made. The plan would be now:\n", err=True)
        show_plan(now, self.showing)


def exit_code(outcome: Outcome) -> int:
    """0 if all arrived; a rollback that had to leave something to others has the status of a conflict."""
    return EXIT_CODES.get(outcome.run.status, 0)


def _question(plan: Plan) -> str:
    if plan.kind == "rollback":
        return f"Roll back run {plan.of_run} on {plan.server.url}?"
    return f"Apply this to {plan.server.url}?"


@contextmanager
def _told(plan: Plan) -> Iterator[_Told]:
    console = stderr()
    with progress(
        total_tasks=plan.summary.tasks_to_change,
        total_writes=sum(len(change.writes) for change in plan.updates),
        total_steps=len(plan.steps),
        console=console,
        verb="Rolling back" if plan.kind == "rollback" else "Applying",
    ) as shown:
        yield _Told(plan, shown, console)


class _Told(Progress):
    """Passes a run's progress on to what a person sees. A task is done with the last of its writes.

    Nobody may be there to see it any more (`2>&1 | head`): that must not stop a run in the middle.
    """

    def __init__(self, plan: Plan, shown: ApplyProgress, console: Console) -> None:
        self._shown, self._console = shown, console
        self._left = Counter(change.task for change in plan.updates for _ in change.writes)

    def waiting(self, words: str) -> None:
        self._say(words)

    def begun(self, run: Run) -> None:
        self._say(f"Run {run.id}: plan and snapshot are recorded.")

    def wrote(self, result: Result) -> None:
        with suppress(OSError):
            self._shown.write_done(result.outcome)
        self._left[result.change.task] -= 1  # one thread writes all of one task
        if not self._left[result.change.task]:
            with suppress(OSError):
                self._shown.task_done()

    def step_began(self, step: Step) -> None:
        self._doing(step, "")

    def step_progress(self, step: Step, fraction: float | None, words: str) -> None:
        self._doing(step, f" ({words}{f', {fraction:.0%}' if fraction is not None else ''})")

    def stepped(self, result: StepResult) -> None:
        with suppress(OSError):
            self._shown.step_done(result.outcome)

    def _doing(self, step: Step, more: str) -> None:
        with suppress(OSError):
            self._shown.step_doing(f"{step.address}{more}")

    def stopping(self) -> None:
        self._say("Stopping: writes in flight are finished and recorded.")

    def verifying(self) -> None:
        self._say("Verifying: reading everything again.")

    def _say(self, line: str) -> None:
        # On the progress bar's own console: the line goes above the bar instead of through it.
        with suppress(OSError):
            show(self._console, [styled(line)])
