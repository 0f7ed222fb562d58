"""Uploads: in several messages, in parts, cut and gone on with, and what is refused."""

from __future__ import annotations

import base64
import json

import pytest

from reconciler.sandbox.pictures import stand_in

from .tasks import LABELS, Worker

TUS = {"Tus-Resumable": "1.0.0"}
PART = {**TUS, "Content-Type": "application/offset+octet-stream"}


def described(name: str, size: int) -> dict[str, str]:
    encoded = base64.b64encode(name.encode()).decode()
    return {**TUS, "Upload-Length": str(size), "Upload-Metadata": f"filename {encoded}"}


def test_data_as_the_sdk_sends_it(worker: Worker) -> None:
    """A start, a group of files, one large file by TUS in parts, and the finish with the parameters."""
    task = worker.make("/api/tasks", {"name": "t", "labels": LABELS})
    path = f"/api/tasks/{task['id']}/data"
    assert worker.send("POST", path, {"Upload-Start": ""}).status == 202
    group = {f"client_files[{n}]": (f"/some/where/b{n}.png", stand_in(f"b{n}"), "image/png") for n in range(2)}
    assert worker.send("POST", path, {"Upload-Multiple": ""}, fields={"image_quality": "70", **group}).status == 200
    large = stand_in("a", 200, 100)
    created = worker.send("POST", f"{path}/", described("a.png", len(large)))
    assert (created.status, created.headers["Upload-Filename"]) == (201, "a.png")
    for start in range(0, len(large), 50):
        sent = worker.send(
            "PATCH",
            created.headers["Location"],
            {**PART, "Upload-Offset": str(start)},
            body=large[start : start + 50],
        )
        assert sent.status == 204
    finish = {"Upload-Finish": "", "Content-Type": "application/json"}
    body = '{"image_quality": 60, "sorting_method": "predefined", "upload_file_order": ["b1.png", "a.png", "b0.png"]}'
    response = worker.send("POST", path, finish, body=body)
    assert worker.request(response.json()["rq_id"])["status"] == "finished"
    meta = worker.get(f"{path}/meta")
    assert [(frame["name"], frame["width"]) for frame in meta["frames"]] == [
        ("b1.png", 64),
        ("a.png", 200),
        ("b0.png", 64),
    ]
    assert meta["image_quality"] == 60


def test_a_cut_upload_goes_on(worker: Worker) -> None:
    created = worker.send("POST", "/api/tasks/backup/", described("b.zip", 10))
    where = created.headers["Location"]
    assert worker.send("PATCH", where, {**PART, "Upload-Offset": "0"}, body=b"12345").headers["Upload-Offset"] == "5"
    again = worker.send("PATCH", where, {**PART, "Upload-Offset": "0"}, body=b"12345")
    assert (again.status, again.headers["Upload-Offset"]) == (409, "5")
    there = worker.send("HEAD", where, TUS)
    assert (there.status, there.headers["Upload-Offset"], there.headers["Upload-Length"]) == (200, "5", "10")
    assert worker.send("PATCH", where, {**PART, "Upload-Offset": "5"}, body=b"6" * 6).status == 413
    assert worker.send("PATCH", where, {**PART, "Upload-Offset": "5"}, body=b"67890").status == 204


def test_a_file_that_is_not_whole_counts_as_not_sent(worker: Worker) -> None:
    created = worker.send("POST", "/api/tasks/backup/", described("b.zip", 10))
    name = created.headers["Upload-Filename"]
    finished = worker.send("POST", f"/api/tasks/backup/?filename={name}", {"Upload-Finish": ""})
    assert (finished.status, finished.json()) == (400, ["No file was uploaded"])


def test_without_an_origin_the_server_breaks(worker: Worker) -> None:
    del worker._headers["Origin"]
    assert worker.send("POST", "/api/tasks/backup/", described("b.zip", 10)).status == 500


@pytest.mark.parametrize("name", ["../up.png", "/etc/passwd", "a/../../b.png", "..\\up.png", ""])
def test_names_that_lead_out_are_refused(worker: Worker, name: str) -> None:
    task = worker.make("/api/tasks", {"name": "t"})
    created = worker.send("POST", f"/api/tasks/{task['id']}/data/", described(name, 10))
    assert created.status == 400


def test_too_large_and_unknown(worker: Worker) -> None:
    assert worker.send("POST", "/api/tasks/backup/", described("b.zip", 10**10)).status == 413
    assert worker.send("HEAD", "/api/tasks/backup/1_nowhere", TUS).status == 404
    assert worker.send("POST", "/api/tasks", body=iter([b"{}"])).status == 411


def test_a_multipart_name_keeps_its_last_part_only(worker: Worker) -> None:
    task = worker.make("/api/tasks", {"name": "t", "labels": LABELS})
    assert worker.fill(task, {"../../up.png": stand_in("up")})["status"] == "finished"
    assert worker.get(f"/api/tasks/{task['id']}/data/meta")["frames"][0]["name"] == "up.png"


def test_a_zip_whose_names_lead_out_fails(worker: Worker) -> None:
    task = worker.make("/api/tasks", {"name": "t", "labels": LABELS})
    request = worker.fill(task, {"a.zip": worker.packed({"../up.png": stand_in("up")})})
    assert request["status"] == "failed"
    assert "File name ../up.png is not allowed" in request["message"]


