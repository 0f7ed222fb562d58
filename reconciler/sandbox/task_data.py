"""What a task is made of: sending its data, which makes its jobs."""

from __future__ import annotations

import json
from collections.abc import Iterator

from reconciler.sandbox import permissions, workflow
from reconciler.sandbox.answers import Answer, as_json, refuse
from reconciler.sandbox.background import record
from reconciler.sandbox.call import Call
from reconciler.sandbox.links import Doc, link
from reconciler.sandbox.store import Store

_VIDEOS = (".mp4", ".avi", ".mov", ".mkv", ".webm")


def upload_data(call: Call) -> Answer:
    """Answer POST /api/tasks/{id}/data: the files come with it; the work is done before it answers."""
    store = call.store
    task = store.get("tasks", call.arguments["id"])
    permissions.require(permissions.may_view_task(call, task))
    if "size" in task:
        raise refuse(400, "Adding more data is not supported")
    sent = call.data()
    rq_id = f"action=create&target=task&target_id={task['id']}"
    failure = ""
    if call.files:
        add_data(store, task, call.files, int(sent.get("image_quality") or 70))
    else:
        # There is no share and no network here, so that nothing else can be found either.
        failure = "ValueError: No media data found\n"
    record(call, rq_id, "create:task", task, failure)
    return as_json({"rq_id": rq_id}, 202)


def add_data(store: Store, task: Doc, names: list[str], quality: int = 70) -> None:
    """Give a task its frames and its jobs."""
    size = len(names)
    video = size == 1 and names[0].lower().endswith(_VIDEOS)
    mode = "interpolation" if video else "annotation"
    segment = min(task["segment_size"] or size, size)
    overlap = task["overlap"] if task["overlap"] is not None else (5 if video else 0)
    overlap = min(overlap, segment // 2)
    task.update(data_fields(store, size, quality), mode=mode, segment_size=segment, overlap=overlap)
    replicas = store.value("SELECT replicas FROM tasks WHERE id = ?", (task["id"],))
    for start, stop in segments(size, segment, overlap):
        parent = new_job(store, task, start, stop)
        parent["consensus_replicas"] = replicas
        store.insert("jobs", parent)
        for _ in range(replicas):
            replica = new_job(store, task, start, stop, "consensus_replica")
            store.insert("jobs", {**replica, "parent_job_id": parent["id"]})
    task.update(jobs=workflow.summary(store, task["id"]), updated_date=store.clock.now())
    store.save("tasks", task)
    store.execute("UPDATE tasks SET frames = ? WHERE id = ?", (json.dumps(names), task["id"]))
    workflow.jobs_follow(store, task)


def data_fields(store: Store, size: int, quality: int = 70) -> Doc:
    """Give the fields that only a task with data has."""
    return {
        "data_chunk_size": 72,
        "data_original_chunk_type": "imageset",
        "data_compressed_chunk_type": "imageset",
        "data_cloud_storage_id": None,
        "size": size,
        "image_quality": quality,
        "data": store.next_id("data"),
    }


def segments(size: int, segment: int, overlap: int) -> Iterator[tuple[int, int]]:
    """Give the first and last frame of each job."""
    for start in range(0, max(size - overlap, 1), max(segment - overlap, 1)):
        yield start, min(start + segment, size) - 1


def new_job(store: Store, task: Doc, start: int, stop: int, kind: str = "annotation") -> Doc:
    """Give the document of a job that is about to be created."""
    key = store.next_id("jobs")
    created = store.clock.now()
    return {
        "url": link(f"/api/jobs/{key}"),
        "id": key,
        "task_id": task["id"],
        "project_id": task["project_id"],
        "assignee": None,
        "guide_id": None,
        "dimension": task["dimension"],
        "bug_tracker": task["bug_tracker"] or None,
        "status": "annotation",
        "stage": "annotation",
        "state": "new",
        "mode": task["mode"],
        "frame_count": stop - start + 1,
        "start_frame": start,
        "stop_frame": stop,
        "data_chunk_size": 72,
        "data_compressed_chunk_type": "imageset",
        "data_original_chunk_type": "imageset",
        "created_date": created,
        "updated_date": store.clock.now(),
        "issues": {"url": link(f"/api/issues?job_id={key}"), "count": 0},
        "labels": {"url": link(f"/api/labels?job_id={key}")},
        "type": kind,
        "organization": task["organization_id"],
        "target_storage": None,
        "source_storage": None,
        "assignee_updated_date": None,
        "parent_job_id": None,
        "consensus_replicas": 0,
    }
