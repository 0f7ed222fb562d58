"""Guides with pictures, issues with comments, quality settings; and that they go with what they belong to."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.sandbox import Sandbox

from .tasks import LABELS, Worker


@pytest.fixture
def project(worker: Worker) -> dict[str, Any]:
    return worker.make("/api/projects", {"name": "p", "labels": LABELS})


def test_a_guide_shows_in_its_project_and_jobs(worker: Worker, project: dict[str, Any]) -> None:
    task = worker.task(2, project_id=project["id"])
    before = worker.get(f"/api/projects/{project['id']}")["updated_date"]
    guide = worker.make("/api/guides", {"project_id": project["id"], "markdown": "  # Tight\n"})
    assert guide == {"id": guide["id"], "task_id": None, "project_id": project["id"], "markdown": "# Tight"}
    after = worker.get(f"/api/projects/{project['id']}")
    assert (after["guide_id"], after["updated_date"] > before) == (guide["id"], True)
    assert [job["guide_id"] for job in worker.jobs(task)] == [guide["id"]]
    assert worker.ask("DELETE", f"/api/guides/{guide['id']}")[0] == 204
    assert worker.get(f"/api/projects/{project['id']}")["guide_id"] is None
    assert [job["guide_id"] for job in worker.jobs(task)] == [None]


def test_one_guide_for_one_object(worker: Worker, project: dict[str, Any]) -> None:
    worker.make("/api/guides", {"project_id": project["id"]})
    assert worker.ask("POST", "/api/guides", {"project_id": project["id"]})[0] == 500
    assert worker.ask("POST", "/api/guides", {})[0] == 400
    assert worker.ask("POST", "/api/guides", {"task_id": 99})[0] == 400


def test_pictures_of_a_guide(worker: Worker, project: dict[str, Any]) -> None:
    guide = worker.make("/api/guides", {"project_id": project["id"]})
    kept, dropped, removed = (worker.asset(guide, f"{name}.png") for name in "abc")
    path = f"/api/assets/{kept['uuid']}"
    answer = worker.send("GET", path)
    assert (answer.headers["Content-Type"], answer.data[:4]) == ("image/png", b"\x89PNG")
    assert worker.ask("DELETE", f"/api/assets/{removed['uuid']}")[0] == 204
    worker.ask("PATCH", f"/api/guides/{guide['id']}", {"markdown": f"![image]({path})"})
    assert worker.send("GET", path).status == 200
    # What a guide no longer shows goes with its change.
    assert worker.send("GET", f"/api/assets/{dropped['uuid']}").status == 404
    worker.ask("DELETE", f"/api/projects/{project['id']}")
    assert worker.send("GET", path).status == 404


def test_what_is_no_picture_is_refused(worker: Worker, project: dict[str, Any]) -> None:
    guide = worker.make("/api/guides", {"project_id": project["id"]})
    for name, field in (("a.exe", "file"), ("a.png", "picture")):
        fields = {field: (name, b"MZ", "x/y"), "guide_id": str(guide["id"])}
        assert worker.send("POST", "/api/assets", fields=fields).status == 400


def issue(worker: Worker, job: dict[str, Any], frame: int = 0, message: str = "too wide") -> dict[str, Any]:
    return worker.make("/api/issues", {"frame": frame, "position": [1, 2], "job": job["id"], "message": message})


def test_issues_are_listed_counted_and_filtered(worker: Worker) -> None:
    task = worker.task(4)
    first, second = worker.jobs(task)
    a, b = issue(worker, first), issue(worker, second, 2)
    assert a["comments"]["count"] == 1
    assert [job["issues"]["count"] for job in worker.jobs(task)] == [1, 1]
    assert worker.ask("PATCH", f"/api/issues/{a['id']}", {"resolved": True})[1]["resolved"] is True
    for query, expected in (
        (f"task_id={task['id']}", [b["id"], a["id"]]),
        (f"job_id={first['id']}", [a["id"]]),
        ("frame_id=2", [b["id"]]),
        ("resolved=true", [a["id"]]),
        ("resolved=false&sort=id", [b["id"]]),
        ("owner=nobody", []),
    ):
        assert [found["id"] for found in worker.get(f"/api/issues?{query}")["results"]] == expected, query
    assert worker.ask("PATCH", f"/api/issues/{a['id']}", {"frame": 3})[0] == 403
    assert worker.ask("DELETE", f"/api/issues/{a['id']}")[0] == 204
    assert [job["issues"]["count"] for job in worker.jobs(task)] == [0, 1]


def test_comments(worker: Worker) -> None:
    job = worker.jobs(worker.task(2))[0]
    made = issue(worker, job)
    comment = worker.make("/api/comments", {"issue": made["id"], "message": "why?"})
    worker.ask("PATCH", f"/api/comments/{comment['id']}", {"message": "why not?"})
    listed = worker.get(f"/api/comments?issue_id={made['id']}&sort=id")["results"]
    assert [found["message"] for found in listed] == ["too wide", "why not?"]
    assert worker.get(f"/api/comments?job_id={job['id']}&frame_id=0")["count"] == 2
    assert worker.get(f"/api/issues/{made['id']}")["comments"]["count"] == 2
    worker.ask("DELETE", f"/api/comments/{comment['id']}")
    assert worker.get(f"/api/issues/{made['id']}")["comments"]["count"] == 1


def test_issues_move_nothing_else(worker: Worker) -> None:
    task = worker.task(2)
    before = [doc["updated_date"] for doc in (worker.jobs(task)[0], worker.get(f"/api/tasks/{task['id']}"))]
    issue(worker, worker.jobs(task)[0])
    assert [doc["updated_date"] for doc in (worker.jobs(task)[0], worker.get(f"/api/tasks/{task['id']}"))] == before


def test_a_deleted_task_takes_all_of_it_along(worker: Worker) -> None:
    task = worker.task(2)
    worker.annotate(task)
    made = issue(worker, worker.jobs(task)[0])
    guide = worker.make("/api/guides", {"task_id": task["id"]})
    [settings] = worker.get(f"/api/quality/settings?task_id={task['id']}")["results"]
    worker.ask("DELETE", f"/api/tasks/{task['id']}")
    for path in (f"issues/{made['id']}", f"guides/{guide['id']}", f"quality/settings/{settings['id']}"):
        assert worker.ask("GET", f"/api/{path}")[0] == 404
    assert worker.get("/api/comments")["count"] == worker.get("/api/quality/settings")["count"] == 0
    dumped = worker.sandbox.dump()
    assert not any(dumped[table] for table in ("issues", "comments", "guides", "quality_settings", "jobs"))


def test_quality_settings_are_the_servers(worker: Worker, project: dict[str, Any]) -> None:
    task = worker.task(2, project_id=project["id"])
    [mine] = worker.get(f"/api/quality/settings?task_id={task['id']}")["results"]
    [other] = worker.get(f"/api/quality/settings?project_id={project['id']}")["results"]
    assert (mine["task_id"], mine["project_id"], other["project_id"]) == (task["id"], None, project["id"])
    status, changed = worker.ask("PATCH", f"/api/quality/settings/{mine['id']}", {"iou_threshold": 0.5})
    assert (status, changed["iou_threshold"]) == (200, 0.5)
    assert worker.get(f"/api/quality/settings/{mine['id']}")["iou_threshold"] == 0.5
    assert worker.ask("PATCH", f"/api/quality/settings/{mine['id']}", {"task_id": 1})[0] == 403
    assert worker.get("/api/quality/settings?parent_type=project")["count"] == 1
    assert worker.get("/api/quality/settings")["count"] == 2


def test_a_dump_keeps_guides_and_issues(worker: Worker, project: dict[str, Any]) -> None:
    guide = worker.make("/api/guides", {"project_id": project["id"], "markdown": "x"})
    made = issue(worker, worker.jobs(worker.task(2, project_id=project["id"]))[0])
    before = worker.sandbox.dump()
    worker.sandbox.reset(before)
    assert worker.sandbox.dump() == before
    assert worker.get(f"/api/guides/{guide['id']}")["markdown"] == "x"
    assert worker.get(f"/api/issues/{made['id']}") == made


def test_who_may(small: Sandbox) -> None:
    tasks = small.api("GET", "/api/tasks", organization="acme", query={"project_name": "Street scenes"})[1]["results"]
    jobs = small.api("GET", "/api/jobs", query={"task_id": tasks[0]["id"]})[1]["results"]
    job = next(job for job in jobs if job["assignee"]["username"] == "bob")
    sent = {"frame": job["start_frame"], "position": [1, 2], "job": job["id"], "message": "?"}
    status, made = small.api("POST", "/api/issues", json=sent, user="bob", organization="acme")
    assert status == 201
    assert small.api("GET", f"/api/issues/{made['id']}", user="bob", organization="acme")[0] == 200
    other = next(job for job in jobs if job["assignee"]["username"] != "bob")
    assert small.api("POST", "/api/issues", json={**sent, "job": other["id"]}, user="bob")[0] == 403
    guide = small.api("POST", "/api/guides", json={"project_id": tasks[0]["project_id"], "markdown": "x"})[1]
    path = f"/api/guides/{guide['id']}"
    assert small.api("GET", path, user="bob", organization="acme")[0] == 200
    assert small.api("PATCH", path, json={"markdown": "y"}, user="bob", organization="acme")[0] == 403
