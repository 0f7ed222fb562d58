"""Somebody else works on the server while we do."""

from __future__ import annotations

import pytest

from reconciler.apply.staleness import Stale, StalePlanError
from reconciler.history.model import RunStatus, WriteOutcome
from reconciler.history.runs import runs

from .desk import REOPEN, SHARE_OUT, Desk, outcomes

SUBSETS = """
version: 1
rules:
  subsets: {select: {project: {name: Street}, status: completed}, set: {subset: Train}}
"""


def test_a_job_changed_since_the_plan_stops_the_run(desk: Desk) -> None:
    plan = desk.plan(REOPEN)
    desk.patch("job", 3, assignee=None, stage="validation", state="new")
    desk.sandbox.requests.clear()
    with pytest.raises(StalePlanError) as stopped:
        desk.apply(plan)
    assert stopped.value.exit_code == 4
    assert "job 3 (rule.reopen[2].job[3]): stage was 'acceptance' when planned, now it is 'validation'" in str(
        stopped.value
    )
    assert desk.patches() == []
    assert runs(desk.store) == []
    assert desk.ledger() == []


def test_many_differences_are_not_all_listed(desk: Desk) -> None:
    plan = desk.plan(REOPEN)
    for number in range(1, 9):
        desk.patch("job", number, stage="validation", state="new")
    with pytest.raises(StalePlanError, match=r"and \d+ more") as stopped:
        desk.apply(plan)
    assert (
        len({one.change.id for one in stopped.value.stale if isinstance(one, Stale) and one.change.kind == "job"}) == 8
    )


def test_a_task_that_vanished_since_the_plan_stops_the_run(desk: Desk) -> None:
    plan = desk.plan(REOPEN)
    desk.sandbox.api("DELETE", "/api/tasks/2")
    with pytest.raises(StalePlanError, match=r"task 2 \(rule.reopen\[2\]\) is gone"):
        desk.apply(plan)


def test_what_the_selection_rested_on_must_still_hold(desk: Desk) -> None:
    plan = desk.plan(SUBSETS)
    desk.patch("job", 3, stage="annotation", state="new")
    with pytest.raises(StalePlanError, match=r"task 2 .*status was 'completed' when planned"):
        desk.apply(plan)


def test_what_nobody_planned_may_change(desk: Desk) -> None:
    plan = desk.plan(REOPEN)
    desk.patch("task", 1, subset="Test")
    desk.patch("job", 1, assignee=4)
    assert desk.apply(plan).run.status is RunStatus.DONE
    assert desk.job(1) == ("annotation", "new", "carol")


def test_a_job_changed_just_before_its_write_is_skipped_and_named(desk: Desk) -> None:
    desk.sandbox.before("GET", "/api/jobs/3$", lambda: desk.patch("job", 3, stage="validation", state="new"))
    outcome = desk.apply(REOPEN)
    assert outcome.run.status is RunStatus.CONFLICT
    assert desk.job(3) == ("validation", "new", "bob")
    assert "/api/jobs/3" not in [path for path, _ in desk.sent]
    found = outcomes(outcome)
    assert found.pop(("job", 3)) is WriteOutcome.CONFLICT
    assert set(found.values()) == {WriteOutcome.WRITTEN}
    [message] = [one.message for one in outcome.results if one.outcome is WriteOutcome.CONFLICT]
    assert message == "changed by somebody else since the plan: stage is 'validation', state is 'new'"


def test_what_a_selection_rested_on_is_looked_at_again_before_the_write(desk: Desk) -> None:
    """A long run: the task was reopened since, so the rule does not want it any more."""
    desk.sandbox.before("GET", "/api/tasks/2$", lambda: desk.patch("job", 3, stage="annotation", state="new"))
    outcome = desk.apply(SUBSETS)
    assert outcomes(outcome)["task", 2] is WriteOutcome.CONFLICT
    assert desk.task(2)["subset"] == ""


