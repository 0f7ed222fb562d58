from __future__ import annotations

import pytest

from reconciler.errors import PlanError

from .observed import Server, job, plan_for, task


def refusal(server: Server, **override: object) -> tuple[str, str | None]:
    with pytest.raises(PlanError) as refused:
        plan_for(server, {"tasks": {"t": {"id": 1, "job_overrides": [{"assignee": "bob", **override}]}}})
    (problem,) = refused.value.problems
    return problem.what, problem.hint


def test_frames_that_cut_through_jobs() -> None:
    jobs = [job(11), job(12, start_frame=10, stop_frame=19), job(13, type="ground_truth", stop_frame=5)]
    what, hint = refusal(Server([task(jobs={"count": 3})], jobs), frames="5-15")
    assert "does not have an annotation job that lies within frames 5-15" in what
    assert hint == "its annotation jobs have frames 0-9, 10-19"


def test_a_job_of_another_task() -> None:
    server = Server([task(jobs={"count": 1}), task(2)], [job(11), job(21, 2)])
    assert refusal(server, job=21) == (
        "task 1 ('t1') does not have job 21, or you cannot see it",
        "its jobs are 11 (0-9)",
    )


def test_a_hint_lists_some_of_many_jobs() -> None:
    jobs = [job(100 + number, start_frame=number, stop_frame=number) for number in range(50)]
    _, hint = refusal(Server([task(jobs={"count": 50})], jobs), job=1)
    assert hint is not None
    assert hint.endswith("107 (7-7) and 42 more")


def test_jobs_that_are_all_hidden() -> None:
    assert refusal(Server([task(jobs={"count": 2})]), frames="0-9")[1] is None


def test_a_task_without_data_has_none_yet() -> None:
    block = {"id": 1, "job_overrides": [{"assignee": "bob", "frames": "0-9"}]}
    assert plan_for(Server([task(jobs={"count": 0})]), {"tasks": {"t": block}}).is_empty