def test_a_zip_bomb_fails(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.sandbox.archives._MOST_BYTES", 1000)
    task = worker.make("/api/tasks", {"name": "t", "labels": LABELS})
    request = worker.fill(task, {"a.zip": worker.packed({"a.png": b"\0" * 2000})})
    assert request["status"] == "failed"
    assert "larger than 1000 bytes when unpacked" in request["message"]


def test_a_name_is_taken_once(worker: Worker) -> None:
    """As CVAT's ClientFile has it: what an upload that was cut, or data that failed, has left there is in the way."""
    task = worker.make("/api/tasks", {"name": "t", "labels": LABELS})
    path = f"/api/tasks/{task['id']}/data"
    group = {"image_quality": "70", "client_files[0]": ("a.png", stand_in("a"), "image/png")}
    assert worker.send("POST", path, {"Upload-Multiple": ""}, fields=group).status == 200
    assert worker.send("POST", path, {"Upload-Multiple": ""}, fields=group).status == 500
    refused = worker.send("POST", f"{path}/", described("a.png", 5))
    assert (refused.status, b"File with same name already exists" in refused.data) == (409, True)
    assert worker.send("POST", f"{path}/", described("b.png", 5)).status == 201
    assert worker.send("POST", f"{path}/", described("b.png", 5)).status == 201  # the first is not whole
    more = {"image_quality": "70", "client_files[0]": ("b.png", stand_in("b"), "image/png")}
    assert worker.send("POST", path, {"Upload-Multiple": ""}, fields=more).status == 500


def begin(worker: Worker, path: str, name: str, size: int) -> str:
    """Tell length and name of a file; give where it goes."""
    created = worker.send("POST", f"{path}/", described(name, size))
    assert created.status == 201, created.data
    return str(created.headers["Location"])


def test_of_a_file_that_is_whole_the_upload_is_forgotten(worker: Worker) -> None:
    path = f"/api/tasks/{worker.task(0)['id']}/data"
    where = begin(worker, path, "a.png", 3)
    sent = worker.send("PATCH", where, {**PART, "Upload-Offset": "0"}, body=b"abc")
    assert (sent.status, sent.headers["Upload-Offset"]) == (204, "3")
    assert worker.send("HEAD", where, TUS).status == 404
    assert worker.send("PATCH", where, {**PART, "Upload-Offset": "3"}, body=b"").status == 404


def test_a_file_in_a_folder_arrives_nowhere(worker: Worker) -> None:
    path = f"/api/tasks/{worker.task(0)['id']}/data"
    where = begin(worker, path, "night/a.png", 3)
    assert worker.send("PATCH", where, {**PART, "Upload-Offset": "0"}, body=b"abc").status == 500


def test_an_empty_file_breaks_the_server(worker: Worker) -> None:
    path = f"/api/tasks/{worker.task(0)['id']}/data"
    assert worker.send("POST", f"{path}/", described("a.png", 0)).status == 500


def test_frames_of_which_one_never_became_whole(worker: Worker) -> None:
    task = worker.task(0)
    path = f"/api/tasks/{task['id']}/data"
    begin(worker, path, "b.png", 10)
    request = worker.fill(task, {"a.png": stand_in("a")})
    assert request["status"] == "failed"
    assert request["message"].startswith("FileNotFoundError: [Errno 2] No such file or directory")
    where = begin(worker, path, "b.png", len(stand_in("b")))
    assert worker.send("PATCH", where, {**PART, "Upload-Offset": "0"}, body=stand_in("b")).status == 204
    finish = {"Upload-Finish": "", "Content-Type": "application/json"}
    response = worker.send("POST", path, finish, body='{"image_quality": 70}')
    assert worker.request(response.json()["rq_id"])["status"] == "finished"
    assert worker.get(f"/api/tasks/{task['id']}")["size"] == 2


def test_a_deleted_task_takes_no_more_of_a_file(worker: Worker) -> None:
    task = worker.task(0)
    where = begin(worker, f"/api/tasks/{task['id']}/data", "a.png", 10)
    assert worker.ask("DELETE", f"/api/tasks/{task['id']}")[0] == 204
    assert worker.send("HEAD", where, TUS).status == 404


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({"frame_filter": "every 2"}, {"frame_filter": ["Invalid frame filter expression"]}),
        (
            {"start_frame": 2, "stop_frame": 1},
            {"non_field_errors": ["Stop frame must be more or equal start frame"]},
        ),
        (
            {"job_file_mapping": [["a.png"], ["a.png"]]},
            {"job_file_mapping": ["The same file 'a.png' cannot be used multiple times in the job file mapping"]},
        ),
        (
            {"sorting_method": "predefined", "upload_file_order": ["a.png", "c.png"]},
            [
                "Uploaded files do not match the 'upload_file_order' field contents. "
                "Please check the uploaded data and the list of uploaded files. "
                "Mismatching files: b.png (extra), c.png (missing)"
            ],
        ),
    ],
)
def test_data_requests_that_cannot_be(worker: Worker, sent: dict[str, object], wrong: object) -> None:
    path = f"/api/tasks/{worker.task(0)['id']}/data"
    group = {f"client_files[{n}]": (f"{name}.png", stand_in(name), "image/png") for n, name in enumerate("ab")}
    refused = worker.send("POST", path, {"Upload-Multiple": ""}, fields=group)
    assert (refused.status, refused.json()) == (400, {"image_quality": ["This field is required."]})
    assert worker.send("POST", path, {"Upload-Multiple": ""}, fields={"image_quality": "70", **group}).status == 200
    finish = {"Upload-Finish": "", "Content-Type": "application/json"}
    response = worker.send("POST", path, finish, body=json.dumps({"image_quality": 70, **sent}))
    assert (response.status, response.json()) == (400, wrong)
