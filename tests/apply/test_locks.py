"""One run at a time, from wherever."""

from __future__ import annotations

import threading

import pytest

from reconciler.apply.running import Outcome
from reconciler.errors import LimitError, LockedError
from reconciler.history.lock import holder, locked
from reconciler.history.runs import runs

from .desk import REOPEN, Desk, seated
from .processes import run


def test_a_second_apply_while_one_runs_names_the_first(desk: Desk) -> None:
    refused: list[BaseException] = []

    def second() -> None:
        with seated(desk.sandbox, desk.folder) as other:
            plan = other.plan(REOPEN)
            try:
                other.apply(plan)
            except LockedError as error:
                refused.append(error)

    desk.sandbox.before("PATCH", "/api/jobs/1$", second)
    assert desk.apply(REOPEN).run.counts.written == 8
    [error] = refused
    assert "apply of 12 changes" in str(error)
    assert "process" in str(error)
    assert len(runs(desk.store)) == 1
    assert holder(desk.store) is None


def test_two_at_once_are_one_after_the_other_or_refused(desk: Desk) -> None:
    plan = desk.plan(REOPEN)
    ended: list[Outcome | Exception] = []

    def apply() -> None:
        with seated(desk.sandbox, desk.folder) as other:
            try:
                ended.append(other.apply(plan))
            except Exception as error:
                ended.append(error)

    threads = [threading.Thread(target=apply) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(one, Outcome) for one in ended) == 1
    assert {one.exit_code for one in ended if not isinstance(one, Outcome)} <= {4, 5}  # type: ignore[attr-defined]
    assert sorted(desk.patches()) == [f"/api/jobs/{number}" for number in range(1, 9)]


def test_the_command_line_says_5(desk: Desk) -> None:
    desk.manifest(REOPEN)
    with locked(desk.store, "alice@elsewhere", "apply of 3 changes"):
        ended = run(desk, "apply", str(desk.folder / "manifest.yaml"), "--yes")
    assert ended.code == 5
    assert "alice@elsewhere" in ended.output


def test_a_plan_made_while_another_run_is_going_on_is_refused_afterwards(desk: Desk) -> None:
    """A run in progress was not killed: what it has done so far is not taken for all that it will do."""
    plans = []

    def look_on() -> None:
        with seated(desk.sandbox, desk.folder) as other:
            plans.append(other.plan(REOPEN))

    desk.sandbox.before("PATCH", "/api/jobs/5$", look_on)
    desk.apply(REOPEN, parallelism=1)
    [plan] = plans
    assert plan.rules[0].pending == (1, 2, 3, 4)
    with pytest.raises(Exception, match="was applied or taken back by run"):
        desk.apply(plan)


def test_a_plan_beyond_its_limits_is_not_begun(desk: Desk) -> None:
    with pytest.raises(LimitError) as refused:
        desk.apply(REOPEN + "settings: {limits: {max_changes: 3}}\n")
    assert refused.value.exit_code == 6
    assert desk.patches() == []
    assert not desk.store.folder.exists()
