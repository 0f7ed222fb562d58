"""kill -9 in the middle: what was written is found out, nothing is done twice, nobody's work is thrown back."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest

from reconciler.history.lock import holder
from reconciler.history.model import RunStatus, WriteOutcome
from reconciler.history.recovery import recover_killed_runs
from reconciler.history.runs import last_run, load_run, runs
from reconciler.operations import plan_rollback

from .desk import REOPEN, SHARE_OUT, Desk
from .processes import command

Planned = Callable[[Desk, Callable[[], None]], None]


def _before_the_first_write(desk: Desk, kill: Callable[[], None]) -> None:
    desk.sandbox.before("GET", "/api/jobs/1$", kill)


def _between_two_tasks(desk: Desk, kill: Callable[[], None]) -> None:
    desk.sandbox.before("GET", "/api/jobs/5$", kill)


def _within_a_task(desk: Desk, kill: Callable[[], None]) -> None:
    desk.sandbox.before("GET", "/api/jobs/4$", kill)


def _between_a_write_and_its_record(desk: Desk, kill: Callable[[], None]) -> None:
    _arrives(desk, kill, stage="annotation", state="new")


def _between_a_restoring_write_and_its_record(desk: Desk, kill: Callable[[], None]) -> None:
    _arrives(desk, kill, stage="acceptance", state="completed")


def _arrives(desk: Desk, kill: Callable[[], None], **written: str) -> None:
    """The write is made for it: a server may or may not go on with a request whose sender is gone."""

    def write_and_kill() -> None:
        desk.patch("job", 4, **written)
        kill()

    desk.sandbox.before("PATCH", "/api/jobs/4$", write_and_kill)
    desk.sandbox.drop("PATCH", "/api/jobs/4$")


def _between_a_record_and_its_write(desk: Desk, kill: Callable[[], None]) -> None:
    desk.sandbox.before("PATCH", "/api/jobs/4$", kill)
    desk.sandbox.drop("PATCH", "/api/jobs/4$")


def _during_the_proof(desk: Desk, kill: Callable[[], None]) -> None:
    desk.sandbox.before("PATCH", "/api/jobs/8$", lambda: desk.sandbox.before("GET", "^/api/tasks$", kill))


POINTS = [
    (_before_the_first_write, 0, ()),
    (_between_two_tasks, 4, (1, 2)),
    (_within_a_task, 3, (1,)),
    (_between_a_write_and_its_record, 4, (1, 2)),
    (_between_a_record_and_its_write, 3, (1,)),
    (_during_the_proof, 8, (1, 2, 3, 4)),
]


def _killed(desk: Desk, planned: Planned, *arguments: str) -> None:
    """Run a command and kill it at the planned point."""
    with command(desk, *arguments) as running:
        planned(desk, running.kill)
        ended = running.wait()
    assert ended.code == -signal.SIGKILL, ended.output


def _apply(desk: Desk) -> tuple[str, ...]:
    desk.manifest(REOPEN)
    return ("apply", str(desk.folder / "manifest.yaml"), "--yes", "--parallelism", "1")


@pytest.mark.parametrize(("planned", "written", "done"), POINTS)
def test_the_next_run_does_the_rest_and_leaves_alone_what_people_did(
    desk: Desk, planned: Planned, written: int, done: tuple[int, ...]
) -> None:
    _killed(desk, planned, *_apply(desk))
    for task in done:
        desk.patch("job", task * 2, stage="validation", state="new")  # somebody has reviewed it since
    plan = desk.plan(REOPEN)
    assert {change.id for change in plan.updates if change.kind == "job"} == set(range(written + 1, 9))
    assert {change.task for change in plan.updates}.isdisjoint(done)
    if len(done) < 4:
        assert desk.apply(plan).run.status is RunStatus.DONE
    assert {desk.job(task * 2)[0] for task in done} <= {"validation"}
    assert {desk.job(number)[0] for number in range(2 * len(done) + 1, 9)} <= {"annotation"}
    assert desk.plan(REOPEN).is_empty


@pytest.mark.parametrize(("planned", "written", "done"), POINTS)
def test_a_rollback_restores_exactly_what_was_written(
    desk: Desk, planned: Planned, written: int, done: tuple[int, ...]
) -> None:
    _killed(desk, planned, *_apply(desk))
    desk.sandbox.requests.clear()
    plan = plan_rollback(desk.session, desk.store)
    assert {change.id for change in plan.updates if change.kind == "job"} == set(range(1, written + 1))
    assert plan.conflicts == ()
    if written:
        assert desk.rollback().run.status is RunStatus.DONE
        assert (
            desk.patches() == [f"/api/jobs/{number}" for number in range(1, written + 1)]
            or len(desk.patches()) == written
        )
        assert desk.ledger() == []  # as if the rule had never been applied
    assert [desk.job(number)[:2] for number in range(1, 9)] == [("acceptance", "completed")] * 8
    assert len(desk.plan(REOPEN).rules[0].pending) == 4


def test_the_record_of_a_killed_run_is_completed(desk: Desk) -> None:
    _killed(desk, _between_a_write_and_its_record, *_apply(desk))
    [killed] = runs(desk.store)
    assert killed.status is RunStatus.RUNNING
    desk.apply(REOPEN)
    recovered = load_run(desk.store, killed.id)
    assert recovered.status is RunStatus.INTERRUPTED
    assert (recovered.counts.written, recovered.counts.skipped) == (4, 4)
    assert recovered.note is not None
    assert "killed" in recovered.note


def test_what_somebody_changed_since_counts_as_arrived(desk: Desk) -> None:
    """Neither as before nor as wanted: a rule that is to run once must not throw it back."""
    _killed(desk, _between_a_write_and_its_record, *_apply(desk))
    desk.patch("job", 4, stage="validation", state="in progress")
    assert {change.task for change in desk.plan(REOPEN).updates} == {3, 4}
    desk.apply(REOPEN)
    assert desk.job(4) == ("validation", "in progress", "bob")


def test_a_line_that_the_crash_cut_off_is_not_continued(desk: Desk) -> None:
    _killed(desk, _between_two_tasks, *_apply(desk))
    [run] = runs(desk.store)
    audit = desk.store.path(f"runs/{run.id}/audit.jsonl")
    audit.write_bytes(audit.read_bytes() + b'{"time":"2026-')
    desk.apply(REOPEN)
    assert desk.rollback(run.id).run.status is RunStatus.DONE
    assert desk.job(1)[0] == "acceptance"


def test_a_recovery_that_is_repeated_changes_nothing(desk: Desk) -> None:
    _killed(desk, _within_a_task, *_apply(desk))
    [killed] = recover_killed_runs(desk.store, desk.sandbox.url, lambda _: None)
    before = {path: path.read_bytes() for path in desk.state_files()}
    assert recover_killed_runs(desk.store, desk.sandbox.url, lambda _: None) == []
    assert {path: path.read_bytes() for path in desk.state_files()} == before
    assert load_run(desk.store, killed.id) == killed


def test_a_run_on_another_server_waits_for_somebody_who_can_look_there(desk: Desk) -> None:
    _killed(desk, _between_a_write_and_its_record, *_apply(desk))
    assert recover_killed_runs(desk.store, "http://elsewhere.example", lambda _: None) == []
    [run] = runs(desk.store)
    assert run.status is RunStatus.RUNNING


@pytest.mark.parametrize("planned", [_between_two_tasks, _between_a_restoring_write_and_its_record])
def test_a_killed_rollback_withdraws_what_it_took_back(desk: Desk, planned: Planned) -> None:
    first = desk.apply(REOPEN)
    _killed(desk, planned, "rollback", "--yes", "--parallelism", "1")
    restored = [number for number in range(1, 9) if desk.job(number)[0] == "acceptance"]
    assert restored == [1, 2, 3, 4]
    plan = desk.plan(REOPEN)
    assert plan.rules[0].pending == (1, 2)
    assert desk.apply(plan).run.status is RunStatus.DONE
    assert desk.ledger()[0].done == (1, 2, 3, 4)
    assert load_run(desk.store, first.run.id).rolled_back_by is not None


def test_a_killed_rollback_can_be_finished(desk: Desk) -> None:
    first = desk.apply(SHARE_OUT)
    _killed(desk, _within_a_task, "rollback", "--yes", "--parallelism", "1")
    assert desk.rollback(first.run.id).run.status is RunStatus.DONE
    assert [desk.job(number)[2] for number in range(1, 9)] == ["bob"] * 8


def test_a_killed_rollback_can_be_taken_back(desk: Desk) -> None:
    desk.apply(REOPEN)
    _killed(desk, _within_a_task, "rollback", "--yes", "--parallelism", "1")
    assert desk.rollback().run.status is RunStatus.DONE
    assert [desk.job(number)[0] for number in range(1, 9)] == ["annotation"] * 8
    assert desk.ledger()[0].done == (1, 2, 3, 4)
    assert desk.plan(REOPEN).is_empty


def test_nobody_holds_the_lock_of_a_killed_run(desk: Desk) -> None:
    _killed(desk, _within_a_task, *_apply(desk))
    assert holder(desk.store) is None
    killed = last_run(desk.store)
    assert killed is not None
    assert killed.status is RunStatus.RUNNING


def test_what_a_killed_run_wrote_is_not_written_again(desk: Desk) -> None:
    _killed(desk, _between_a_write_and_its_record, *_apply(desk))
    desk.sandbox.requests.clear()
    outcome = desk.apply(REOPEN)
    assert sorted(desk.patches()) == [f"/api/jobs/{number}" for number in range(5, 9)]
    assert {result.outcome for result in outcome.results} == {WriteOutcome.WRITTEN}
