"""Making the jobs of a task: which frames each has, their replicas, the ground truth."""

from __future__ import annotations

import json
from collections.abc import Iterator

from reconciler.sandbox import workflow
from reconciler.sandbox.links import Doc, link
from reconciler.sandbox.store import Store


def segments(size: int, segment: int, overlap: int) -> Iterator[tuple[int, int]]:
    """Give the first and last frame of each job."""
    for start in range(0, max(size - overlap, 1), max(segment - overlap, 1)):
        yield start, min(start + segment, size) - 1


def add_jobs(store: Store, task: Doc, ranges: list[tuple[int, int]]) -> None:
    """Add the annotation jobs of a task that just got its frames, each followed by its replicas."""
    replicas = store.value("SELECT replicas FROM tasks WHERE id = ?", (task["id"],))
    for start, stop in ranges:
        parent = new_job(store, task, start, stop)
        parent["consensus_replicas"] = replicas
        store.insert("jobs", parent)
        for _ in range(replicas):
            replica = new_job(store, task, start, stop, "consensus_replica")
            store.insert("jobs", {**replica, "parent_job_id": parent["id"]})


def add_ground_truth(store: Store, task: Doc, frames: list[int]) -> Doc:
    """Add the ground truth job over some of a task's frames."""
    job = new_job(store, task, 0, task["size"] - 1, "ground_truth")
    job["frame_count"] = len(frames)
    store.insert("jobs", job, frames=json.dumps(frames))
    task["validation_mode"] = "gt"
    store.save("tasks", task)
    workflow.jobs_changed(store, task["id"])
    workflow.jobs_follow(store, task)
    return job


def frames_of(store: Store, job: Doc) -> list[int] | None:
    """Give the frames of a ground truth job; other jobs have all of their range, and None."""
    if job["type"] != "ground_truth":
        return None
    known = store.value("SELECT frames FROM jobs WHERE id = ?", (job["id"],))
    # What came from lists does not tell which frames: they are spread over the range.
    return json.loads(known) if known else spread(job["start_frame"], job["stop_frame"], job["frame_count"])


def spread(start: int, stop: int, count: int) -> list[int]:
    """Choose frames of a range: the same ones every time, where a real server chooses by chance."""
    size = stop - start + 1
    return [start + number * size // count for number in range(count)]


def new_job(store: Store, task: Doc, start: int, stop: int, kind: str = "annotation") -> Doc:
    """Give the document of a job that is about to be created."""
    key, created = store.next_id("jobs"), store.clock.now()
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
        "data_chunk_size": task.get("data_chunk_size", 72),
        "data_compressed_chunk_type": "imageset",
        "data_original_chunk_type": "imageset",
        "created_date": created,
        "updated_date": store.clock.now(),
        "issues": {"url": link(f"/api/issues?job_id={key}"), "count": 0},
        "labels": {"url": link(f"/api/labels?job_id={key}")},
        "type": kind,
        "organization": task["organization_id"],
        "target_storage": task["target_storage"],
        "source_storage": task["source_storage"],
        "assignee_updated_date": None,
        "parent_job_id": None,
        "consensus_replicas": 0,
    }
