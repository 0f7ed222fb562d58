"""Making a dataset's file: which formats the sandbox writes, and of what."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.sandbox import annotation_rows, datumaro, xml_meta
from reconciler.sandbox.annotation_checks import label_book
from reconciler.sandbox.annotation_data import annotation_jobs
from reconciler.sandbox.archives import packed
from reconciler.sandbox.call import Call
from reconciler.sandbox.links import Doc
from reconciler.sandbox.media import content_of, media_of
from reconciler.sandbox.new_jobs import frames_of
from reconciler.sandbox.store import Store
from reconciler.sandbox.xml_writing import Part, document

_XML, _JSON, _TSV = "CVAT for images 1.1", "Datumaro 1.0", "Generic TSV 1.0"
_NO_INTERVALS = b"id\tfilename\tstart\tstop\tlabel\tsource\tscore\r\n"
"""What an audio task is written as that has no annotations (CVAT, dataset_manager/formats/audio_tsv.py)."""


def _require(name: str, *known: str) -> None:
    if name not in known:
        raise NotImplementedError(f"The sandbox exports only {' and '.join(known)} here, not {name}")


def of_task(call: Call, task_id: int, name: str, pictures: bool) -> bytes:
    """Make the dataset of a task, but for its deleted frames."""
    _require(name, _XML, _JSON, _TSV)
    if name == _TSV and pictures:
        raise ValueError("Media export as dataset is not supported for audio tasks")
    if name == _TSV:
        return _NO_INTERVALS
    store = call.store
    task = store.get("tasks", task_id)
    part = _part(store, task)
    if name == _JSON:
        return _json_file(store, task_id, part, pictures)
    jobs = store.docs("jobs", "task_id = ? AND type = 'annotation'", (task_id,))
    meta = xml_meta.of_task(store, task, part.media, jobs, call.origin)
    return _file(store, "task", meta, [(task_id, "images/", part)] if pictures else [], [part])


def of_job(call: Call, job_id: int, name: str, pictures: bool) -> bytes:
    """Make the dataset of a job."""
    _require(name, _XML, _JSON)
    store = call.store
    job = store.get("jobs", job_id)
    task = store.get("tasks", job["task_id"])
    media, labels = media_of(store, task), label_book(store, task)
    own = frames_of(store, job) or range(job["start_frame"], job["stop_frame"] + 1)
    frames = [frame for frame in own if frame not in media.deleted]
    part = Part(media, frames, annotation_rows.read_job(store, job, labels), labels, {})
    if name == _JSON:
        return _json_file(store, task["id"], part, pictures)
    meta = xml_meta.of_job(store, job, task, media, call.origin)
    return _file(store, "job", meta, [(task["id"], "images/", part)] if pictures else [], [part])


def of_project(call: Call, project_id: int, name: str, pictures: bool) -> bytes:
    """Make the dataset of a project: of all its tasks that have data."""
    _require(name, _XML)
    store = call.store
    parts, metas, folders = [], [], []
    for task in store.docs("tasks", "project_id = ? AND json_extract(doc, '$.size')", (project_id,)):
        subset = task["subset"] or "default"
        part = _part(store, task, {"subset": subset, "task_id": str(task["id"])})
        jobs = store.docs("jobs", "task_id = ? AND type = 'annotation'", (task["id"],))
        metas.append(("task", xml_meta.of_task(store, task, part.media, jobs, call.origin, labels=False)))
        parts.append(part)
        folders.append((task["id"], f"images/{subset}/", part))
    meta = xml_meta.of_project(store, store.get("projects", project_id), list(metas))
    return _file(store, "project", meta, folders if pictures else [], parts)


def _part(store: Store, task: Doc, picture: dict[str, str] | None = None) -> Part:
    labels, media = label_book(store, task), media_of(store, task)
    annotations = annotation_rows.read_task(store, task, annotation_jobs(store, task), labels)
    frames = [frame for frame in range(media.size) if frame not in media.deleted]
    return Part(media, frames, annotations, labels, picture or {})


def _json_file(store: Store, task_id: int, part: Part, pictures: bool) -> bytes:
    files = {"annotations/default.json": datumaro.written(part).encode()}
    sources = [part.media.frames[frame] for frame in part.frames] if pictures else []
    return packed(files | {f"images/default/{name[0]}": content_of(store, task_id, name) for name in sources})


def _file(store: Store, kind: str, meta: Doc, folders: Iterable[tuple[int, str, Part]], parts: Iterable[Part]) -> bytes:
    files = {"annotations.xml": document(kind, meta, parts, store.clock.now()).encode()}
    for task_id, folder, part in folders:
        for frame in part.frames:
            source = part.media.frames[frame]
            files[folder + source[0]] = content_of(store, task_id, source)
    return packed(files)
