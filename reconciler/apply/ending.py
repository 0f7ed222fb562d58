"""How a run ends: its record, its status, and the words for why it stopped."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar

from reconciler.apply.one_write import Result
from reconciler.apply.steps.result import StepResult
from reconciler.errors import ChangesFailedError, StateError
from reconciler.history.model import Counts, Run, RunStatus, Unproven, WriteOutcome
from reconciler.plan.model import Plan

_log = logging.getLogger(__name__)


class UnrecordedError(StateError):
    """The state store failed in the middle of a run, so the run was stopped: what is not recorded is not written."""

    exit_code: ClassVar[int] = ChangesFailedError.exit_code


@dataclass(frozen=True)
class Outcome:
    """How a run ended, and what became of each write and of each step."""

    run: Run
    plan: Plan
    results: list[Result] = field(default_factory=list)
    steps: list[StepResult] = field(default_factory=list)


def finished(
    run: Run,
    plan: Plan,
    results: Sequence[Result | StepResult],
    found: Sequence[Unproven],
    *,
    interrupted: bool,
    notes: Sequence[str],
    further: Sequence[str] = (),
) -> Run:
    """The run with its end: how many writes and steps ended how, what is unproven, and why it ended early."""
    counted = {outcome: sum(result.outcome is outcome for result in results) for outcome in WriteOutcome}
    counts = Counts(
        written=counted[WriteOutcome.WRITTEN],
        already=counted[WriteOutcome.ALREADY],
        # What a rollback had to leave to others is a conflict of the run, too.
        conflicts=counted[WriteOutcome.CONFLICT] + plan.summary.conflicts,
        failed=counted[WriteOutcome.FAILED] + counted[WriteOutcome.UNKNOWN],
        skipped=counted[WriteOutcome.SKIPPED],
        unproven=len(found),
    )
    if interrupted:
        status = RunStatus.INTERRUPTED
    elif counts.failed or found or notes:
        status = RunStatus.FAILED
    else:
        status = RunStatus.CONFLICT if counts.conflicts else RunStatus.DONE
    return run.model_copy(
        update={
            "finished": datetime.now(UTC),
            "status": status,
            "counts": counts,
            "unproven": tuple(found),
            "unsettled": sum(isinstance(one, StepResult) and one.unsettled for one in results),
            "further": tuple(further),
            "note": "; ".join(notes) or None,
        }
    )


def stopped_because(failure: Exception | None, outage: str | None) -> str | None:
    """Why a run stopped by itself."""
    if failure is None:
        return outage
    if isinstance(failure, StateError):
        return f"stopped: {failure.what}"
    _log.debug("a write failed in a way that should not be", exc_info=failure)
    return f"stopped: unexpected {type(failure).__name__}; this is a bug in cvat-reconciler"


def unrecorded(run: Run, error: StateError) -> UnrecordedError:
    """The error that tells how far a run came that could not be recorded any more."""
    counts = run.counts
    whole = counts.written + counts.failed + counts.already + counts.conflicts + counts.skipped
    return UnrecordedError(
        f"{error.what}\nrun {run.id} was stopped there; {counts.written} of its {whole} writes had been made",
        hint=error.hint,
    )
