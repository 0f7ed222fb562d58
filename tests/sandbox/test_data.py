"""Giving tasks data: orders, ranges, jobs, what cannot be read; and what is said of it afterwards."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from reconciler.sandbox import Sandbox
from reconciler.sandbox.pictures import stand_in

from .tasks import LABELS, Worker


def names(worker: Worker, task: dict[str, Any]) -> list[str]:
    return [frame["name"] for frame in worker.get(f"/api/tasks/{task['id']}/data/meta")["frames"]]


def filled(worker: Worker, files: list[str], **data: str) -> dict[str, Any]:
    task = worker.make("/api/tasks", {"name": "t", "labels": LABELS, "segment_size": 2})
    request = worker.fill(task, {name: stand_in(name) for name in files}, data)
    assert request["status"] == "finished", request
    return dict(worker.get(f"/api/tasks/{task['id']}"))


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("lexicographical", ["f10.png", "f2.png", "f9.png"]),
        ("natural", ["f2.png", "f9.png", "f10.png"]),
        ("predefined", ["f9.png", "f10.png", "f2.png"]),
    ],
)
def test_orders(worker: Worker, method: str, expected: list[str]) -> None:
    assert names(worker, filled(worker, ["f9.png", "f10.png", "f2.png"], sorting_method=method)) == expected


def test_a_random_order_is_the_same_every_time(worker: Worker) -> None:
    files = [f"{number}.png" for number in range(9)]
    first, second = (names(worker, filled(worker, files, sorting_method="random")) for _ in range(2))
    assert first == second != sorted(files)


def test_ranges_and_steps(worker: Worker) -> None:
    files = [f"{number}.png" for number in range(8)]
    task = filled(worker, files, start_frame="1", stop_frame="6", frame_filter="step=2")
    assert names(worker, task) == ["1.png", "3.png", "5.png"]
    meta = worker.get(f"/api/tasks/{task['id']}/data/meta")
    assert (meta["size"], meta["start_frame"], meta["stop_frame"], meta["frame_filter"]) == (3, 1, 5, "step=2")


def test_jobs_by_file(worker: Worker) -> None:
    task = worker.make("/api/tasks", {"name": "t", "labels": LABELS, "segment_size": 2})
    path = f"/api/tasks/{task['id']}/data"
    files = {f"client_files[{n}]": (f"{n}.png", stand_in(str(n)), "image/png") for n in range(4)}
    worker.send("POST", path, {"Upload-Start": ""})
    worker.send("POST", path, {"Upload-Multiple": ""}, fields={"image_quality": "70", **files})
    mapping = '{"image_quality": 70, "job_file_mapping": [["3.png", "0.png", "1.png"], ["2.png"]]}'
    headers = {"Upload-Finish": "", "Content-Type": "application/json"}
    assert worker.send("POST", path, headers, body=mapping).status == 202
    assert names(worker, task) == ["3.png", "0.png", "1.png", "2.png"]
    assert [(job["start_frame"], job["stop_frame"]) for job in worker.jobs(task)] == [(0, 2), (3, 3)]
    assert worker.get(f"/api/tasks/{task['id']}")["segment_size"] == 0
    again = worker.restore(worker.backup(task))
    assert [(job["start_frame"], job["stop_frame"]) for job in worker.jobs(again)] == [(0, 2), (3, 3)]


def test_ground_truth_with_the_data(worker: Worker) -> None:
    task = worker.make("/api/tasks", {"name": "t", "labels": LABELS})
    path = f"/api/tasks/{task['id']}/data"
    file = {"client_files[0]": ("a.zip", worker.packed({f"{n}.png": stand_in(str(n)) for n in range(4)}), "x/zip")}
    worker.send("POST", path, {"Upload-Multiple": ""}, fields={"image_quality": "70", **file})
    wanted = '{"mode": "gt", "frame_selection_method": "manual", "frames": ["1.png", "3.png"]}'
    body = f'{{"image_quality": 70, "validation_params": {wanted}}}'
    worker.send("POST", path, {"Upload-Finish": "", "Content-Type": "application/json"}, body=body)
    assert [job["type"] for job in worker.jobs(task)] == ["annotation", "ground_truth"]
    layout = worker.get(f"/api/tasks/{task['id']}/validation_layout")
    assert (layout["mode"], layout["validation_frames"]) == ("gt", [1, 3])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"server_files": ["no/such/folder/"]}, "ValueError: No media data found\n"),
        ({"server_files": ["../../etc/passwd"]}, "ValueError: No media data found\n"),
        ({}, "ValueError: No media data found\n"),
    ],
)
def test_failed_requests_leave_an_empty_task_that_can_be_filled(worker: Worker, body: Any, message: str) -> None:
    task = worker.make("/api/tasks", {"name": "t", "labels": LABELS})
    status, answer = worker.ask("POST", f"/api/tasks/{task['id']}/data", {"image_quality": 70, **body})
    assert status == 202
    request = worker.request(answer["rq_id"])
    assert (request["status"], message in request["message"]) == ("failed", True)
    assert worker.get(f"/api/tasks/{task['id']}")["size"] == 0
    assert worker.fill(task, {"a.png": stand_in("a")})["status"] == "finished"


def test_what_a_failed_request_has_named_stays_named(worker: Worker) -> None:
    """It is asked for again with whatever else is; and named again, it breaks the server (CVAT's RemoteFile)."""
    task = worker.make("/api/tasks", {"name": "t", "labels": LABELS})
    path, body = f"/api/tasks/{task['id']}/data", {"image_quality": 70, "remote_files": ["https://files.example/a.png"]}
    _, answer = worker.ask("POST", path, body)
    assert "Failed to download" in worker.request(answer["rq_id"])["message"]
    assert worker.ask("POST", path, body)[0] == 500
    _, answer = worker.ask("POST", path, {"image_quality": 70})
    assert "Failed to download https://files.example/a.png" in worker.request(answer["rq_id"])["message"]


@pytest.mark.parametrize(
    ("name", "message"), [("a.png", "PIL.UnidentifiedImageError"), ("a.mp4", "no decoder for videos")]
)
def test_files_that_cannot_be_read(worker: Worker, name: str, message: str) -> None:
    task = worker.make("/api/tasks", {"name": "t", "labels": LABELS})
    assert message in worker.fill(task, {name: b"not what it says"})["message"]
    assert worker.get(f"/api/jobs?task_id={task['id']}")["count"] == 0


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"image_quality": ["This field is required."]}),
        ({"image_quality": 101}, {"image_quality": ["Ensure this value is less than or equal to 100."]}),
        ({"image_quality": 70, "sorting_method": "x"}, {"sorting_method": ['"x" is not a valid choice.']}),
    ],
)
def test_refused_at_once(worker: Worker, body: Any, wrong: Any) -> None:
    task = worker.make("/api/tasks", {"name": "t", "labels": LABELS})
    assert worker.ask("POST", f"/api/tasks/{task['id']}/data", body) == (400, wrong)


