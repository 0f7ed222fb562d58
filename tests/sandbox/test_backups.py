"""Backups: laid out as a real server's, with what it loses; and a real server's own is restored."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox import Sandbox

from .replay import RECORDINGS
from .tasks import LABELS, Worker

RECORDED = RECORDINGS / "task_backup.zip"


def files(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def inside(content: bytes) -> dict[str, Any]:
    """Give what a backup says: its JSON read, its pictures by name."""
    held = files(content)
    lines = held["data/manifest.jsonl"].decode().splitlines()
    return {
        "task": json.loads(held["task.json"]),
        "annotations": json.loads(held["annotations.json"]),
        "manifest": [json.loads(line) for line in lines],
        "pictures": {name for name in held if name.endswith(".png")},
    }


@pytest.mark.skipif(not RECORDED.exists(), reason="the recordings (../shared) are not here")
def test_a_real_servers_backup_comes_back_the_same() -> None:
    content = RECORDED.read_bytes()
    with Sandbox.start(seed="empty") as sandbox:
        worker = Worker(sandbox)
        task = worker.restore(content)
        assert (task["name"], task["size"], task["subset"], task["project_id"]) == ("batch 60257", 6, "Train", None)
        statuses = [(job["status"], job["stage"], job["state"]) for job in worker.jobs(task)]
        assert statuses == [("completed", "annotation", "new")] + [("annotation", "annotation", "new")] * 2
        again = worker.backup(task)
    there, here = inside(content), inside(again)
    assert here == there
    assert files(again)["data/frame_3.png"] == files(content)["data/frame_3.png"]


def test_what_a_backup_brings_back_and_what_not(worker: Worker) -> None:
    project = worker.make("/api/projects", {"name": "p", "labels": LABELS})
    before = worker.task(4, project_id=project["id"], assignee_id=1, subset="Test", bug_tracker="x")
    worker.annotate(before)
    first = worker.jobs(before)[0]
    worker.ask("PATCH", f"/api/jobs/{first['id']}", {"stage": "acceptance", "state": "completed", "assignee": 1})
    issue = {"frame": 0, "position": [1, 2, 3, 4], "job": first["id"], "message": "?"}
    worker.make("/api/issues", issue)
    worker.make("/api/guides", {"task_id": before["id"], "markdown": "# Tight"})
    worker.ask("PATCH", f"/api/tasks/{before['id']}/data/meta", {"deleted_frames": [2]})
    after = worker.restore(worker.backup(before))
    for name in ("name", "subset", "bug_tracker", "size", "segment_size", "overlap", "mode", "image_quality"):
        assert after[name] == before[name], name
    assert (after["project_id"], after["assignee"], after["owner"]["username"]) == (None, None, "admin")
    assert worker.content(after) == worker.content(before)
    job = worker.jobs(after)[0]
    assert (job["status"], job["stage"], job["state"], job["assignee"]) == ("completed", "annotation", "new", None)
    assert job["issues"]["count"] == 0
    assert worker.get(f"/api/tasks/{after['id']}/data/meta")["deleted_frames"] == [2]
    assert worker.get(f"/api/guides/{after['guide_id']}")["markdown"] == "# Tight"


def test_replicas_ground_truth_and_every_second_frame_come_back(worker: Worker) -> None:
    more = {"frame_filter": "step=2", "sorting_method": "natural"}
    before = worker.task(8, more, segment_size=2, consensus_replicas=2)
    assert before["size"] == 4
    gold = _gold(worker, before, 0)
    tag = {"frame": 0, "label_id": worker.labels(before)["car"]["id"], "attributes": []}
    worker.ask("PUT", f"/api/jobs/{gold['id']}/annotations", {"tags": [tag], "shapes": [], "tracks": []})
    after = worker.restore(worker.backup(before))
    shape = [(job["type"], job["start_frame"], job["stop_frame"], job["frame_count"]) for job in worker.jobs(before)]
    assert [(j["type"], j["start_frame"], j["stop_frame"], j["frame_count"]) for j in worker.jobs(after)] == shape
    assert len(shape) == 7
    where = "/api/jobs/{}/data/meta"
    meta = worker.get(where.format(worker.jobs(after)[-1]["id"]))
    assert [frame["name"] for frame in meta["frames"]] == ["frame_0.png"]
    held = worker.get(f"/api/jobs/{worker.jobs(after)[-1]['id']}/annotations")["tags"]
    assert [item["frame"] for item in held] == [0]
    assert worker.get(f"/api/tasks/{after['id']}/annotations")["tags"] == []


def _gold(worker: Worker, task: dict[str, Any], *frames: int) -> dict[str, Any]:
    body = {"type": "ground_truth", "task_id": task["id"], "frame_selection_method": "manual", "frames": list(frames)}
    return worker.make("/api/jobs", body)


def test_frames_of_ground_truth_are_named_as_in_the_source_and_read_as_in_the_task(worker: Worker) -> None:
    task = worker.task(9, {"start_frame": "1", "frame_filter": "step=2", "sorting_method": "natural"})
    gold = _gold(worker, task, 0, 3)
    meta = worker.get(f"/api/jobs/{gold['id']}/data/meta")
    assert meta["included_frames"] == [1, 7]  # in the source
    assert [frame["name"] for frame in meta["frames"]] == ["frame_1.png", "frame_7.png"]
    request = worker.send_backup(worker.backup(task))
    assert (request["status"], request["message"]) == (
        "failed",
        "ValueError: The following frames do not exist in the task: 7\n",
    )


def test_a_skeleton_and_a_guide_with_a_picture_come_back(worker: Worker) -> None:
    svg = '<circle data-label-name="head"></circle><circle data-label-name="foot"></circle>'
    parts: list[dict[str, Any]] = [{"name": name, "type": "points", "attributes": []} for name in ("head", "foot")]
    labels = [{"name": "body", "type": "skeleton", "svg": svg, "sublabels": parts, "attributes": []}]
    before = worker.task(2, labels=labels)
    body = worker.labels(before)["body"]
    elements = [
        {"type": "points", "frame": 1, "label_id": part["id"], "points": [3.0, 4.0]} for part in body["sublabels"]
    ]
    skeleton = {"type": "skeleton", "frame": 1, "label_id": body["id"], "elements": elements}
    sent = {"tags": [], "shapes": [skeleton], "tracks": []}
    assert worker.ask("PUT", f"/api/tasks/{before['id']}/annotations", sent)[0] == 200
    guide = worker.make("/api/guides", {"task_id": before["id"], "markdown": ""})
    asset = worker.asset(guide, "a.png")
    shown = f"![image](/api/assets/{asset['uuid']})"
    worker.ask("PATCH", f"/api/guides/{guide['id']}", {"markdown": shown})
    after = worker.restore(worker.backup(before))
    assert worker.content(after) == worker.content(before)
    restored = worker.labels(after)["body"]
    assert {part["name"] for part in restored["sublabels"]} == {"head", "foot"}
    assert str(restored["sublabels"][0]["id"]) in restored["svg"]
    markdown = worker.get(f"/api/guides/{after['guide_id']}")["markdown"]
    assert markdown.startswith("![image](/api/assets/")
    assert asset["uuid"] not in markdown


def test_a_change_to_a_job_alone_is_missing_from_a_second_backup(worker: Worker) -> None:
    task = worker.task(4)
    first = worker.backup(task)
    job = worker.jobs(task)[0]
    worker.ask("PATCH", f"/api/jobs/{job['id']}", {"stage": "validation", "state": "new"})
    assert worker.backup(task) == first
    worker.annotate(task)
    assert worker.backup(task) != first


def test_a_project_with_its_tasks(worker: Worker) -> None:
    before = worker.make("/api/projects", {"name": "Big One", "labels": LABELS, "bug_tracker": "x"})
    worker.make("/api/guides", {"project_id": before["id"], "markdown": "# all"})
    for number in range(2):
        worker.annotate(worker.task(2, project_id=before["id"], name=f"t{number}"))
    worker.task(0, project_id=before["id"], name="without data")
    name, content = worker.download("POST", f"/api/projects/{before['id']}/backup/export")
    assert name.startswith("project_big one_backup_")
    worker.ask("DELETE", f"/api/projects/{before['id']}")
    after = worker.restore(content, "projects")
    assert (after["name"], after["bug_tracker"], after["tasks"]["count"]) == ("Big One", "x", 2)
    tasks = worker.get(f"/api/tasks?project_id={after['id']}&sort=id")["results"]
    assert [task["name"] for task in tasks] == ["t0", "t1"]
    assert [len(worker.content(task)["shapes"]) for task in tasks] == [1, 1]
    assert worker.get(f"/api/guides/{after['guide_id']}")["markdown"] == "# all"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"nonsense", "zipfile.BadZipFile: File is not a zip file\n"),
        ({"data/a.png": b""}, "KeyError: \"There is no item named 'task.json' in the archive\"\n"),
        ({"../task.json": b"{}"}, "File name ../task.json is not allowed\n"),
        ({"task.json": b"{", "annotations.json": b"[]"}, "json.decoder.JSONDecodeError"),
        ({"task.json": b'{"version": "9"}', "annotations.json": b"[]"}, "ValueError: 9 version is not supported\n"),
    ],
)
def test_broken_backups_leave_nothing_behind(worker: Worker, content: Any, message: str) -> None:
    request = worker.send_backup(content if isinstance(content, bytes) else worker.packed(content))
    assert request["status"] == "failed"
    assert message in request["message"]
    assert worker.get("/api/tasks")["count"] == 0


def test_a_truncated_picture_fails_the_restore(worker: Worker) -> None:
    held = files(worker.backup(worker.task(2)))
    held["data/frame_1.png"] = held["data/frame_1.png"][:10]
    request = worker.send_backup(worker.packed(held))
    assert request["status"] == "failed"
    assert "PIL.UnidentifiedImageError" in request["message"]
    assert worker.get("/api/tasks")["count"] == 1


def test_a_task_without_data_has_no_backup(worker: Worker) -> None:
    task = worker.task(0)
    assert worker.ask("POST", f"/api/tasks/{task['id']}/backup/export")[0] == 400


def test_a_task_stays_in_the_organization_that_it_was_restored_in() -> None:
    """Wherever it is moved then (CVAT's source: BackupImporter, TaskWriteSerializer.update_project)."""
    with Sandbox.start(tasks=1) as sandbox:
        worker = Worker(sandbox)
        before = worker.get("/api/tasks/1")
        restored = worker.restore(worker.backup(before))
        status, moved = worker.ask("PATCH", f"/api/tasks/{restored['id']}", {"project_id": before["project_id"]})
        worker.close()
    assert status == 200
    assert (before["organization_id"], restored["organization_id"], moved["organization_id"]) == (1, None, None)
    assert moved["project_id"] == before["project_id"]


def test_tasks_of_the_seed_have_stand_ins() -> None:
    with Sandbox.start(tasks=1) as sandbox:
        worker = Worker(sandbox)
        task = worker.get("/api/tasks/1")
        held = inside(worker.backup(task))
        assert len(held["pictures"]) == task["size"] == 300
        assert worker.restore(worker.backup(task))["size"] == 300


def test_every_task_of_a_real_server_comes_back(fixture_folder: Path) -> None:
    """Skeletons, masks, tracks, replicas, ground truth, overlaps: all annotations and jobs are as they were."""
    with Sandbox.start(fixture=fixture_folder) as sandbox:
        worker = Worker(sandbox)
        restored = 0
        for before in worker.get("/api/tasks?page_size=500")["results"]:
            if "size" not in before or before["validation_mode"] == "gt_pool":
                continue
            after = worker.restore(worker.backup(before))
            assert worker.content(after) == worker.content(before), before["id"]
            assert ranges(worker, after) == ranges(worker, before), before["id"]
            restored += 1
        worker.close()
    assert restored > 20


def ranges(worker: Worker, task: dict[str, Any]) -> list[tuple[Any, ...]]:
    names = ("type", "start_frame", "stop_frame", "frame_count", "status")
    return [tuple(job[name] for name in names) for job in worker.jobs(task)]


def test_pools_are_not_pretended(fixture_folder: Path) -> None:
    with Sandbox.start(fixture=fixture_folder) as sandbox:
        worker = Worker(sandbox)
        [task, *_] = worker.get("/api/tasks?validation_mode=gt_pool")["results"]
        _, body = worker.ask("POST", f"/api/tasks/{task['id']}/backup/export")
        request = worker.request(body["rq_id"])
        worker.close()
    assert (request["status"], "ground truth pool" in request["message"]) == ("failed", True)
