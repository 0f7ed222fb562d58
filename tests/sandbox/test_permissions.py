"""Who sees what and may do what."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.sandbox import Sandbox

DENIED = {"detail": "You do not have permission to perform this action."}


def count(sandbox: Sandbox, path: str, user: str, organization: str | None = "acme") -> int:
    status, body = sandbox.api("GET", path, user=user, organization=organization)
    assert status == 200, body
    return int(body["count"])


@pytest.mark.parametrize(
    ("user", "projects", "tasks", "jobs", "users"),
    [
        ("admin", 2, 15, 31, 6),
        ("alice", 2, 15, 31, 6),
        ("bob", 0, 0, 10, 6),
        ("erin", 0, 0, 1, 6),
    ],
)
def test_lists(small: Sandbox, user: str, projects: int, tasks: int, jobs: int, users: int) -> None:
    found = [count(small, f"/api/{name}", user) for name in ("projects", "tasks", "jobs", "users")]
    assert found == [projects, tasks, jobs, users]


def test_the_personal_workspace(small: Sandbox) -> None:
    assert count(small, "/api/tasks", "admin", "") == 3
    assert count(small, "/api/tasks", "alice", "") == 0
    assert count(small, "/api/tasks", "admin", None) == 18
    assert count(small, "/api/users", "bob", None) == 1


def test_outsiders(small: Sandbox) -> None:
    assert small.api("POST", "/api/organizations", json={"slug": "other"}, user="alice")[0] == 201
    status, body = small.api("GET", "/api/tasks", user="bob", organization="other")
    assert (status, body) == (403, DENIED)
    assert small.api("GET", "/api/organizations/2", user="bob")[0] == 403
    assert count(small, "/api/organizations", "bob", None) == 1


@pytest.mark.parametrize(
    ("user", "change", "status"),
    [
        ("alice", {"stage": "annotation", "state": "new", "assignee": 3}, 200),
        ("carol", {"state": "in progress"}, 200),
        ("carol", {"stage": "acceptance"}, 403),
        ("carol", {"assignee": None}, 403),
        ("carol", {"state": "new", "stage": "acceptance"}, 403),
        ("dave", {"state": "new"}, 403),
        ("erin", {"state": "new"}, 403),
    ],
)
def test_job_changes(small: Sandbox, user: str, change: dict[str, Any], status: int) -> None:
    """Job 1 is carol's."""
    answer = small.api("PATCH", "/api/jobs/1", json=change, user=user)
    assert answer[0] == status
    if status == 403:
        assert answer[1] == DENIED


def test_a_task_assignee_describes_but_does_not_rule(small: Sandbox) -> None:
    assert small.api("PATCH", "/api/tasks/1", json={"assignee_id": 5})[0] == 200
    for change, status in (
        ({"name": "mine"}, 200),
        ({"subset": "Test"}, 200),
        ({"assignee_id": None}, 403),
        ({"owner_id": 5}, 403),
        ({"project_id": 2}, 403),
    ):
        assert small.api("PATCH", "/api/tasks/1", json=change, user="dave")[0] == status, change
    assert small.api("DELETE", "/api/tasks/1", user="dave")[0] == 403
    assert small.api("PATCH", "/api/jobs/1", json={"stage": "annotation"}, user="dave")[0] == 200


def test_creation_needs_a_supervisor(small: Sandbox) -> None:
    for user, status in (("alice", 201), ("erin", 201), ("bob", 403)):
        for path in ("/api/projects", "/api/tasks"):
            sent = {"name": "new", "labels": []}
            assert small.api("POST", path, json=sent, user=user, organization="acme")[0] == status
    assert small.api("POST", "/api/projects", json={"name": "own", "labels": []}, user="bob")[0] == 201


def test_only_members_can_be_assigned_by_others_than_administrators(small: Sandbox) -> None:
    assert small.api("POST", "/api/organizations", json={"slug": "other"}, user="alice")[0] == 201
    sent = {"name": "t", "labels": [], "assignee_id": 3}
    assert small.api("POST", "/api/tasks", json=sent, user="alice", organization="other")[0] == 403
    assert small.api("POST", "/api/tasks", json=sent, user="admin", organization="other")[0] == 201


@pytest.mark.parametrize(
    ("user", "membership", "status"),
    [("alice", 3, 200), ("alice", 1, 403), ("alice", 2, 403), ("bob", 4, 403), ("erin", 3, 403)],
)
def test_roles(small: Sandbox, user: str, membership: int, status: int) -> None:
    path = f"/api/memberships/{membership}"
    assert small.api("PATCH", path, json={"role": "supervisor"}, user=user)[0] == status


def test_leaving(small: Sandbox) -> None:
    assert small.api("DELETE", "/api/memberships/3", user="bob")[0] == 204
    assert small.api("DELETE", "/api/memberships/1", user="admin")[0] == 204
    assert small.api("GET", "/api/jobs", user="bob", organization="acme")[0] == 403


def test_people_see_little_of_each_other(small: Sandbox) -> None:
    assert "email" in small.api("GET", "/api/users/2")[1]
    assert "email" not in small.api("GET", "/api/users/2", user="bob", organization="acme")[1]
    assert "email" in small.api("GET", "/api/users/self", user="bob")[1]
    assert small.api("GET", "/api/users/2", user="bob")[0] == 403
