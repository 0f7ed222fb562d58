"""What a task's or job's data is like: its frames, and which of them are deleted."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox import permissions, workflow
from reconciler.sandbox.answers import Answer, as_json, invalid, refuse
from reconciler.sandbox.call import Call
from reconciler.sandbox.links import Doc
from reconciler.sandbox.media import Media, media_of, save_media
from reconciler.sandbox.new_jobs import frames_of


def task_of(call: Call) -> Doc:
    """Give the task of the path, which must have data."""
    task = call.store.get("tasks", call.arguments["id"])
    permissions.require(permissions.may_view_task(call, task))
    return _with_data(task)


def job_of(call: Call) -> tuple[Doc, Doc]:
    """Give the job of the path, and its task."""
    job = call.store.get("jobs", call.arguments["id"])
    permissions.require(permissions.may_view_job(call, job))
    return job, _with_data(call.store.get("tasks", job["task_id"]))


def _with_data(task: Doc) -> Doc:
    if not task.get("size"):
        # That it is refused is known; the words are ours.
        raise invalid("This task has no data attached yet. Please set up task data and try again")
    return task


def task_meta(call: Call) -> Answer:
    """Answer GET and PATCH /api/tasks/{id}/data/meta."""
    task = task_of(call)
    media = media_of(call.store, task)
    if call.method == "PATCH":
        media.deleted = _deleted(call)
        if strange := sorted(set(media.deleted) - set(range(media.size))):
            message = f"Unknown frames {', '.join(map(str, strange))} requested for removal"
            raise refuse(400, {"deleted_frames": [message]})
        _keep(call, task, media)
    return as_json(_shown(task, media, 0, media.size - 1, None))


def job_meta(call: Call) -> Answer:
    """Answer GET and PATCH /api/jobs/{id}/data/meta: only of the job's own frames."""
    job, task = job_of(call)
    media = media_of(call.store, task)
    chosen = frames_of(call.store, job)
    own = set(chosen) if chosen is not None else set(range(job["start_frame"], job["stop_frame"] + 1))
    if call.method == "PATCH":
        others = [frame for frame in media.deleted if frame not in own]
        deleted = _deleted(call)
        if strange := sorted(set(deleted) - own):
            raise invalid(f"Frames {', '.join(map(str, strange))} do not belong to the job")
        if chosen is not None:
            # What the ground truth leaves out stays in the task (CVAT's JobDataMetaWriteSerializer).
            media.disabled = deleted
        else:
            media.deleted = sorted([*others, *deleted])
        _keep(call, task, media)
    return as_json(_shown(task, media, job["start_frame"], job["stop_frame"], chosen))


def _deleted(call: Call) -> list[int]:
    return _numbers(call.data(), "deleted_frames")


def _numbers(sent: Doc, name: str) -> list[int]:
    given: Any = sent.get(name, [])
    if not isinstance(given, list) or not all(isinstance(frame, int) for frame in given):
        raise refuse(400, {name: ["A list of integers is required."]})
    if len(set(given)) < len(given):
        raise refuse(400, {name: ["Deleted frames cannot repeat"]})
    return sorted(given)


def _keep(call: Call, task: Doc, media: Media) -> None:
    """Write what is deleted: that moves the task's date, so that its next backup is made anew."""
    save_media(call.store, task["id"], media)
    call.store.save("tasks", {**task, "updated_date": call.store.clock.now()})
    workflow.touch_project(call.store, task["project_id"])


def _shown(task: Doc, media: Media, first: int, last: int, chosen: list[int] | None) -> Doc:
    own = range(first, last + 1) if chosen is None else chosen
    frames = media.frames
    return {
        "chapters": None,
        "chunks_updated_date": media.updated,
        "chunk_size": media.chunk_size,
        "size": len(own),
        "image_quality": task.get("image_quality", 70),
        "start_frame": media.source_number(first),
        "stop_frame": media.source_number(last),
        "frame_filter": media.frame_filter,
        "frames": [_frame(*frames[number]) for number in own],
        "deleted_frames": [frame for frame in (media.deleted if chosen is None else media.disabled) if frame in own],
        "included_frames": None if chosen is None else [media.source_number(frame) for frame in chosen],
        "storage": media.storage,
        "cloud_storage_id": task.get("data_cloud_storage_id"),
    }


def _frame(name: str, width: int, height: int) -> Doc:
    return {"width": width, "height": height, "name": name, "related_files": 0, "has_related_context": False}


def validation_layout(call: Call) -> Answer:
    """Answer GET and PATCH /api/tasks/{id}/validation_layout: which frames are ground truth, and which are left out."""
    task = call.store.get("tasks", call.arguments["id"])
    permissions.require(permissions.may_view_task(call, task))
    jobs = call.store.docs("jobs", "task_id = ? AND type = 'ground_truth'", (task["id"],))
    if call.method == "PATCH":
        if not jobs:
            raise invalid("Validation is not configured in the task")
        _leave_out(call, task, frames_of(call.store, jobs[0]) or [])
    return as_json(
        {
            "mode": task["validation_mode"],
            "frames_per_job_count": None,
            "validation_frames": frames_of(call.store, jobs[0]) if jobs else [],
            "disabled_frames": media_of(call.store, task).disabled if jobs else [],
            "honeypot_count": 0,
            "honeypot_frames": [],
            "honeypot_real_frames": [],
        }
    )


def _leave_out(call: Call, task: Doc, frames: list[int]) -> None:
    """As CVAT's TaskValidationLayoutWriteSerializer; there is no pool here whose frames could be changed."""
    sent: Doc = call.data()
    if "frame_selection_method" in sent:
        raise invalid("Honeypots can only be modified if the task validation mode is 'gt_pool'")
    if "disabled_frames" not in sent:
        return
    media = media_of(call.store, task)
    media.disabled = _numbers(sent, "disabled_frames")
    if strange := sorted(set(media.disabled) - set(frames)):
        named = ", ".join(map(str, strange))
        raise invalid(f"Unknown frames requested for exclusion from the validation set: {named}")
    _keep(call, task, media)
