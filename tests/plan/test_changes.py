from __future__ import annotations

from typing import Any

import pytest

from reconciler.cvat.models import Job, Task
from reconciler.plan.model import Action, Plan

from .observed import Server, job, plan_for, task


def planned(one: Task, jobs: list[Job], /, **block: Any) -> Plan:
    return plan_for(Server([one], jobs), {"tasks": {"t": {"id": one.id, **block}}})


def counted(jobs: int, **fields: Any) -> Task:
    return task(jobs={"count": jobs}, **fields)


def statuses(plan: Plan) -> list[tuple[Any, Any]]:
    return [(one.before, one.after) for change in plan.changes for one in change.fields if one.path == ("status",)]


def bodies(plan: Plan) -> list[tuple[int, dict[str, Any]]]:
    return [(change.id, write.body) for change in plan.changes for write in change.writes]


def test_nulls_are_read_as_nothing_there() -> None:
    one = task(subset=None, bug_tracker=None, status=None)
    assert planned(one, [], subset=None, bug_tracker=None, assignee=None).is_empty


def test_a_server_that_does_not_count_jobs_may_have_some() -> None:
    plan = planned(task(status="completed"), [job(stage="acceptance", state="completed")], status="annotation")
    assert statuses(plan) == [("completed", "annotation")]
    assert bodies(plan) == [(11, {"stage": "annotation", "state": "new"})]


def test_values_that_we_do_not_know_are_moved_from_like_others() -> None:
    plan = planned(counted(1, status="archived"), [job(stage="review", state="paused", status="x")], status="completed")
    assert bodies(plan) == [(11, {"stage": "acceptance", "state": "completed"})]
    assert statuses(plan) == [("archived", "completed")]


def test_of_jobs_that_cannot_be_seen_nothing_is_promised() -> None:
    plan = planned(counted(3, status="completed"), [job(stage="acceptance", state="completed")], status="annotation")
    assert bodies(plan) == [(11, {"stage": "annotation", "state": "new"})]
    assert statuses(plan) == []
    (warning,) = plan.warnings
    assert warning.text.startswith("you see 1 of the 3 jobs of task 1 ('t1')")


def test_a_task_whose_jobs_are_all_hidden_is_not_called_as_wanted() -> None:
    plan = planned(counted(2, status="completed"), [], status="annotation")
    (change,) = plan.changes
    assert (change.action, change.reason) == (Action.NO_OP, "stays in status completed: see the warning")


def test_hidden_jobs_do_not_matter_where_the_status_is_as_wanted() -> None:
    one, jobs = counted(2, status="annotation"), [job()]
    plan = planned(one, jobs, status="annotation", job_overrides=[{"frames": "0-9", "assignee": "bob"}])
    assert plan.warnings == ()


@pytest.mark.parametrize("status", ["annotation", "completed"])
def test_a_job_that_holds_the_status_back(status: str) -> None:
    ground_truth = job(12, type="ground_truth", stage="validation", state="in progress")
    plan = planned(counted(2, status="validation"), [job(stage="validation"), ground_truth], status=status)
    if status == "annotation":
        assert (statuses(plan), plan.warnings) == ([("validation", "annotation")], ())
    else:
        assert statuses(plan) == []
        assert "will have status validation, not completed, because of ground truth job 12" in plan.warnings[0].text


def test_many_jobs_that_hold_the_status_back_are_not_all_listed() -> None:
    holding = [job(20 + number, type="ground_truth") for number in range(9)]
    plan = planned(counted(10, status="annotation"), [job(), *holding], status="completed")
    assert "ground truth job 24 and 4 more, which only move when named" in plan.warnings[0].text


def test_an_annotation_job_that_is_wanted_elsewhere_is_not_said_to_need_a_name() -> None:
    jobs = [job(11, stage="acceptance", state="completed"), job(12, stage="acceptance", state="completed")]
    overrides = [{"job": 12, "stage": "validation"}]
    plan = planned(counted(2, status="validation"), jobs, status="completed", job_overrides=overrides)
    assert "because of what is wanted of annotation job 12" in plan.warnings[0].text


