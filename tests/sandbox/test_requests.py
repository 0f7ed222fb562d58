"""Work in the background: held, doubled, cancelled, failed, listed."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from reconciler.sandbox import Sandbox

from .tasks import LABELS, Worker, put, shape


@pytest.mark.parametrize("status", ["queued", "started"])
def test_held_work_is_seen_and_not_doubled(worker: Worker, status: Any) -> None:
    task = worker.task(2)
    path = f"/api/tasks/{task['id']}/backup/export"
    with worker.sandbox.held(status):
        code, body = worker.ask("POST", path)
        assert code == 202
        request = worker.request(body["rq_id"])
        assert (request["status"], request["result_url"], request["finished_date"]) == (status, None, None)
        assert (request["started_date"] is None) == (status == "queued")
        assert worker.ask("POST", path) == (409, body)
    request = worker.request(body["rq_id"])
    assert request["status"] == "finished"
    assert worker.send("GET", request["result_url"]).status == 200
    assert worker.ask("POST", path)[0] == 202


def test_held_data_comes_at_the_end(worker: Worker) -> None:
    task = worker.make("/api/tasks", {"name": "t", "labels": LABELS})
    with worker.sandbox.held():
        assert worker.fill(task, {"a.zip": worker.packed({"a.png": b"?"})})["status"] == "started"
        assert worker.get(f"/api/tasks/{task['id']}")["size"] == 0
    [request] = worker.get("/api/requests")["results"]
    assert request["status"] == "failed"
    assert worker.get(f"/api/tasks/{task['id']}")["size"] == 0


def test_what_is_gone_when_it_is_let_go_fails(worker: Worker) -> None:
    task = worker.task(2)
    with worker.sandbox.held():
        _, body = worker.ask("POST", f"/api/tasks/{task['id']}/backup/export")
        worker.ask("DELETE", f"/api/tasks/{task['id']}")
    assert worker.request(body["rq_id"])["status"] == "failed"


def test_work_that_is_to_fail_leaves_nothing_behind(worker: Worker) -> None:
    task = worker.task(2)
    worker.sandbox.fail_work("export:backup", "disk full")
    _, body = worker.ask("POST", f"/api/tasks/{task['id']}/backup/export")
    request = worker.request(body["rq_id"])
    assert (request["status"], request["message"], request["result_url"]) == (
        "failed",
        "RuntimeError: disk full\n",
        None,
    )
    backup = worker.backup(task)
    worker.sandbox.fail_work("import:backup")
    assert worker.send_backup(backup)["status"] == "failed"
    assert worker.get("/api/tasks")["count"] == 1
    worker.sandbox.fail_work("import:backup", times=2)
    worker.sandbox.reset({})
    assert worker.send_backup(backup)["status"] == "finished"


def test_a_reset_forgets_held_work(worker: Worker) -> None:
    task = worker.task(2)
    with worker.sandbox.held():
        worker.ask("POST", f"/api/tasks/{task['id']}/backup/export")
        worker.sandbox.reset({})
    assert worker.get("/api/requests")["count"] == 0


def test_only_what_is_queued_can_be_cancelled(worker: Worker) -> None:
    task = worker.task(2)
    with worker.sandbox.held("queued"):
        _, body = worker.ask("POST", f"/api/tasks/{task['id']}/backup/export")
        path = f"/api/requests/{quote(body['rq_id'], safe='')}"
        assert worker.ask("POST", f"{path}/cancel")[0] == 200
        assert worker.ask("GET", path)[0] == 404
    _, body = worker.ask("POST", f"/api/tasks/{task['id']}/backup/export")
    assert worker.ask("POST", f"{path}/cancel")[0] == 400


def test_lists_have_filters_and_pages(worker: Worker) -> None:
    first, second = worker.task(2), worker.task(2)
    worker.ask("POST", f"/api/tasks/{first['id']}/backup/export")
    page = worker.get("/api/requests?page_size=2")
    assert (page["count"], len(page["results"])) == (3, 2)
    assert [request["operation"]["type"] for request in page["results"]] == ["export:backup", "create:task"]
    assert len(worker.get(page["next"])["results"]) == 1
    count = {
        query: worker.get(f"/api/requests?{query}")["count"]
        for query in (f"task_id={second['id']}", "action=create", "subresource=backup", "status=failed")
    }
    assert list(count.values()) == [1, 2, 1, 0]


def test_somebody_elses_request(worker: Worker) -> None:
    worker.task(2)
    world = worker.sandbox.dump()
    worker.sandbox.reset({**world, "users": [*world["users"], {"id": 9, "username": "eve"}]})
    task = worker.get("/api/tasks")["results"][0]
    _, body = worker.ask("POST", f"/api/tasks/{task['id']}/backup/export")
    path = f"/api/requests/{quote(body['rq_id'], safe='')}"
    assert worker.sandbox.api("GET", path, user="eve")[0] == 403
    assert worker.sandbox.api("GET", "/api/requests", user="eve")[1]["count"] == 0
    where = f"/api/tasks/{task['id']}/backup/download"
    assert worker.sandbox.api("GET", where, query=body, user="eve")[0] == 404


def test_an_import_is_seen_by_all_who_see_its_task(worker: Worker) -> None:
    """Its id names no user: somebody else's order of one is refused meanwhile, whatever the file."""
    task = worker.task(2)
    world = worker.sandbox.dump()
    people = [{"id": 8, "username": "alice"}, {"id": 9, "username": "eve"}]
    world["tasks"][0]["assignee"] = people[0]
    worker.sandbox.reset({**world, "users": [*world["users"], *people]})
    path = f"/api/tasks/{task['id']}/annotations/"
    with worker.sandbox.held("queued"):
        status, body = worker.upload(path, b"<annotations/>", format="CVAT 1.1")
        assert (status, body) == (
            202,
            {"rq_id": f"action=import&target=task&target_id={task['id']}&subresource=annotations"},
        )
        assert worker.upload(path, b"[]", format="Datumaro 1.0") == (409, body)
        where = f"/api/requests/{quote(body['rq_id'], safe='')}"
        assert worker.sandbox.api("GET", where, user="alice")[1]["owner"]["username"] == "admin"
        assert worker.sandbox.api("GET", where, user="eve")[0] == 403
        assert worker.sandbox.api("POST", f"{where}/cancel", user="alice")[0] == 403
        assert worker.sandbox.api("GET", "/api/requests", user="alice")[1]["count"] == 0


