from __future__ import annotations

from itertools import product

import pytest

from reconciler.plan.workflow import JOBS_FOR_STATUS, job_status, task_status, wanted_position
from reconciler.sandbox import workflow as sandbox_workflow

STAGES = ("annotation", "validation", "acceptance")
STATES = ("new", "in progress", "completed", "rejected")


@pytest.mark.parametrize(("stage", "state"), list(product(STAGES, STATES)))
def test_a_job_status_is_what_the_server_makes_of_it(stage: str, state: str) -> None:
    assert job_status(stage, state) == sandbox_workflow.job_status(stage, state)


@pytest.mark.parametrize(
    ("jobs", "status"),
    [
        ([], "completed"),
        (["completed"], "completed"),
        (["completed", "validation"], "validation"),
        (["completed", "validation", "annotation"], "annotation"),
    ],
)
def test_a_task_is_as_far_as_its_last_job(jobs: list[str], status: str) -> None:
    assert task_status(jobs) == status


@pytest.mark.parametrize(("status", "stage", "state"), list(product(JOBS_FOR_STATUS, STAGES, STATES)))
def test_a_job_moved_for_a_status_has_it(status: str, stage: str, state: str) -> None:
    moved = wanted_position(JOBS_FOR_STATUS[status], stage, state)
    if status != "validation" or stage != "validation":
        assert job_status(str(moved["stage"]), str(moved["state"])) == status
    assert wanted_position(JOBS_FOR_STATUS[status], str(moved["stage"]), str(moved["state"])) == moved


@pytest.mark.parametrize(
    ("wish", "position"),
    [
        ({}, {}),
        ({"assignee": "bob"}, {}),
        ({"stage": "annotation"}, {"stage": "annotation", "state": "completed"}),
        ({"stage": "validation"}, {"stage": "validation", "state": "new"}),
        ({"state": "rejected"}, {"stage": "annotation", "state": "rejected"}),
        ({"stage": "validation", "state": "completed"}, {"stage": "validation", "state": "completed"}),
    ],
)
def test_where_a_completed_annotation_job_should_be(wish: dict[str, str], position: dict[str, str]) -> None:
    assert wanted_position(wish, "annotation", "completed") == position


def test_a_job_at_a_stage_that_we_do_not_know() -> None:
    assert wanted_position({"state": "new"}, "review", None) == {"stage": "review", "state": "new"}
    assert wanted_position({"stage": "annotation"}, None, None) == {"stage": "annotation", "state": "new"}