def test_a_stale_task_that_nothing_holds_back_is_saved_once() -> None:
    jobs = [job(number, status="annotation") for number in (11, 12, 13)]
    plan = planned(counted(3, status="completed"), jobs, status="annotation")
    assert bodies(plan) == [(11, {"stage": "annotation", "state": "new"})]
    assert plan.changes[1].fields == ()
    assert "stale" in plan.changes[1].reason


def test_a_stale_job_that_is_assigned_is_written_once() -> None:
    plan = planned(
        counted(1, status="completed"), [job(status="completed")], status="annotation", jobs={"assignee": "bob"}
    )
    assert [change.id for change in plan.changes if change.kind == "job"] == [11]
    ((_, body),) = bodies(plan)
    assert {"stage", "state", "assignee"} == set(body)


def test_an_assignment_alone_renews_a_stale_task() -> None:
    plan = planned(
        counted(1, status="completed"), [job(status="annotation")], status="annotation", jobs={"assignee": "bob"}
    )
    assert [set(body) for _, body in bodies(plan)] == [{"assignee"}]
    assert statuses(plan) == [("completed", "annotation")]


def test_a_task_with_only_ground_truth_cannot_be_moved() -> None:
    ground_truth = job(type="ground_truth", stage="acceptance", state="completed", status="completed")
    plan = planned(counted(1, status="completed"), [ground_truth], status="annotation")
    assert plan.is_empty
    assert plan.changes[0].reason == "stays in status completed: see the warning"


@pytest.mark.parametrize(
    ("status", "wanted", "reason"),
    [
        ("annotation", {"status": "annotation"}, "already as wanted"),
        ("annotation", {"status": "completed"}, "has no data yet, so it has no jobs to move"),
        ("annotation", {"jobs": {"assignee": "bob"}}, "has no data yet, so it has no jobs to move"),
        ("annotation", {"subset": None}, "already as wanted"),
    ],
)
def test_why_nothing_happens_to_a_task_without_data(status: str, wanted: dict[str, Any], reason: str) -> None:
    (change,) = planned(counted(0, status=status), [], **wanted).changes
    assert (change.action, change.reason) == (Action.NO_OP, reason)


def test_reasons_are_short_and_name_each_source_once() -> None:
    document = {
        "tasks": {"t": {"id": 1, "subset": "Val", "assignee": "bob", "jobs": {"assignee": "bob"}}},
        "rules": {"r": {"mode": "once", "select": {"id": 1}, "set": {"status": "annotation", "owner": "eve"}}},
    }
    server = Server([counted(1, status="completed")], [job(stage="acceptance", state="completed", status="completed")])
    own, moved = plan_for(server, document).changes
    assert own.reason == "task.t describes it, rule.r selects it"
    assert moved.reason == "its status is derived from its jobs, wanted by task.t"


@pytest.mark.parametrize(
    ("ignored", "wanted", "reason"),
    [
        ("subset", {"subset": "Val"}, "lifecycle.ignore leaves alone what else is wanted: subset"),
        ("subset", {"subset": "Train"}, "already as wanted"),
        ("status", {"status": "completed"}, "lifecycle.ignore leaves alone what else is wanted: status"),
        ("jobs", {"jobs": {"assignee": "bob"}}, "lifecycle.ignore leaves alone what else is wanted: jobs"),
    ],
)
def test_why_nothing_happens_to_what_is_ignored(ignored: str, wanted: dict[str, Any], reason: str) -> None:
    document = {
        "tasks": {"t1": {"id": 1, "lifecycle": {"ignore": [ignored]}}},
        "rules": {"r": {"select": {"id": 1}, "set": wanted}},
    }
    one = counted(1, subset="Train", status="annotation")
    (change,) = plan_for(Server([one], [job()]), document).changes
    assert (change.action, change.reason) == (Action.NO_OP, reason)


def test_a_server_that_gives_jobs_no_legacy_status_is_not_sent_positions_for_ever() -> None:
    jobs = [job(stage="acceptance", state="completed"), job(12, type="ground_truth")]
    plan = planned(counted(2, status="annotation"), jobs, status="completed")
    assert plan.is_empty
    assert "because of ground truth job 12" in plan.warnings[0].text
