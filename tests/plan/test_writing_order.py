"""In which order the changes of one task are written."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from reconciler.history.model import RunStatus
from reconciler.plan.model import Action, Change, Write
from reconciler.plan.writing_order import in_writing_order
from tests.laws.sitting import Sit

from .worlds import build_world


def change(
    kind: str, number: int, gives: Mapping[str, object], rests_on: Mapping[str, object], task: int = 1
) -> Change:
    write = {"body": {}, "expect": dict.fromkeys(gives), "gives": gives}
    return Change.model_validate(
        {
            "address": f"{kind}.{number}",
            "kind": kind,
            "id": number,
            "task": task,
            "action": Action.UPDATE,
            "reason": "",
            "writes": [Write.model_validate(write)],
            "rests_on": rests_on,
        }
    )


MOVED = {"stage": "validation", "state": "new"}


@pytest.mark.parametrize(
    ("own_rests_on", "job_rests_on", "job_gives", "jobs_first"),
    [
        ({}, {}, MOVED, False),
        ({"task.subset": "A"}, {"task.subset": "A"}, MOVED, True),
        ({}, {"task.project": 1, "job.stage": "annotation"}, MOVED, False),
        ({"task.status": "annotation"}, {"task.subset": "A"}, MOVED, False),
        ({"task.status": "annotation"}, {"task.subset": "A"}, {"assignee": "bob"}, True),
    ],
)
def test_a_tasks_own_fields_come_last_where_jobs_are_selected_by_them(
    own_rests_on: Mapping[str, object],
    job_rests_on: Mapping[str, object],
    job_gives: Mapping[str, object],
    jobs_first: bool,
) -> None:
    own = change("task", 1, {"subset": "B"}, own_rests_on)
    jobs = [change("job", number, job_gives, job_rests_on) for number in (12, 11)]
    other = change("job", 5, MOVED, {}, task=2)
    ordered = [one.id for one in in_writing_order([other, own, *jobs])]
    assert ordered == ([11, 12, 1, 5] if jobs_first else [1, 11, 12, 5])


RULES = """
version: 1
rules:
  on: {select: {subset: A}, set: {subset: B, jobs: {stage: validation}}}
  marked: {select: {job: {stage: validation}}, set: {bug_tracker: "https://tracker.example"}}
"""


@pytest.mark.parametrize("failing", ["/api/jobs/1$", "/api/jobs/2$", "/api/tasks/11$"])
def test_whatever_did_not_arrive_is_done_by_the_next_apply(sit: Sit, failing: str) -> None:
    jobs = {1: "0-9 annotation/new", 2: "10-19 annotation/new"}
    tasks = {11: {"name": "one", "project": 1, "subset": "A", "jobs": jobs}}
    desk = sit(build_world({"projects": {1: {"name": "Street"}}, "tasks": tasks}))
    desk.sandbox.fail("PATCH", failing, status=403, times=1)
    assert desk.apply(RULES).run.status is RunStatus.FAILED
    desk.sandbox.app.clear()
    desk.apply(RULES)
    assert (desk.job(1)[0], desk.job(2)[0]) == ("validation", "validation")
    assert desk.task(11)["bug_tracker"] == "https://tracker.example"
    assert desk.task(11)["subset"] == "B"
    assert desk.plan(RULES).is_empty
