from __future__ import annotations

from collections.abc import Callable

from rich.console import Console

from reconciler.history.model import RunStatus, WriteOutcome
from reconciler.plan.model import Conflict
from reconciler.report.outcome_text import go_on_line, outcome_line, outcome_lines, render_outcome

from .plans import RUN_ID, records, reopening, run, unproven

REFUSED = "You do not have permission to perform this action."


def test_all_is_well(console: Console, written: Callable[[], str], golden: Callable[[str, str], None]) -> None:
    plan = reopening(98)
    render_outcome(run(tasks=98, jobs=294), plan, records(plan), console)
    golden("outcome-done", written())


def test_all_that_can_go_wrong(
    console: Console, written: Callable[[], str], golden: Callable[[str, str], None]
) -> None:
    plan = reopening(4)
    ends: dict[int, tuple[WriteOutcome, int | None, str | None]] = {
        1655: (WriteOutcome.FAILED, 403, REFUSED),
        1656: (WriteOutcome.FAILED, 403, REFUSED),
        1658: (WriteOutcome.CONFLICT, None, "state is in progress; the plan saw completed"),
        1659: (WriteOutcome.UNKNOWN, None, "connection reset by peer"),
        1660: (WriteOutcome.STARTED, None, None),
        1661: (WriteOutcome.ALREADY, None, None),
        1663: (WriteOutcome.FAILED, 500, "\x1b[31mboom\nApplied run x: all is well"),
        1664: (WriteOutcome.SKIPPED, None, None),
        1665: (WriteOutcome.SKIPPED, None, None),
    }
    gone = unproven(1662, 44).model_copy(update={"missing": True, "found": None})
    failed = run(RunStatus.FAILED, tasks=4, jobs=12, unproven=(unproven(1657, 42), gone), note="the lock was lost")
    render_outcome(failed, plan, records(plan, ends), console)
    golden("outcome-failed", written())


def test_many_failures_are_counted() -> None:
    plan = reopening(100, 1)
    log = records(plan, {change.id: (WriteOutcome.FAILED, 403, REFUSED) for change in plan.updates})
    lines = [line.plain for line in outcome_lines(run(RunStatus.FAILED), plan, log, width=100)]
    assert f"    … 80 more (all: reconciler history {RUN_ID})" in lines
    assert len(lines) < 30
    assert len(outcome_lines(run(RunStatus.FAILED), plan, log, width=100, full=True)) > 100


def test_nothing_written_nothing_to_undo() -> None:
    plan = reopening(1)
    log = records(plan, {change.id: (WriteOutcome.SKIPPED, None, None) for change in plan.updates})
    stopped = run(RunStatus.INTERRUPTED)
    assert (
        outcome_line(stopped, plan, log) == f"Nothing was changed by run {RUN_ID} (interrupted): 3 writes not reached."
    )
    assert go_on_line(stopped, plan, log) == "3 writes planned, none made. Continue by applying the same again."
    assert outcome_line(run(), None, []) == f"Nothing was changed by run {RUN_ID}."
    back = run(RunStatus.FAILED, kind="rollback", of_run="R0")
    assert outcome_line(back, None, []) == f"Nothing was changed by run {RUN_ID}, the rollback of run R0."


def test_how_to_go_on_from_a_run_in_part() -> None:
    plan = reopening(1)
    log = records(plan, {1657: (WriteOutcome.SKIPPED, None, None)})
    assert go_on_line(run(), plan, log) is None
    assert go_on_line(run(RunStatus.INTERRUPTED), plan, log) == (
        f"3 writes planned, 2 made. Continue by applying the same again, or undo with: reconciler rollback {RUN_ID}"
    )
    assert go_on_line(run(RunStatus.FAILED, kind="rollback", of_run="R0"), None, log) == (
        f"3 writes planned, 2 made. Continue with `reconciler rollback R0`, or undo with: reconciler rollback {RUN_ID}"
    )


def test_a_rollback_that_left_conflicts_has_nothing_to_go_on_with() -> None:
    plan = reopening(1)
    conflict = Conflict(
        address="t",
        kind="job",
        id=9,
        task=42,
        field="stage",
        wrote="annotation",
        found="validation",
        before="acceptance",
    )
    plan = plan.model_copy(update={"conflicts": (conflict, conflict.model_copy(update={"field": "state"}))})
    back = run(RunStatus.CONFLICT, kind="rollback", of_run="R0")
    assert go_on_line(back, plan, records(plan)) is None
    assert outcome_line(back, plan, records(plan)) == (
        f"Rolled back run R0 by run {RUN_ID} in part: 1 task restored (3 jobs), 1 conflict left as found. "
        f"Undo with: reconciler rollback {RUN_ID}"
    )


def test_a_write_without_an_answer_is_something_to_undo() -> None:
    log = records(reopening(1, 1), {1655: (WriteOutcome.STARTED, None, None)})
    assert outcome_line(run(RunStatus.FAILED), None, log) == (
        f"Applied run {RUN_ID} in part: 0 tasks changed (0 jobs), 1 write without an answer."
    )
    assert str(go_on_line(run(RunStatus.FAILED), None, log)).endswith(f"undo with: reconciler rollback {RUN_ID}")


def test_a_rollback_says_what_it_took_back() -> None:
    back = run(id="20261123-080000-77aa", kind="rollback", of_run=RUN_ID)
    assert outcome_line(back, None, records(reopening(1, 1))) == (
        f"Rolled back run {RUN_ID} by run 20261123-080000-77aa: 1 task restored (1 job), verified. "
        "Undo with: reconciler rollback 20261123-080000-77aa"
    )


def test_without_a_plan_tasks_have_numbers() -> None:
    log = records(reopening(1, 1), {1655: (WriteOutcome.FAILED, 403, REFUSED)})
    text = "\n".join(line.plain for line in outcome_lines(run(RunStatus.FAILED), None, log, width=100))
    assert "job 1655 of task 42   stage" in text
