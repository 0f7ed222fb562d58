"""Restoring backups: of this server, or of a real one."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any

from reconciler.sandbox import backups, guides, permissions, projects, tasks, uploads, workflow
from reconciler.sandbox.answers import Answer, invalid
from reconciler.sandbox.archives import members
from reconciler.sandbox.background import Order, Outcome, operation
from reconciler.sandbox.call import Call, SentFile
from reconciler.sandbox.data_creation import Request, create_data
from reconciler.sandbox.label_changes import create_labels
from reconciler.sandbox.labels import read_labels
from reconciler.sandbox.links import Doc
from reconciler.sandbox.media import media_of, save_media
from reconciler.sandbox.new_jobs import add_ground_truth
from reconciler.sandbox.restored_annotations import restore_annotations

_KEPT = timedelta(hours=1)
Files = dict[str, bytes]


def restore_task(call: Call) -> Answer:
    """Answer POST /api/tasks/backup/: each message of an upload."""
    return _receive(call, "task", lambda call, files: _add_task(call, files, None))


def restore_project(call: Call) -> Answer:
    """Answer POST /api/projects/backup/: each message of an upload."""
    return _receive(call, "project", _add_project)


def _receive(call: Call, target: str, add: Callable[[Call, Files], int]) -> Answer:
    permissions.require(permissions.may_create(call))

    def finish(call: Call, files: list[tuple[str, bytes]]) -> Answer:
        if not files:
            raise invalid("No file was uploaded")
        asked = operation("import:backup", target, {})
        rq_id = f"action=import&target={target}&id={uuid.uuid4()}&subresource=backup"
        order = Order(rq_id, asked, call.user.identifiers, _KEPT, _KEPT)
        return call.background.submit(order, lambda: Outcome(result_id=add(call, members(files[0][1]))))

    return uploads.receive(call, f"{target}s/backup", finish)


def _read(files: Files, name: str) -> Any:
    if name not in files:
        raise KeyError(f"There is no item named {name!r} in the archive")
    return json.loads(files[name])


def _require_version(about: Doc) -> None:
    if about.get("version") != backups.VERSION:
        raise ValueError(f"{about.get('version')} version is not supported")


def _add_project(call: Call, files: Files) -> int:
    about: Doc = _read(files, backups.PROJECT_FILE)
    _require_version(about)
    store = call.store
    here = call.organization["id"] if call.organization else None
    project = projects.new_project(call, about, here)
    store.insert("projects", project)
    create_labels(store, _label_specs(about), project_id=project["id"])
    folders = sorted({name.partition("/")[0] for name in files if name.startswith("task_")})
    for folder in sorted(folders, key=lambda name: int(name.removeprefix("task_"))):
        inside = {name.partition("/")[2]: files[name] for name in files if name.startswith(f"{folder}/")}
        _add_task(call, inside, project["id"])
    _restore_guide(call, files, {"task_id": None, "project_id": project["id"]})
    workflow.touch_project(store, project["id"])
    return int(project["id"])


def _add_task(call: Call, files: Files, project_id: int | None) -> int:
    about: Doc = _read(files, backups.TASK_FILE)
    annotations: list[Doc] = _read(files, backups.ANNOTATIONS_FILE)
    _require_version(about)
    store = call.store
    here = call.organization["id"] if call.organization else None
    # The owner is whoever restores, the project is lost (recorded from CVAT 2.54.1).
    task = tasks.new_task(call, {**about, "project_id": project_id}, here)
    replicas = int(about.get("consensus_replicas", 0))
    task["consensus_enabled"] = replicas > 1
    _cut_as_before(task, about)
    store.insert("tasks", task, replicas=replicas)
    if project_id is None:
        create_labels(store, _label_specs(about), task_id=task["id"])
    create_data(store, task, _request(about, files))
    _restore_jobs(call, task, about)
    restore_annotations(store, task, annotations)
    _restore_guide(call, files, {"task_id": task["id"], "project_id": None})
    return int(task["id"])


def _label_specs(about: Doc) -> list[Doc]:
    return read_labels(about.get("labels", []))


def _cut_as_before(task: Doc, about: Doc) -> None:
    jobs = [job for job in about["jobs"] if job.get("type", "annotation") == "annotation"]
    task["segment_size"] = jobs[0]["stop_frame"] - jobs[0]["start_frame"] + 1
    task["overlap"] = jobs[0]["stop_frame"] - jobs[1]["start_frame"] + 1 if len(jobs) > 1 else 0


def _request(about: Doc, files: Files) -> Request:
    folder, data = f"{backups.DATA}/", about["data"]
    if data.get("validation_layout", {}).get("mode") == "gt_pool":
        raise NotImplementedError("The sandbox restores no tasks with a ground truth pool")
    held = {name.removeprefix(folder): content for name, content in files.items() if name.startswith(folder)}
    manifest = held.pop(backups.MANIFEST, b"").decode().splitlines()
    pictures = [json.loads(line) for line in manifest[2:]]
    jobs = [job for job in about["jobs"] if job.get("type", "annotation") == "annotation"]
    return Request(
        held,
        image_quality=data.get("image_quality", 70),
        start_frame=data.get("start_frame", 0),
        stop_frame=data.get("stop_frame"),
        frame_filter=data.get("frame_filter", ""),
        chunk_size=data.get("chunk_size"),
        sorting_method=data.get("sorting_method", "lexicographical"),
        storage_method=data.get("storage_method", "cache"),
        order=[PurePosixPath(picture["name"] + picture["extension"]).name for picture in pictures],
        job_file_mapping=[job["files"] for job in jobs] if data.get("custom_segments") else None,
    )


def _restore_jobs(call: Call, task: Doc, about: Doc) -> None:
    """Give the jobs what a backup knows of them: the legacy status, but neither stage nor state nor assignee."""
    store = call.store
    media = media_of(store, task)
    media.deleted = list(about["data"].get("deleted_frames", ()))
    save_media(store, task["id"], media)
    for job in about["jobs"]:
        if job.get("type") == "ground_truth":
            # Taken for numbers in the task, whatever they are (CVAT's source: TaskImporter._import_gt_jobs).
            if strange := sorted(set(job["frames"]) - set(range(media.size))):
                raise ValueError(f"The following frames do not exist in the task: {', '.join(map(str, strange))}")
            add_ground_truth(store, store.get("tasks", task["id"]), job["frames"])
    for job, known in zip(store.docs("jobs", "task_id = ?", (task["id"],)), about["jobs"], strict=False):
        store.save("jobs", {**job, "status": known["status"], "updated_date": store.clock.now()})
    workflow.job_saved(store, task["id"])


def _restore_guide(call: Call, files: Files, place: Doc) -> None:
    if backups.GUIDE_FILE not in files:
        return
    store = call.store
    guide = guides.add_guide(store, place, files[backups.GUIDE_FILE].decode())
    for name, content in files.items():
        folder, _, bare = name.partition("/")
        if folder == backups.ASSETS:
            file = SentFile("file", bare.partition("_")[2] or bare, content)
            asset = guides.add_asset(store, guide, file, call.user.id)
            guide["markdown"] = guide["markdown"].replace(name, f"/api/assets/{asset['uuid']}")
    store.save("guides", guide)
