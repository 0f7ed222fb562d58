"""Threads: tasks at once, nothing lost when one of them meets the unexpected."""

from __future__ import annotations

import threading

import pytest

from reconciler import operations
from reconciler.apply.executor import Executor, Result
from reconciler.apply.outage import UNREACHABLE_AFTER, Outage
from reconciler.apply.progress import Progress
from reconciler.cvat.reading import Reader
from reconciler.cvat.writing import Writer
from reconciler.history.model import Run, RunStatus, WriteOutcome

from .desk import REOPEN, Desk
from .worlds import street


def test_tasks_are_written_at_once(desk: Desk) -> None:
    """Two tasks' writes wait for each other: one after the other they would never end."""
    both = threading.Barrier(2, timeout=30)
    for job in (1, 3):
        desk.sandbox.before("PATCH", f"/api/jobs/{job}$", both.wait)
    assert desk.apply(REOPEN, parallelism=2).run.status is RunStatus.DONE


def test_no_more_at_once_than_asked_for(desk: Desk) -> None:
    desk.sandbox.reset(street(tasks=8, jobs=1))
    under_way, most, counting = 0, 0, threading.Lock()

    def begin() -> None:
        nonlocal under_way, most
        with counting:
            under_way += 1
            most = max(most, under_way)

    def end() -> None:
        nonlocal under_way
        with counting:
            under_way -= 1

    class Counting(Progress):
        def wrote(self, _: Result) -> None:
            end()

    desk.sandbox.before("PATCH", "/api/", begin, times=None)
    operations.apply(desk.plan(REOPEN), desk.session, desk.store, parallelism=3, progress=Counting())
    assert 1 <= most <= 3


@pytest.mark.parametrize("error", [RuntimeError("a bug"), SystemExit(1), BrokenPipeError()])
def test_whoever_listens_may_fail(desk: Desk, error: BaseException) -> None:
    class Broken(Progress):
        def begun(self, _: Run) -> None:
            raise error

        def wrote(self, _: Result) -> None:
            raise error

        def verifying(self) -> None:
            raise error

    outcome = operations.apply(desk.plan(REOPEN), desk.session, desk.store, progress=Broken())
    assert outcome.run.status is RunStatus.DONE
    assert outcome.run.counts.written == 8


def test_a_listener_hears_of_every_write(desk: Desk) -> None:
    heard: list[str] = []

    class Listening(Progress):
        def begun(self, _: Run) -> None:
            heard.append("begun")

        def wrote(self, result: Result) -> None:
            heard.append(result.outcome.value)

        def verifying(self) -> None:
            heard.append("verifying")

    operations.apply(desk.plan(REOPEN), desk.session, desk.store, progress=Listening())
    assert heard == ["begun", *["written"] * 8, "verifying"]


def test_a_bug_of_ours_loses_no_result(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a write raises: the run ends, recorded, with all that is known."""
    patch_job = Writer.patch_job

    def broken(writer: Writer, job_id: int, body: dict[str, object]) -> object:
        if job_id == 5:
            raise ZeroDivisionError
        return patch_job(writer, job_id, body)  # type: ignore[arg-type]

    monkeypatch.setattr(Writer, "patch_job", broken)
    outcome = desk.apply(REOPEN, parallelism=1)
    assert outcome.run.status is RunStatus.FAILED
    assert outcome.run.note == "stopped: unexpected ZeroDivisionError; this is a bug in cvat-reconciler"
    assert [result.outcome.value for result in outcome.results] == [*["written"] * 4, "unknown", *["skipped"] * 3]
    assert [len(desk.audit(outcome))] == [10]


def test_a_stopped_executor_sends_nothing(desk: Desk) -> None:
    plan, stop = desk.plan(REOPEN), threading.Event()
    stop.set()
    told: list[Result] = []
    executor = Executor(Reader(desk.session), Writer(desk.session), told.append, stop, parallelism=2)
    results = executor.execute(plan.updates)
    assert {result.outcome for result in results} == {WriteOutcome.SKIPPED}
    assert [result.change.id for result in results] == list(range(1, 9))
    assert told == []
    assert desk.patches() == []


def test_a_server_that_answers_in_between_is_not_gone(desk: Desk) -> None:
    change = next(change for change in desk.plan(REOPEN).updates if change.writes)
    lost = Result(change, 0, change.writes[0], WriteOutcome.UNKNOWN)
    refused = Result(change, 0, change.writes[0], WriteOutcome.FAILED, 403)
    outage = Outage()
    for _ in range(3):
        assert not any(outage.after(lost) for _ in range(UNREACHABLE_AFTER - 1))
        assert not outage.after(refused)
    assert outage.reason is None
