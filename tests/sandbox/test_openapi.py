"""Answers are as CVAT's own OpenAPI schema says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from reconciler.sandbox import Sandbox

from . import openapi

pytestmark = pytest.mark.skipif(not openapi.SCHEMA.exists(), reason="the schema (../shared) is not here")

LISTS = "users organizations memberships invitations projects tasks jobs labels webhooks auth/access_tokens"
LISTS += " issues comments requests quality/settings"
OBJECTS = "users organizations memberships projects tasks jobs labels"


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with Sandbox.start(tasks=5) as sandbox:
        new = {"role": "worker", "email": "frank@acme.example"}
        assert sandbox.api("POST", "/api/invitations", json=new, organization="acme")[0] == 201
        issue = {"frame": 0, "position": [1.5, 2], "job": 1, "message": "?"}
        assert sandbox.api("POST", "/api/issues", json=issue)[0] == 201
        assert sandbox.api("POST", "/api/guides", json={"project_id": 1, "markdown": "# Tight"})[0] == 201
        assert sandbox.api("POST", "/api/tasks/1/backup/export")[0] == 202
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
TRUTH = {"type": "ground_truth", "frame_selection_method": "random_uniform", "frame_count": 2}
HOOK = {"target_url": "https://hooks.example/x", "type": "organization", "events": ["update:job"]}


@pytest.mark.parametrize(
    ("path", "sent", "organization"),
    [
        ("/api/projects", {"name": "p", "labels": LABELS}, None),
        ("/api/tasks", {"name": "t", "labels": LABELS}, None),
        ("/api/organizations", {"slug": "other"}, None),
        ("/api/webhooks", HOOK, "acme"),
        ("/api/auth/access_tokens", {"name": "mine"}, None),
        (
            "/api/jobs",
            {"type": "ground_truth", "task_id": 1, "frame_selection_method": "random_uniform", "frame_count": 2},
            None,
        ),
        ("/api/issues", {"frame": 0, "position": [1], "job": 1, "message": "!"}, None),
        ("/api/comments", {"issue": 1, "message": "!"}, None),
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


PATHS = "server/about users/self server/share server/annotation/formats guides/{id} issues/{id} comments/{id}"
PATHS += " tasks/{id}/data/meta jobs/{id}/data/meta tasks/{id}/annotations/ jobs/{id}/annotations/"
PATHS += " tasks/{id}/validation_layout"


@pytest.mark.parametrize("path", PATHS.split())
def test_what_is_read(server: Sandbox, path: str) -> None:
    status, body = server.api("GET", f"/api/{path.format(id=1)}")
    assert openapi.errors("GET", f"/api/{path}", status, body) == []


def test_written_annotations(server: Sandbox) -> None:
    box = {"type": "rectangle", "points": [1, 2, 3, 4], "frame": 0}
    sent = {"shapes": [{**box, "label_id": 1}], "tracks": [{"frame": 0, "label_id": 1, "shapes": [box]}]}
    path = "/api/tasks/{id}/annotations/"
    assert server.api("PUT", path.format(id=2), json=sent)[0] == 200
    status, body = server.api("GET", path.format(id=2))
    assert (status, len(body["tracks"])) == (200, 3)
    assert openapi.errors("GET", path, status, body) == []