@contextmanager
def files_served(folder: Path) -> Iterator[str]:
    """A plain file server on this machine."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_share(tmp_path: Path) -> None:
    (tmp_path / "shots" / "night").mkdir(parents=True)
    for name in ("shots/a.png", "shots/night/b.png", "c.txt"):
        (tmp_path / name).write_bytes(stand_in(name))
    with Sandbox.start(seed="empty", share=tmp_path) as sandbox:
        worker = Worker(sandbox)
        assert worker.get("/api/server/share") == [
            {"name": "c.txt", "type": "REG", "mime_type": "text"},
            {"name": "shots", "type": "DIR", "mime_type": "DIR"},
        ]
        assert [entry["name"] for entry in worker.get("/api/server/share?directory=/shots/")] == ["a.png", "night"]
        assert worker.ask("GET", "/api/server/share?directory=../..")[0] == 400
        task = worker.make("/api/tasks", {"name": "t", "labels": LABELS})
        body = {"image_quality": 70, "server_files": ["shots/"], "server_files_exclude": ["shots/night"]}
        worker.ask("POST", f"/api/tasks/{task['id']}/data", body)
        assert names(worker, task) == ["shots/a.png"]
        assert worker.get(f"/api/tasks/{task['id']}/data/meta")["storage"] == "share"
        assert worker.restore(worker.backup(task))["size"] == 1
        worker.close()


def test_remote_files_come_from_this_machine(tmp_path: Path, worker: Worker) -> None:
    (tmp_path / "a b.png").write_bytes(stand_in("a"))
    with files_served(tmp_path) as address:
        task = worker.make("/api/tasks", {"name": "t", "labels": LABELS})
        body = {"image_quality": 70, "remote_files": [f"{address}/a%20b.png"]}
        worker.ask("POST", f"/api/tasks/{task['id']}/data", body)
        assert names(worker, task) == ["a b.png"]


@pytest.mark.parametrize("address", ["http://elsewhere.example/a.png", "http://127.0.0.1:9/a.png", "ftp://127.0.0.1/a"])
def test_remote_files_from_nowhere(address: str, worker: Worker) -> None:
    task = worker.make("/api/tasks", {"name": "t", "labels": LABELS})
    _, answer = worker.ask("POST", f"/api/tasks/{task['id']}/data", {"image_quality": 70, "remote_files": [address]})
    request = worker.get(f"/api/requests/{answer['rq_id']}")
    assert request["status"] == "failed"
    assert f"Failed to download {address}" in request["message"]


def test_a_cloud_storage(tmp_path: Path) -> None:
    (tmp_path / "night").mkdir()
    (tmp_path / "night" / "b.png").write_bytes(stand_in("b"))
    with Sandbox.start(seed="empty", clouds=[tmp_path]) as sandbox:
        worker = Worker(sandbox)
        task = worker.make("/api/tasks", {"name": "t", "labels": LABELS})
        body = {"image_quality": 70, "server_files": ["night/"], "cloud_storage_id": 2}
        assert worker.ask("POST", f"/api/tasks/{task['id']}/data", body)[0] == 400
        worker.ask("POST", f"/api/tasks/{task['id']}/data", {**body, "cloud_storage_id": 1})
        assert names(worker, task) == ["night/b.png"]
        assert worker.get(f"/api/tasks/{task['id']}")["data_cloud_storage_id"] == 1
        assert worker.get(f"/api/tasks/{task['id']}/data/meta")["storage"] == "cloud_storage"
        worker.close()


def test_frames_and_chunks(worker: Worker) -> None:
    task = worker.task(5)
    path = f"/api/tasks/{task['id']}/data"
    original = worker.send("GET", f"{path}?type=frame&number=3&quality=original")
    assert (original.headers["Content-Type"], original.data) == ("image/png", stand_in("frame_3"))
    compressed = worker.send("GET", f"{path}?type=frame&number=3&quality=compressed")
    assert Image.open(io.BytesIO(compressed.data)).format == "JPEG"
    with zipfile.ZipFile(io.BytesIO(worker.send("GET", f"{path}?type=chunk&number=0&quality=original").data)) as chunk:
        assert chunk.namelist() == [f"{number:06d}.png" for number in range(5)]
    job = worker.jobs(task)[1]
    path = f"/api/jobs/{job['id']}/data"
    assert worker.send("GET", f"{path}?type=frame&number=2&quality=original").data == stand_in("frame_2")
    assert worker.send("GET", f"{path}?type=frame&number=0").status == 404
    with zipfile.ZipFile(io.BytesIO(worker.send("GET", f"{path}?type=chunk&index=0").data)) as chunk:
        assert chunk.namelist() == ["000000.jpeg", "000001.jpeg"]
    assert worker.send("GET", f"{path}?type=chunk&index=1").status == 404
    assert worker.send("GET", f"{path}?type=movie&number=0").status == 400


def test_deleted_frames_of_a_job_are_its_own(worker: Worker) -> None:
    task = worker.task(4)
    first, second = worker.jobs(task)
    worker.ask("PATCH", f"/api/tasks/{task['id']}/data/meta", {"deleted_frames": [1, 2]})
    assert worker.ask("PATCH", f"/api/jobs/{second['id']}/data/meta", {"deleted_frames": [3]})[0] == 200
    assert worker.get(f"/api/tasks/{task['id']}/data/meta")["deleted_frames"] == [1, 3]
    assert worker.get(f"/api/jobs/{first['id']}/data/meta")["deleted_frames"] == [1]
    refused = worker.ask("PATCH", f"/api/tasks/{task['id']}/data/meta", {"deleted_frames": "all"})
    assert refused == (400, {"deleted_frames": ["A list of integers is required."]})
