"""What goes in and out as a file: exports, imports, backups and what they lose."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from .server import Server

FORMAT = "CVAT for images 1.1"


def files(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def annotated(server: Server, project: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    """Make a task of four frames with a box on the first and a tag on the last."""
    task = server.task(project, frames=4, **more)
    label = server.ask("GET", "/api/labels", task_id=task["id"], sort="id").body["results"][0]
    box = {"type": "rectangle", "frame": 0, "label_id": label["id"], "points": [1, 2, 30, 40], "attributes": []}
    tag = {"frame": 3, "label_id": label["id"], "group": 0, "attributes": []}
    sent = {"version": 0, "tags": [tag], "shapes": [box], "tracks": []}
    assert server.ask("PUT", f"/api/tasks/{task['id']}/annotations", sent).status == 200
    return task


def content(server: Server, task: dict[str, Any]) -> list[Any]:
    """Give a task's annotations, but for ids and sources."""
    read = server.ask("GET", f"/api/tasks/{task['id']}/annotations").body
    shapes = [(shape["frame"], shape["type"], shape["points"]) for shape in read["shapes"]]
    return [shapes, [tag["frame"] for tag in read["tags"]], read["tracks"]]


def test_annotations_go_out_and_come_back(server: Server) -> None:
    task = annotated(server, server.project())
    before = content(server, task)
    exported = server.export(f"/api/tasks/{task['id']}/dataset/export", format=FORMAT, save_images="false")
    assert list(files(exported)) == ["annotations.xml"]
    server.ask("DELETE", f"/api/tasks/{task['id']}/annotations")
    path = f"/api/tasks/{task['id']}/annotations/"
    reply = server.upload(path, exported, format="CVAT 1.1", filename="a.zip")
    assert reply.status == 202
    server.wait(reply.body["rq_id"])
    assert content(server, task) == before


def test_a_broken_file_leaves_the_annotations_as_they_were(server: Server) -> None:
    task = annotated(server, server.project())
    before = content(server, task)
    path = f"/api/tasks/{task['id']}/annotations/"
    reply = server.upload(path, b"this is no archive", format="CVAT 1.1", filename="a.zip")
    request = server.ended(reply.body["rq_id"])
    message = "xml.etree.ElementTree.ParseError: syntax error: line 1, column 0\n"
    assert (request["status"], request["message"]) == ("failed", message)
    assert content(server, task) == before


def test_labels_that_are_not_there(server: Server) -> None:
    source = annotated(server, server.project())
    exported = server.export(f"/api/tasks/{source['id']}/dataset/export", format=FORMAT, save_images="false")
    task = server.task(frames=4, labels=[{"name": "tree", "attributes": []}])
    path = f"/api/tasks/{task['id']}/annotations/"
    reply = server.upload(path, exported, format="CVAT 1.1", filename="a.zip")
    request = server.ended(reply.body["rq_id"])
    message = "ValueError: Label 'car' is not registered for this task\n"
    assert (request["status"], request["message"]) == ("failed", message)


def test_unknown_formats(server: Server) -> None:
    task = annotated(server, server.project())
    reply = server.ask("POST", f"/api/tasks/{task['id']}/dataset/export", format="No such format")
    assert (reply.status, reply.body) == (400, ["Unknown format specified for the request"])
    reply = server.upload(f"/api/tasks/{task['id']}/annotations/", b"x", format="Nonsense 9", filename="a.zip")
    assert (reply.status, reply.body) == (400, ["Unknown input format 'Nonsense 9'"])


def test_what_is_in_a_backup(server: Server) -> None:
    project = server.project()
    task = annotated(server, project, subset="Train")
    held = files(server.export(f"/api/tasks/{task['id']}/backup/export"))
    assert {"task.json", "annotations.json", "data/manifest.jsonl", "data/frame_3.png"} <= set(held)
    about = json.loads(held["task.json"])
    assert (about["name"], about["subset"], about["version"]) == (task["name"], "Train", "1.0")
    assert [(job["start_frame"], job["stop_frame"]) for job in about["jobs"]] == [(0, 1), (2, 3)]
    assert [label["name"] for label in about["labels"]] == ["car", "person"]
    assert [len(job["shapes"]) for job in json.loads(held["annotations.json"])] == [1, 0]


def test_what_a_backup_brings_back_and_what_not(server: Server) -> None:
    me = server.ask("GET", "/api/users/self").body["id"]
    task = annotated(server, server.project(), subset="Train", assignee_id=me, bug_tracker="https://tracker.example/7")
    first = server.jobs(task)[0]
    server.job(first, stage="acceptance", state="completed", assignee=me)
    before = content(server, task)
    backup = server.export(f"/api/tasks/{task['id']}/backup/export")
    assert server.ask("DELETE", f"/api/tasks/{task['id']}").status == 204
    restored = server.restored(backup)
    for name in ("name", "subset", "bug_tracker", "size", "segment_size", "overlap"):
        assert restored[name] == task[name], name
    assert (restored["project_id"], restored["assignee"], restored["owner"]["id"]) == (None, None, me)
    job = server.jobs(restored)[0]
    assert (job["stage"], job["state"], job["assignee"]) == ("annotation", "new", None)
    assert content(server, restored) == before
    moved = server.ask("PATCH", f"/api/tasks/{restored['id']}", {"project_id": task["project_id"]})
    assert (moved.status, moved.body["project_id"]) == (200, task["project_id"])
    assert content(server, restored) == before


def test_an_upload_without_an_origin_breaks_the_server(server: Server) -> None:
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "1", "Upload-Metadata": "filename YS56aXA="}
    assert server.ask("POST", "/api/tasks/backup/", headers=headers).status == 500