def test_an_export_holds_what_was_there_when_it_was_started(worker: Worker) -> None:
    task = worker.task(2)
    order = f"/api/tasks/{task['id']}/dataset/export?format=CVAT%20for%20images%201.1"
    for status, boxes in (("started", 0), ("queued", 1)):
        worker.ask("DELETE", f"/api/tasks/{task['id']}/annotations")
        with worker.sandbox.held(status):  # type: ignore[arg-type]
            _, body = worker.ask("POST", order)
            put(worker, f"/api/tasks/{task['id']}", shapes=[shape(worker, task, 0)])
        assert boxes_in(worker, body["rq_id"]) == boxes
    assert boxes_in(worker, worker.ask("POST", order)[1]["rq_id"]) == 1


def boxes_in(worker: Worker, rq_id: str) -> int:
    content = worker.send("GET", worker.request(rq_id)["result_url"]).data
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read("annotations.xml").count(b"<box ")


def test_files_outlive_the_server(tmp_path: Path) -> None:
    with Sandbox.start(seed="empty", data=tmp_path) as sandbox:
        worker = Worker(sandbox)
        task = worker.task(2)
        worker.annotate(task)
        before = worker.backup(task)
        worker.close()
    with Sandbox.start(data=tmp_path) as sandbox:
        worker = Worker(sandbox)
        assert worker.backup(task) == before
        worker.close()
