"""Worlds: given, replaced, and taken out again; kept in a folder."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox import Sandbox
from reconciler.sandbox.schema import TABLES, WITHOUT_DOCUMENTS
from reconciler.sandbox.store import BrokenData

from .tasks import Worker

WORLD: dict[str, Any] = {
    "users": [
        {"id": 1, "username": "admin", "groups": ["admin"], "is_superuser": True, "is_staff": True},
        {"id": 2, "username": "bob"},
    ],
    "projects": [{"id": 4, "name": "p"}],
    "tasks": [{"id": key, "name": f"t{key}", "project_id": 4, "size": 10} for key in range(5, 35)],
    "jobs": [
        {"id": key, "task_id": key, "project_id": 4, "stage": "acceptance", "state": "completed"}
        for key in range(5, 35)
    ],
}


def test_a_world_can_be_sparse() -> None:
    with Sandbox.start(world=WORLD) as sandbox:
        _, job = sandbox.api("GET", "/api/jobs/5")
        assert (job["url"], job["stage"], job["type"]) == (
            f"{sandbox.url}/api/jobs/5",
            "acceptance",
            "annotation",
        )
        assert sandbox.api("POST", "/api/projects", json={"name": "next", "labels": []})[1]["id"] == 5


def test_reset_and_dump() -> None:
    with Sandbox.start(world=WORLD) as sandbox:
        before = sandbox.dump()
        sandbox.api("PATCH", "/api/jobs/5", json={"stage": "annotation"})
        sandbox.api("DELETE", "/api/tasks/6")
        assert sandbox.dump() != before
        sandbox.reset(before)
        assert sandbox.dump() == before
        assert sandbox.api("GET", "/api/tasks", user="bob")[0] == 200


def test_an_empty_world_has_an_administrator() -> None:
    with Sandbox.start(world={}) as sandbox:
        _, user = sandbox.api("GET", "/api/users/self")
        assert (user["username"], user["is_superuser"]) == ("admin", True)


def test_a_folder_keeps_its_state(tmp_path: Path) -> None:
    with Sandbox.start(tasks=2, data=tmp_path / "data") as sandbox:
        sandbox.api("PATCH", "/api/tasks/1", json={"name": "kept"})
        token = sandbox.token
    with Sandbox.start(tasks=50, data=tmp_path / "data") as sandbox:
        assert sandbox.token == token
        assert sandbox.api("GET", "/api/tasks/1")[1]["name"] == "kept"
        assert sandbox.api("GET", "/api/projects/1")[1]["tasks"]["count"] == 2


@pytest.mark.parametrize("kind", ["text", "other"])
def test_a_folder_with_something_else_in_it(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "sandbox.sqlite3"
    if kind == "text":
        file.write_text("this is not a database, but long enough to be looked at as if it were one" * 20)
    else:
        other = sqlite3.connect(file)
        other.execute("CREATE TABLE something (id)")
        other.close()
    with pytest.raises(BrokenData, match=r"sandbox\.sqlite3: not a sandbox's database"):
        Sandbox.open(data=tmp_path)


def test_nothing_of_an_earlier_world_is_left(empty: Sandbox) -> None:
    empty.reset({})
    worker = Worker(empty)
    task = worker.task(2)
    worker.annotate(task)
    worker.backup(task)
    half = worker.task(0)
    fields = {"image_quality": "70", "client_files[0]": ("a.png", b"a", "image/png")}
    worker.send("POST", f"/api/tasks/{half['id']}/data", {"Upload-Multiple": ""}, fields=fields)
    with empty.held():
        worker.ask("POST", f"/api/tasks/{task['id']}/backup/export")
        empty.reset({})
    store = empty._store
    kept = {"users", "access_tokens", "sequences"}
    left = {table: store.value(f"SELECT count(*) FROM {table}") for table in {*TABLES, *WITHOUT_DOCUMENTS} - kept}
    assert not any(left.values()), left
    again = worker.task(1)
    assert again["id"] == task["id"]
    assert worker.get("/api/requests")["count"] == 1
    worker.close()
