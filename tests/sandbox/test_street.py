"""The street seed: what its description says, at any size, and fast."""

from __future__ import annotations

import json
from collections import Counter

import pytest
import urllib3

from reconciler.sandbox import Sandbox
from reconciler.sandbox.seeds.street import street


def test_it_is_the_same_every_time() -> None:
    assert street(40) == street(40)


def test_finished_work(street: Sandbox) -> None:
    _, project = street.api("GET", "/api/projects/1")
    assert (project["name"], project["tasks"]["count"]) == ("Street scenes", 20)
    assert set(project["task_subsets"]) == {"Train", "Validation", "Test"}
    query = {"project_id": 1, "page_size": 100, "sort": "id"}
    tasks = street.api("GET", "/api/tasks", query=query)[1]["results"]
    assert {task["status"] for task in tasks} == {"completed"}
    assert [task["name"] for task in tasks[8:11]] == ["batch-009", "night-010", "batch-011"]
    assert tasks[0]["created_date"] == "2026-01-02T08:00:00Z"
    jobs = street.api("GET", "/api/jobs", query=query)[1]["results"]
    assert {(job["stage"], job["state"], job["frame_count"]) for job in jobs} == {("acceptance", "completed", 100)}
    assert set(Counter(job["assignee"]["username"] for job in jobs).values()) == {20}


def test_everything_in_another_state(street: Sandbox) -> None:
    tasks = street.api("GET", "/api/tasks", query={"project_name": "Warehouse", "page_size": 50})[1]["results"]
    assert len(tasks) == 12
    assert {task["status"] for task in tasks} == {"annotation", "validation", "completed"}
    jobs = street.api("GET", "/api/jobs", query={"project_name": "Warehouse", "page_size": 50})[1]["results"]
    assert {job["type"] for job in jobs} == {"annotation", "ground_truth", "consensus_replica"}
    assert any(job["stage"] == "annotation" and job["state"] == "completed" for job in jobs)
    assert any("size" not in task for task in tasks)


def test_the_seed_agrees_with_the_server(small: Sandbox) -> None:
    """A job that is set to what it is changes nothing but dates: nothing in the seed was impossible."""
    before = {task["id"]: (task["status"], task["jobs"]) for task in small.dump()["tasks"]}
    for job in small.dump()["jobs"]:
        kept = {"stage": job["stage"], "state": job["state"]}
        changed = small.api("PATCH", f"/api/jobs/{job['id']}", json=kept)[1]
        assert {**changed, "updated_date": ""} == {**job, "updated_date": ""}
    after = {task["id"]: (task["status"], task["jobs"]) for task in small.dump()["tasks"]}
    assert after == before


def test_two_thousand_tasks() -> None:
    with Sandbox.start(tasks=2_000) as sandbox:
        headers = {"Authorization": f"Bearer {sandbox.token}"}
        with urllib3.PoolManager() as pool:
            for path in ("tasks", "jobs"):
                url = f"{sandbox.url}/api/{path}?page_size=500&sort=id&page=3"
                answer = pool.request("GET", url, headers=headers)
                assert len(answer.json()["results"]) == 500
            rule = {"and": [{"==": [{"var": "project_id"}, 1]}, {"!": {"==": [{"var": "state"}, "completed"]}}]}
            url = f"{sandbox.url}/api/jobs"
            answer = pool.request("GET", url, fields={"filter": json.dumps(rule)}, headers=headers)
            assert answer.json()["count"] == 0


@pytest.mark.parametrize("tasks", [0, 1, 999, 1000])
def test_any_size(tasks: int) -> None:
    names = [task["name"] for task in street_tasks(tasks)]
    assert len(names) == len(set(names)) == tasks


def street_tasks(tasks: int) -> list[dict[str, object]]:
    return [task for task in street(tasks)["tasks"] if task["project_id"] == 1]
