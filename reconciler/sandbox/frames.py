"""Frames as pictures: one by one, in chunks, and as previews."""

from __future__ import annotations

from pathlib import PurePosixPath

from reconciler.sandbox import permissions, pictures
from reconciler.sandbox.answers import Answer, as_file, missing, refuse
from reconciler.sandbox.call import Call
from reconciler.sandbox.data_meta import job_of, task_of
from reconciler.sandbox.links import Doc
from reconciler.sandbox.media import Media, content_of, media_of


def task_frames(call: Call) -> Answer:
    """Answer GET /api/tasks/{id}/data."""
    task = task_of(call)
    return _frames(call, task, 0, task["size"] - 1)


def job_frames(call: Call) -> Answer:
    """Answer GET /api/jobs/{id}/data: frames go by their numbers in the task, chunks by those in the job."""
    job, task = job_of(call)
    return _frames(call, task, job["start_frame"], job["stop_frame"])


def _frames(call: Call, task: Doc, first: int, last: int) -> Answer:
    kind = call.query.get("type", "")
    number = call.query.get("number", call.query.get("index", ""))
    quality = call.query.get("quality", "compressed")
    if kind not in ("chunk", "frame", "context_image") or not number.isdigit():
        raise refuse(400, ["type, number and quality say which data is wanted"])
    media = media_of(call.store, task)
    if kind == "frame":
        if not first <= int(number) <= last:
            raise refuse(404, {"detail": "Frame not found"})
        content = _content(call, task, media, int(number), quality)
        return as_file(content, pictures.mime_type(content))
    start = first + int(number) * media.chunk_size
    if kind == "context_image" or start > last:
        raise refuse(404, {"detail": "Frame not found"})
    wanted = range(start, min(start + media.chunk_size - 1, last) + 1)
    packed = ((_extension(media, frame, quality), _content(call, task, media, frame, quality)) for frame in wanted)
    return as_file(pictures.chunk(packed), "application/zip")


def _content(call: Call, task: Doc, media: Media, frame: int, quality: str) -> bytes:
    content = content_of(call.store, task["id"], media.frames[frame])
    return content if quality == "original" else pictures.as_jpeg(content, int(task.get("image_quality", 70)))


def _extension(media: Media, frame: int, quality: str) -> str:
    return PurePosixPath(media.frames[frame][0]).suffix if quality == "original" else ".jpeg"


def task_preview(call: Call) -> Answer:
    """Answer GET /api/tasks/{id}/preview."""
    return _preview(call, task_of(call), 0)


def job_preview(call: Call) -> Answer:
    """Answer GET /api/jobs/{id}/preview."""
    job, task = job_of(call)
    return _preview(call, task, job["start_frame"])


def project_preview(call: Call) -> Answer:
    """Answer GET /api/projects/{id}/preview: of its first task that has data."""
    project = call.store.get("projects", call.arguments["id"])
    permissions.require(permissions.may_view_project(call, project))
    tasks = call.store.docs("tasks", "project_id = ? AND json_extract(doc, '$.size')", (project["id"],))
    if not tasks:
        raise missing("Task")
    return _preview(call, tasks[0], 0)


def _preview(call: Call, task: Doc, frame: int) -> Answer:
    content = content_of(call.store, task["id"], media_of(call.store, task).frames[frame])
    return as_file(pictures.preview(content), "image/jpeg")
