"""A sandbox loaded with a real server's lists gives those lists back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox import Sandbox
from reconciler.sandbox.seeds.fixture import BrokenFixture

LISTS = (
    "users",
    "organizations",
    "memberships",
    "projects",
    "tasks",
    "jobs",
    "labels",
    "webhooks",
    "issues",
    "quality_settings",
)
HOST = "http://localhost:8080"


def recorded(folder: Path, name: str) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads((folder / f"{name}.json").read_text())
    return parsed


@pytest.mark.parametrize("version", ["2.54", "2.80"])
def test_lists_come_back(fixture_folder: Path, version: str) -> None:
    with Sandbox.start(fixture=fixture_folder, server_version=version) as sandbox:
        for name in LISTS:
            if version == "2.80" and name in ("tasks", "jobs", "quality_settings"):
                continue
            path = "/api/quality/settings" if name == "quality_settings" else f"/api/{name}"
            status, listed = sandbox.api("GET", path, query={"page_size": 500})
            assert status == 200
            there = json.loads(json.dumps(listed).replace(sandbox.url, HOST))
            assert there == recorded(fixture_folder, name), name


def test_dump_gives_the_lists_too(fixture_folder: Path) -> None:
    with Sandbox.start(fixture=fixture_folder) as sandbox:
        dumped = json.loads(json.dumps(sandbox.dump()).replace(sandbox.url, HOST))
    for name in LISTS:
        assert dumped[name] == recorded(fixture_folder, name)["results"], name


@pytest.mark.parametrize("version", ["2.54", "2.80"])
def test_a_dump_is_a_world(fixture_folder: Path, version: str) -> None:
    with Sandbox.start(fixture=fixture_folder, server_version=version) as sandbox:
        before = sandbox.dump()
        sandbox.reset(before)
        assert sandbox.dump() == before


def test_oddities_last_until_something_is_written(fixture_folder: Path) -> None:
    """Ground truth job 28 is accepted and completed, but its legacy status says validation."""
    with Sandbox.start(fixture=fixture_folder) as sandbox:
        _, job = sandbox.api("GET", "/api/jobs/28")
        assert (job["stage"], job["state"], job["status"]) == ("acceptance", "completed", "validation")
        _, job = sandbox.api("PATCH", "/api/jobs/28", json={"state": "completed"})
        assert job["status"] == "completed"


def test_annotations_come_with_it(fixture_folder: Path) -> None:
    annotations = json.loads((fixture_folder / "annotations.json").read_text())
    with Sandbox.start(fixture=fixture_folder) as sandbox:
        for parent in ("job", "task"):
            for key, held in annotations[parent].items():
                status, found = sandbox.api("GET", f"/api/{parent}s/{key}/annotations")
                assert (status, found) == (200, held), f"{parent} {key}"


def test_everybody_has_the_same_password(fixture_folder: Path) -> None:
    with Sandbox.start(fixture=fixture_folder) as sandbox:
        assert sandbox.username == "admin1"
        assert sandbox.api("GET", "/api/users/self", user="user5")[1]["username"] == "user5"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("tasks.json", "{", "tasks.json:1:2: not JSON"),
        ("jobs.json", '{"count": 1}', "jobs.json: no list response"),
        ("jobs.json", '{"results": [{"name": "x"}]}', r"jobs.json: results\[0\] is no object with an id"),
        ("other.json", "{}", "holds none of users.json"),
    ],
)
def test_broken_fixtures_are_named(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(BrokenFixture, match=message):
        Sandbox.open(fixture=tmp_path)


def test_a_fixture_that_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(BrokenFixture, match="is not a folder"):
        Sandbox.open(fixture=tmp_path / "nowhere")
