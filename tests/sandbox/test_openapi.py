"""Answers are as CVAT's own OpenAPI schema says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from reconciler.sandbox import Sandbox

from . import openapi

pytestmark = pytest.mark.skipif(not openapi.SCHEMA.exists(), reason="the schema (../shared) is not here")

LISTS = "users organizations memberships invitations projects tasks jobs labels webhooks auth/access_tokens"
OBJECTS = "users organizations memberships projects tasks jobs labels"


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with Sandbox.start(tasks=5) as sandbox:
        new = {"role": "worker", "email": "frank@acme.example"}
        assert sandbox.api("POST", "/api/invitations", json=new, organization="acme")[0] == 201
        yield sandbox


@pytest.mark.parametrize("name", LISTS.split())
def test_list(server: Sandbox, name: str) -> None:
    path = f"/api/{name}"
    status, body = server.api("GET", path, query={"page_size": 500})
    assert body["count"] >= (0 if name == "webhooks" else 1)
    assert openapi.errors("GET", path, status, body) == []


@pytest.mark.parametrize("name", OBJECTS.split())
def test_object(server: Sandbox, name: str) -> None:
    _, listed = server.api("GET", f"/api/{name}", query={"page_size": 1})
    status, body = server.api("GET", f"/api/{name}/{listed['results'][0]['id']}")
    assert openapi.errors("GET", f"/api/{name}/{{id}}", status, body) == []


LABELS: list[dict[str, Any]] = [{"name": "car", "attributes": []}]
HOOK = {"target_url": "https://hooks.example/x", "type": "organization", "events": ["update:job"]}


@pytest.mark.parametrize(
    ("path", "sent", "organization"),
    [
        ("/api/projects", {"name": "p", "labels": LABELS}, None),
        ("/api/tasks", {"name": "t", "labels": LABELS}, None),
        ("/api/organizations", {"slug": "other"}, None),
        ("/api/webhooks", HOOK, "acme"),
        ("/api/auth/access_tokens", {"name": "mine"}, None),
        ("/api/jobs", {"type": "ground_truth", "task_id": 1, "frame_count": 2}, None),
    ],
)
def test_creation(server: Sandbox, path: str, sent: dict[str, Any], organization: str | None) -> None:
    status, body = server.api("POST", path, json=sent, organization=organization)
    assert status == 201
    assert openapi.errors("POST", path, status, body) == []


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/api/tasks/{id}", {"subset": "Test"}),
        ("/api/jobs/{id}", {"state": "new"}),
        ("/api/projects/{id}", {"name": "renamed"}),
        ("/api/memberships/{id}", {"role": "supervisor"}),
    ],
)
def test_change(server: Sandbox, path: str, sent: dict[str, Any]) -> None:
    status, body = server.api("PATCH", path.format(id=3), json=sent)
    assert status == 200
    assert openapi.errors("PATCH", path, status, body) == []


def test_about_and_self(server: Sandbox) -> None:
    for path in ("/api/server/about", "/api/users/self"):
        status, body = server.api("GET", path)
        assert openapi.errors("GET", path, status, body) == []
