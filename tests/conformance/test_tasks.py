"""Creating, changing, moving and deleting tasks."""

from __future__ import annotations

from typing import Any

import pytest

from .server import LABELS, Server


def test_a_task_without_data(server: Server) -> None:
    task = server.task(server.project(), frames=0)
    assert not {"size", "data", "image_quality"} & task.keys()
    assert (task["mode"], task["status"], task["jobs"]["count"]) == ("", "annotation", 0)


def test_data_makes_jobs(server: Server) -> None:
    task = server.task(server.project(), frames=5)
    assert (task["size"], task["mode"]) == (5, "annotation")
    ranges = [(job["start_frame"], job["stop_frame"], job["frame_count"]) for job in server.jobs(task)]
    assert ranges == [(0, 1, 2), (2, 3, 2), (4, 4, 1)]


def test_data_comes_once(server: Server) -> None:
    task = server.task(server.project(), frames=2)
    reply = server.ask("POST", f"/api/tasks/{task['id']}/data", {"image_quality": 70, "server_files": ["a"]})
    assert (reply.status, reply.body) == (400, "Adding more data is not supported")


@pytest.mark.parametrize(
    ("change", "status", "body"),
    [
        ({"name": "x" * 257}, 400, {"name": ["Ensure this field has no more than 256 characters."]}),
        ({"name": ""}, 400, {"name": ["This field may not be blank."]}),
        ({"status": "annotation"}, 403, {"detail": "Attempted to update an unknown field"}),
        ({"colour": "red"}, 403, {"detail": "Attempted to update an unknown field"}),
    ],
)
def test_refused_changes(server: Server, change: dict[str, Any], status: int, body: Any) -> None:
    task = server.task(server.project(), frames=0)
    reply = server.ask("PATCH", f"/api/tasks/{task['id']}", change)
    assert (reply.status, reply.body) == (status, body)


def test_changes(server: Server) -> None:
    task = server.task(server.project(), frames=0)
    where = f"/api/tasks/{task['id']}"
    change = {"name": server.name("renamed"), "subset": "Train", "bug_tracker": "not a url"}
    changed = server.ask("PATCH", where, change).body
    assert {name: changed[name] for name in change} == change
    assert changed["updated_date"] > task["updated_date"]
    again = server.ask("PATCH", where, {"subset": "Train"}, headers={"If-Match": '"bogus"'})
    assert (again.status, again.body["updated_date"]) == (200, changed["updated_date"])


def test_the_moment_of_an_assignment_is_shown_once(server: Server) -> None:
    me = server.ask("GET", "/api/users/self").body["id"]
    where = f"/api/tasks/{server.task(server.project(), frames=0)['id']}"
    assert server.ask("PATCH", where, {"assignee_id": me}).body["assignee_updated_date"] is not None
    there = server.ask("GET", where).body
    assert (there["assignee"]["id"], there["assignee_updated_date"]) == (me, None)


def test_a_move_ignores_the_rest(server: Server) -> None:
    first, second = server.project(), server.project()
    task = server.task(first, frames=2)
    change = {"project_id": second["id"], "name": server.name("ignored")}
    moved = server.ask("PATCH", f"/api/tasks/{task['id']}", change).body
    assert (moved["project_id"], moved["name"]) == (second["id"], task["name"])
    assert [job["project_id"] for job in server.jobs(task)] == [second["id"]]


def test_a_move_needs_the_labels(server: Server) -> None:
    task = server.task(server.project(), frames=0)
    other = server.project(LABELS[1:])
    reply = server.ask("PATCH", f"/api/tasks/{task['id']}", {"project_id": other["id"]})
    message = "All task or project label names must be mapped to the target project"
    assert (reply.status, reply.body) == (400, {"non_field_errors": [message]})


def test_a_task_cannot_be_detached(server: Server) -> None:
    task = server.task(server.project(), frames=0)
    reply = server.ask("PATCH", f"/api/tasks/{task['id']}", {"project_id": None})
    assert (reply.status, reply.kind) == (500, "text/html")


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({"subset": "Train"}, {"name": ["This field is required."]}),
        ({"name": "x", "project_id": 2_000_000_000}, ["Project matching query does not exist."]),
    ],
)
def test_refused_creations(server: Server, body: dict[str, Any], answer: Any) -> None:
    reply = server.ask("POST", "/api/tasks", body)
    assert (reply.status, reply.body) == (400, answer)


def test_a_project_takes_its_tasks_along(server: Server) -> None:
    project = server.project()
    task = server.task(project, frames=0)
    assert server.ask("GET", f"/api/projects/{project['id']}").body["tasks"]["count"] == 1
    assert server.ask("DELETE", f"/api/projects/{project['id']}").status == 204
    gone = server.ask("GET", f"/api/tasks/{task['id']}")
    assert (gone.status, gone.body) == (404, {"detail": "No Task matches the given query."})


def test_head_breaks_the_server(server: Server) -> None:
    assert server.ask("HEAD", f"/api/tasks/{server.task(frames=0)['id']}").status == 500