def test_what_somebody_else_has_done_already_is_not_done_again(desk: Desk) -> None:
    desk.sandbox.before("GET", "/api/jobs/3$", lambda: desk.patch("job", 3, stage="annotation", state="new"))
    outcome = desk.apply(REOPEN)
    assert outcomes(outcome)["job", 3] is WriteOutcome.ALREADY
    assert outcome.run.status is RunStatus.DONE
    assert desk.patches().count("/api/jobs/3") == 1  # theirs


def test_an_object_that_vanished_just_before_its_write_is_a_conflict(desk: Desk) -> None:
    desk.sandbox.before("GET", "/api/jobs/3$", lambda: desk.sandbox.api("DELETE", "/api/tasks/2"))
    outcome = desk.apply(SHARE_OUT, parallelism=1)
    assert outcomes(outcome)["job", 3] is WriteOutcome.CONFLICT
    assert [one.message for one in outcome.results if one.outcome is WriteOutcome.CONFLICT] == ["it is gone"] * 2


def test_what_does_not_hold_when_read_again_fails_the_run(desk: Desk) -> None:
    """The first list of jobs after the writes is the verification."""
    plan = desk.plan(REOPEN)
    desk.sandbox.before("GET", "^/api/jobs$", lambda: None)  # the check before the first write
    desk.sandbox.before("GET", "^/api/jobs$", lambda: desk.patch("job", 5, stage="acceptance", state="completed"))
    outcome = desk.apply(plan)
    assert outcome.run.status is RunStatus.FAILED
    assert {(one.kind, one.id, one.field, one.found) for one in outcome.run.unproven} == {
        ("job", 5, "stage", "acceptance"),
        ("job", 5, "state", "completed"),
    }
    [entry] = desk.ledger()
    assert entry.done == (1, 2, 4)


def test_a_status_that_did_not_follow_fails_the_run(desk: Desk) -> None:
    """Another job of the task, which the plan has no part in, was moved meanwhile."""
    desk.patch("job", 2, stage="annotation", state="new")
    desk.patch("job", 1, stage="annotation", state="new")
    plan = desk.plan("version: 1\ntasks:\n  batch-1: {status: completed}\n")
    [status] = [one for one in plan.changes if one.kind == "task"]
    assert status.writes == ()
    ground_truth = {"type": "ground_truth", "task_id": 1, "frame_selection_method": "random_uniform", "frame_count": 1}
    desk.sandbox.before("PATCH", "/api/jobs/2$", lambda: desk.sandbox.api("POST", "/api/jobs", json=ground_truth))
    outcome = desk.apply(plan)
    assert outcome.run.status is RunStatus.FAILED
    assert [(one.kind, one.field, one.wanted, one.found) for one in outcome.run.unproven] == [
        ("task", "status", "completed", "annotation")
    ]


def test_what_vanished_before_the_proof_fails_the_run(desk: Desk) -> None:
    plan = desk.plan("version: 1\ntasks:\n  batch-1: {subset: Train}\n")
    desk.sandbox.before("PATCH", "/api/tasks/1$", lambda: None)
    desk.sandbox.before("GET", "^/api/tasks$", lambda: None)
    desk.sandbox.before("GET", "^/api/tasks$", lambda: desk.sandbox.api("DELETE", "/api/tasks/1"))
    outcome = desk.apply(plan)
    assert [(one.id, one.missing) for one in outcome.run.unproven] == [(1, True)]
    assert outcome.run.status is RunStatus.FAILED


def test_a_proof_that_cannot_be_had_fails_the_run(desk: Desk) -> None:
    plan = desk.plan(REOPEN)
    desk.sandbox.before("PATCH", "/api/", lambda: desk.sandbox.fail("GET", "^/api/jobs$", status=500, times=None))
    outcome = desk.apply(plan)
    assert outcome.run.status is RunStatus.FAILED
    assert outcome.run.note is not None
    assert "could not be read again" in outcome.run.note
    assert outcome.run.counts.written == 8
    [entry] = desk.ledger()
    assert entry.done == (1, 2, 3, 4)  # the server said yes to each: doing it again would throw work back
