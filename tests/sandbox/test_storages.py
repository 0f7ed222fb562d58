"""Storages of projects and tasks: set when they are made, changed later, refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox import Sandbox

from .tasks import Worker

CLOUD = {"location": "cloud_storage", "cloud_storage_id": 1}
LOCAL = {"location": "local"}


@pytest.fixture
def clouded(tmp_path: Path) -> Iterator[Worker]:
    """Give somebody at a sandbox that has one cloud storage."""
    with Sandbox.start(seed="empty", clouds=[tmp_path]) as sandbox:
        worker = Worker(sandbox)
        yield worker
        worker.close()


@pytest.mark.parametrize("kind", ["projects", "tasks"])
def test_set_at_creation_and_changed_later(clouded: Worker, kind: str) -> None:
    made = clouded.make(f"/api/{kind}", {"name": "x", "source_storage": CLOUD, "target_storage": LOCAL})
    first, second = made["source_storage"], made["target_storage"]
    assert first == {"id": first["id"], **CLOUD}
    assert second == {"id": second["id"], "location": "local", "cloud_storage_id": None}
    assert first["id"] != second["id"]
    path = f"/api/{kind}/{made['id']}"
    status, _ = clouded.ask("PATCH", path, {"source_storage": {**LOCAL, "cloud_storage_id": None}})
    assert status == 200
    shown = clouded.get(path)
    assert shown["source_storage"] == {"id": first["id"], "location": "local", "cloud_storage_id": None}
    assert shown["updated_date"] == made["updated_date"]
    clouded.ask("PATCH", path, {"target_storage": CLOUD})
    assert clouded.get(path)["target_storage"] == {"id": second["id"], **CLOUD}


@pytest.mark.parametrize("kind", ["projects", "tasks"])
def test_a_first_storage_in_a_change_is_shown_but_not_kept(clouded: Worker, kind: str) -> None:
    path = f"/api/{kind}/{clouded.make(f'/api/{kind}', {'name': 'x'})['id']}"
    assert clouded.get(path)["source_storage"] is None
    status, answer = clouded.ask("PATCH", path, {"source_storage": CLOUD, "name": "y"})
    assert (status, answer["source_storage"]["cloud_storage_id"]) == (200, 1)
    shown = clouded.get(path)
    assert (shown["name"], shown["source_storage"]) == ("y", None)


def test_jobs_show_their_tasks_storages(clouded: Worker) -> None:
    task = clouded.task(2, source_storage=CLOUD, target_storage=LOCAL)
    [job] = clouded.jobs(task)
    assert (job["source_storage"], job["target_storage"]) == (task["source_storage"], task["target_storage"])
    clouded.ask("PATCH", f"/api/tasks/{task['id']}", {"target_storage": CLOUD})
    assert clouded.jobs(task)[0]["target_storage"]["cloud_storage_id"] == 1
    restored = clouded.restore(clouded.backup(task))
    assert (restored["source_storage"], restored["target_storage"]) == (None, None)


def test_an_export_goes_where_the_task_puts_its_files(clouded: Worker, tmp_path: Path) -> None:
    """Asked for or not; it has no address here then. The request is the same, wherever it goes to."""
    task = clouded.task(2, target_storage=CLOUD)
    export = f"/api/tasks/{task['id']}/backup/export"
    _, ordered = clouded.ask("POST", export)
    there = clouded.request(ordered["rq_id"])
    assert (there["status"], there["result_url"]) == ("finished", None)
    [file] = tmp_path.glob("*.zip")
    assert clouded.ask("POST", f"{export}?location=local") == (202, ordered)
    assert clouded.send("GET", clouded.request(ordered["rq_id"])["result_url"]).data == file.read_bytes()
    for other in ("", "&cloud_storage_id=2"):
        assert clouded.ask("POST", f"{export}?location=cloud_storage{other}")[0] == 400


@pytest.mark.parametrize(
    ("storage", "wrong"),
    [
        (None, ["This field may not be null."]),
        (
            {"location": "cloud_storage", "cloud_storage_id": 2},
            {"non_field_errors": ["The specified cloud storage 2 does not exist."]},
        ),
        (
            {"location": "cloud_storage"},
            {"non_field_errors": ["Cloud storage was selected as location but its id was not specified"]},
        ),
        (
            {"location": "local", "cloud_storage_id": 1},
            {"non_field_errors": ["It is not allowed to specify 'local' location together with cloud storage id"]},
        ),
        ({"location": "moon"}, {"location": ['"moon" is not a valid choice.']}),
    ],
)
def test_refused(clouded: Worker, storage: Any, wrong: Any) -> None:
    made = clouded.make("/api/projects", {"name": "x"})
    for method, path in (("POST", "/api/projects"), ("PATCH", f"/api/projects/{made['id']}"), ("POST", "/api/tasks")):
        assert clouded.ask(method, path, {"name": "x", "target_storage": storage}) == (400, {"target_storage": wrong})
