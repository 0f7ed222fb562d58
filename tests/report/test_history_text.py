from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from rich.console import Console

from reconciler.history.model import Counts, RunStatus, WriteOutcome
from reconciler.plan.model import Conflict
from reconciler.report.history_text import render_history, render_run

from .plans import RUN_ID, START, records, reopening, run, unproven

BACK = run(id="20261123-080000-77aa", kind="rollback", of_run=RUN_ID, started=START + timedelta(hours=16))
RUNS = [
    BACK,
    run(rolled_back_by=BACK.id, tasks=98, jobs=294, counts=Counts(written=294)),
    run(
        RunStatus.CONFLICT,
        id="20261124-090000-0001",
        started=START + timedelta(days=2),
        operator="\x1b[31mmallory@[red]host",
        counts=Counts(written=4, conflicts=2),
    ),
    run(
        RunStatus.RUNNING, id="20261125-090000-0002", started=START + timedelta(days=3), finished=None, counts=Counts()
    ),
    run(
        RunStatus.RUNNING, id="20261126-090000-0003", started=START + timedelta(days=4), finished=None, counts=Counts()
    ),
    run(
        RunStatus.INTERRUPTED,
        id="20261124-180000-0004",
        started=START + timedelta(days=2, hours=9),
        counts=Counts(written=1, already=1, failed=1, skipped=3, unproven=1),
    ),
]


def test_all_runs(console: Console, written: Callable[[], str], golden: Callable[[str, str], None]) -> None:
    render_history(RUNS, console, killed={"20261125-090000-0002"})
    golden("history", written())


def test_no_runs(console: Console, written: Callable[[], str]) -> None:
    render_history([], console)
    assert written() == "No runs yet.\n"


def test_one_run(console: Console, written: Callable[[], str], golden: Callable[[str, str], None]) -> None:
    plan = reopening(2)
    log = records(
        plan,
        {
            1656: (WriteOutcome.FAILED, 403, "You do not have permission to perform this action."),
            1657: (WriteOutcome.CONFLICT, None, "state is in progress; the plan saw completed"),
            1660: (WriteOutcome.STARTED, None, None),
        },
    )
    counts = Counts(written=3, failed=2, conflicts=1, unproven=1)
    failed = run(RunStatus.FAILED, counts=counts, unproven=(unproven(1655, 42),), rolled_back_by=BACK.id)
    render_run(failed, plan, log, console)
    golden("history-run", written())


def test_a_run_that_wrote_nothing(console: Console, written: Callable[[], str]) -> None:
    render_run(run(RunStatus.RUNNING, finished=None, counts=Counts()), None, [], console)
    assert "writes     none made" in written()
    assert written().endswith("No writes.\n")


def test_a_killed_run_is_counted_from_its_audit_log(console: Console, written: Callable[[], str]) -> None:
    plan = reopening(1)
    log = records(plan, {1656: (WriteOutcome.STARTED, None, None)})[:-1]
    render_run(run(RunStatus.RUNNING, finished=None, counts=Counts()), plan, log, console, killed=True)
    assert "  status     killed\n" in written()
    assert "  writes     1 written, 2 failed\n" in written()


def test_a_rollback_names_what_it_left_and_what_it_overrode(console: Console, written: Callable[[], str]) -> None:
    left = Conflict(address="t", kind="task", id=42, task=42, field="assignee", wrote="bob", found=None, before="alice")
    forced = left.model_copy(update={"field": "subset", "forced": True})
    plan = reopening(1).model_copy(update={"conflicts": (left, forced)})
    render_run(run(RunStatus.CONFLICT, kind="rollback", of_run="R0"), plan, records(plan), console)
    assert written().endswith(
        "\n\nConflicts: somebody else changed these since the run; they are left as they are\n"
        "  task 42 batch-001   assignee   the run wrote bob, now nobody, was alice\n"
        "\nOverridden (--force): somebody else changed these since the run\n"
        "  task 42 batch-001   subset   the run wrote bob, now none, goes back to alice\n"
    )
