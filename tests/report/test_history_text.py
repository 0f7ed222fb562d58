from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from rich.console import Console

from reconciler.history.model import Counts, RunStatus, WriteOutcome
from reconciler.report.history_text import render_history, render_run

from .plans import RUN_ID, START, records, reopening, run, unproven

BACK = run(id="20261123-080000-77aa", kind="rollback", of_run=RUN_ID, started=START + timedelta(hours=16))
RUNS = [
    BACK,
    run(rolled_back_by=BACK.id, tasks=98, jobs=294),
    run(
        RunStatus.CONFLICT,
        id="20261124-090000-0001",
        started=START + timedelta(days=2),
        operator="\x1b[31mmallory@[red]host",
        counts=Counts(written=4, conflicts=2),
    ),
]


def test_all_runs(console: Console, written: Callable[[], str], golden: Callable[[str, str], None]) -> None:
    render_history(RUNS, console)
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
    assert "objects    none written" in written()
    assert written().endswith("No writes.\n")
