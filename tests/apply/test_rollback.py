"""Taking a run back: every field that still holds what the run wrote, and nothing that others did since."""

from __future__ import annotations

import pytest

from reconciler import operations
from reconciler.apply.staleness import StalePlanError
from reconciler.cli.carrying_out import exit_code
from reconciler.errors import LockedError, PlanFileError, StateError
from reconciler.history.lock import locked
from reconciler.history.model import RunStatus
from reconciler.history.runs import load_run, rewrite

from .desk import REOPEN, SHARE_OUT, Desk, without_dates

RENAME = "version: 1\ntasks:\n  one: {id: 1, name: renamed, subset: Train, assignee: alice}\n"


def test_fields_are_restored_one_by_one(desk: Desk) -> None:
    desk.apply(RENAME)
    desk.patch("task", 1, subset="Test")
    desk.sent.clear()
    outcome = desk.rollback()
    assert desk.sent == [("/api/tasks/1", {"name": "batch-1", "assignee_id": None})]
    assert desk.task(1)["subset"] == "Test"
    [conflict] = outcome.plan.conflicts
    assert (conflict.field, conflict.wrote, conflict.found, conflict.before) == ("subset", "Train", "Test", "")
    assert exit_code(outcome) == 4


def test_a_jobs_position_is_one_thing(desk: Desk) -> None:
    desk.apply(REOPEN)
    desk.patch("job", 1, state="in progress")
    outcome = desk.rollback()
    assert desk.job(1) == ("annotation", "in progress", "bob")
    assert desk.job(2) == ("acceptance", "completed", "bob")
    assert {(one.id, one.field) for one in outcome.plan.conflicts} == {(1, "stage"), (1, "state")}
    assert any("task 1 will have status annotation" in one.text for one in outcome.plan.warnings)


def test_a_position_and_an_assignee_are_two_things(desk: Desk) -> None:
    desk.apply("version: 1\ntasks:\n  batch-1: {jobs: {stage: annotation, assignee: carol}}\n")
    desk.patch("job", 1, state="in progress")
    desk.patch("job", 2, assignee=5)
    desk.rollback()
    assert desk.job(1) == ("annotation", "in progress", "bob")
    assert desk.job(2) == ("acceptance", "completed", "dave")


def test_force_restores_that_too_and_names_it(desk: Desk) -> None:
    before = without_dates(desk.sandbox.dump())["jobs"]
    desk.apply(REOPEN)
    desk.patch("job", 1, state="in progress")
    outcome = desk.rollback(force=True)
    assert without_dates(desk.sandbox.dump())["jobs"] == before
    assert [(one.id, one.forced) for one in outcome.plan.conflicts] == [(1, True), (1, True)]
    assert exit_code(outcome) == 0


def test_what_force_overrode_can_be_taken_back(desk: Desk) -> None:
    desk.apply(REOPEN)
    desk.patch("job", 1, state="in progress")
    forced = desk.rollback(force=True)
    desk.rollback(forced.run.id)
    assert desk.job(1) == ("annotation", "in progress", "bob")


def test_what_somebody_has_put_back_already_is_left(desk: Desk) -> None:
    desk.apply(SHARE_OUT)
    desk.patch("job", 1, assignee=3)
    desk.sent.clear()
    outcome = desk.rollback()
    assert outcome.plan.conflicts == ()
    assert "/api/jobs/1" not in [path for path, _ in desk.sent]


def test_a_user_who_is_gone_is_named_and_the_rest_restored(desk: Desk) -> None:
    desk.apply(SHARE_OUT)
    with desk.sandbox._store.transaction():
        desk.sandbox._store.delete("users", "id = ?", (3,))  # bob
    outcome = desk.rollback()
    assert {one.note for one in outcome.plan.conflicts} == {"user 'bob' cannot be seen any more"}
    assert desk.job(1)[2] == "carol"
    assert desk.task(1)["subset"] == ""


def test_a_task_that_is_gone_is_named_and_the_rest_restored(desk: Desk) -> None:
    desk.apply(REOPEN)
    desk.sandbox.api("DELETE", "/api/tasks/2")
    outcome = desk.rollback()
    assert {(one.id, one.note) for one in outcome.plan.conflicts} == {
        (3, "is gone, or you cannot see it"),
        (4, "is gone, or you cannot see it"),
    }
    assert desk.job(1)[0] == "acceptance"


def test_a_rollback_of_a_rollback_is_the_apply(desk: Desk) -> None:
    first = desk.apply(RENAME)
    reached = without_dates(desk.sandbox.dump())
    back = desk.rollback()
    again = desk.rollback()
    assert without_dates(desk.sandbox.dump()) == reached
    assert (back.run.of_run, again.run.of_run) == (first.run.id, back.run.id)
    assert load_run(desk.store, first.run.id).rolled_back_by == back.run.id


def test_a_change_between_plan_and_rollback_stops_it(desk: Desk) -> None:
    desk.apply(REOPEN)
    plan = operations.plan_rollback(desk.session, desk.store)
    desk.patch("job", 1, state="in progress")
    with pytest.raises(StalePlanError):
        desk.apply(plan)
    assert desk.job(2)[0] == "annotation"


def test_only_what_was_written_is_taken_back(desk: Desk) -> None:
    desk.sandbox.fail("PATCH", "/api/jobs/3$", status=403)
    desk.apply(REOPEN)
    desk.sent.clear()
    desk.rollback()
    assert "/api/jobs/3" not in [path for path, _ in desk.sent]
    assert desk.job(3) == ("acceptance", "completed", "bob")


def test_a_rollback_that_failed_in_part_can_be_repeated(desk: Desk) -> None:
    first = desk.apply(REOPEN)
    desk.sandbox.fail("PATCH", "/api/jobs/3$", status=403)
    assert desk.rollback().run.status is RunStatus.FAILED
    assert desk.ledger()[0].done == (2,)
    assert desk.rollback(first.run.id).run.status is RunStatus.DONE
    assert desk.job(3)[0] == "acceptance"
    assert desk.ledger() == []


def test_there_has_to_be_a_run(desk: Desk) -> None:
    with pytest.raises(StateError, match="no run is recorded"):
        desk.rollback()


def test_a_run_on_another_server_is_refused(desk: Desk) -> None:
    run = desk.apply(REOPEN).run
    plan = desk.store.path(f"runs/{run.id}/plan.json")
    assert plan.exists()
    desk.session.url = "http://elsewhere.example"
    with pytest.raises(PlanFileError, match="made for the server"):
        desk.rollback()


def test_a_run_that_is_still_going_on_is_not_taken_back(desk: Desk) -> None:
    run = desk.apply(REOPEN).run
    rewrite(desk.store, run.model_copy(update={"status": RunStatus.RUNNING}))
    with locked(desk.store, "alice@elsewhere", "apply"), pytest.raises(LockedError, match="still going on"):
        operations.plan_rollback(desk.session, desk.store)
