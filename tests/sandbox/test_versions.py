"""What a newer server does otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from reconciler.sandbox import Sandbox


@pytest.fixture(scope="module")
def newer() -> Iterator[Sandbox]:
    with Sandbox.start(tasks=600, server_version="2.80") as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def older() -> Iterator[Sandbox]:
    with Sandbox.start(tasks=600) as sandbox:
        yield sandbox


def ask(sandbox: Sandbox, path: str, rule: Any = None, **query: Any) -> tuple[int, Any]:
    if rule is not None:
        query["filter"] = json.dumps(rule)
    return sandbox.api("GET", path, query=query)


def test_reported(older: Sandbox, newer: Sandbox) -> None:
    assert ask(older, "/api/server/about")[1]["version"] == "2.54.1"
    assert ask(newer, "/api/server/about")[1]["version"] == "2.80.0"


def test_page_size(older: Sandbox, newer: Sandbox) -> None:
    for size, lengths in ((1000, (615, 500)), (20, (20, 20)), (0, (10, 10)), ("x", (10, 10))):
        for sandbox, length in zip((older, newer), lengths, strict=True):
            _, body = ask(sandbox, "/api/tasks", page_size=size)
            assert len(body["results"]) == length
    assert len(ask(older, "/api/tasks", page_size="all")[1]["results"]) == 615
    assert ask(newer, "/api/tasks", page_size="all")[0] == 400


@pytest.mark.parametrize(
    ("path", "rule", "count"),
    [
        ("/api/tasks", {"<": [{"var": "created_date"}, "2026-01-03T00:00:00Z"]}, 5),
        ("/api/tasks", {"==": [{"var": "media_type"}, "image"]}, 615),
        ("/api/jobs", {"==": [{"var": "mode"}, "annotation"]}, 1825),
    ],
)
def test_newer_terms(older: Sandbox, newer: Sandbox, path: str, rule: Any, count: int) -> None:
    [name] = [argument["var"] for argument in next(iter(rule.values())) if isinstance(argument, dict)]
    assert ask(older, path, rule) == (400, [f"filter: term '{name}' is not supported"])
    status, body = ask(newer, path, rule)
    assert (status, body["count"]) == (200, count)


def test_replicas_by_either_name(older: Sandbox, newer: Sandbox) -> None:
    for sandbox, name in ((older, "consensus_replica"), (newer, "replica")):
        for query in ({"rule": {"==": [{"var": "type"}, name]}}, {"type": name}):
            _, body = ask(sandbox, "/api/jobs", **query)
            assert [job["type"] for job in body["results"]] == [name, name]


def test_newer_names(older: Sandbox, newer: Sandbox) -> None:
    rule = {"==": [{"var": "task_name"}, "with-replicas"]}
    _, jobs = ask(newer, "/api/jobs", rule, sort="id")
    parent = jobs["results"][0]
    assert (parent["task_name"], parent["project_name"], parent["media_type"]) == (
        "with-replicas",
        "Warehouse",
        "image",
    )
    assert parent["replicas_count"] == 2
    assert "consensus_replicas" not in parent
    _, task = newer.api("GET", f"/api/tasks/{parent['task_id']}")
    assert (task["initial_replicas"], task["project_name"]) == (2, "Warehouse")
    assert "consensus_enabled" not in task
    _, jobs = ask(older, "/api/jobs", rule, sort="id")
    assert jobs["results"][0]["consensus_replicas"] == 2
    assert "task_name" not in jobs["results"][0]


def test_quality_settings_lost_their_metrics(older: Sandbox, newer: Sandbox) -> None:
    flat, lean = (ask(server, "/api/quality/settings", task_id=1)[1]["results"][0] for server in (older, newer))
    assert (flat["iou_threshold"], flat["task_id"], lean["task_id"]) == (0.4, 1, 1)
    assert lean.keys() - flat.keys() == {"requirements"}
    assert "iou_threshold" not in lean
    path = f"/api/quality/settings/{lean['id']}"
    assert newer.api("PATCH", path, json={"inherit": False})[1]["inherit"] is False
    assert newer.api("PATCH", path, json={"iou_threshold": 0.5})[0] == 403
