"""Importing annotations from a file: all of it, or nothing and what was there stays."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta

from reconciler.sandbox import annotation_data, datumaro, formats, permissions, uploads
from reconciler.sandbox.annotation_checks import KINDS, checked_annotations, label_book
from reconciler.sandbox.answers import Answer, invalid, refuse
from reconciler.sandbox.archives import members
from reconciler.sandbox.background import Order, Outcome, operation
from reconciler.sandbox.call import Call
from reconciler.sandbox.links import Doc
from reconciler.sandbox.media import media_of
from reconciler.sandbox.store import Store
from reconciler.sandbox.xml_reading import Reader

_XML, _JSON = "CVAT 1.1", "Datumaro 1.0"
_MODES = ("replace", "append")
_KEPT = timedelta(days=30)
_Write = Callable[[Doc, bool], None]


def import_into_task(call: Call) -> Answer:
    """Answer POST /api/tasks/{id}/annotations/: each message of an upload."""
    task = call.store.get("tasks", call.arguments["id"])
    permissions.require(permissions.may_view_task(call, task))

    def write(found: Doc, replace: bool) -> None:
        fresh = call.store.get("tasks", task["id"])
        jobs = annotation_data.annotation_jobs(call.store, fresh)
        if replace:
            annotation_data.clear(call.store, jobs)
        annotation_data.write_task(call.store, fresh, jobs, found, "create")

    return _receive(call, "task", task["id"], task, write)


def import_into_job(call: Call) -> Answer:
    """Answer POST /api/jobs/{id}/annotations/: what lies outside of the job is left out."""
    job = call.store.get("jobs", call.arguments["id"])
    permissions.require(permissions.may_view_job(call, job))

    def write(found: Doc, replace: bool) -> None:
        if replace:
            annotation_data.clear(call.store, [job])
        annotation_data.write_job(call.store, job, annotation_data.part(found, job), "create")

    return _receive(call, "job", job["id"], call.store.get("tasks", job["task_id"]), write)


def _receive(call: Call, target: str, key: int, task: Doc, write: _Write) -> Answer:
    if not task.get("size"):
        raise invalid("Importing annotations into a task without data is not allowed")

    def finish(call: Call, files: list[tuple[str, bytes]]) -> Answer:
        name = call.query.get("format", "")
        if not formats.is_imported(name, call.version):
            raise invalid(f"Unknown input format '{name}'")
        mode = call.query.get("import_mode", "replace")
        if mode not in _MODES:
            raise refuse(400, {"import_mode": [f'"{mode}" is not a valid choice.']})
        if not files:
            raise invalid("No file was uploaded")

        def work() -> Outcome:
            write(_read(call.store, task["id"], name, files[0][1]), mode == "replace")
            return Outcome()

        job_id = key if target == "job" else None
        places = {"project_id": task["project_id"], "task_id": task["id"], "job_id": job_id}
        asked = operation("import:annotations", target, places)
        rq_id = f"action=import&target={target}&target_id={key}&subresource=annotations"
        return call.background.submit(Order(rq_id, asked, call.user.identifiers, _KEPT, _KEPT), work)

    return uploads.receive(call, f"{target}s/{key}/annotations", finish)


def _read(store: Store, task_id: int, name: str, content: bytes) -> Doc:
    if name not in (_XML, _JSON):
        raise NotImplementedError(f"The sandbox imports only {_XML} and {_JSON}, not {name}")
    task = store.get("tasks", task_id)
    media, labels = media_of(store, task), label_book(store, task)
    if name == _JSON:
        found = [datumaro.read(document, media, labels) for document in _documents(content, ".json")]
        merged = {kind: [item for one in found for item in one[kind]] for kind in KINDS}
        return checked_annotations(merged)
    reader = Reader(media, labels)
    for document in _documents(content, ".xml"):
        reader.read(document)
    return checked_annotations(reader.found)


def _documents(content: bytes, ending: str) -> list[bytes]:
    """Give the documents in a file: those in an archive, or the file itself."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return [content]
    documents = [inner for path, inner in members(content).items() if path.lower().endswith(ending)]
    if not documents:
        raise ValueError(f"Dataset must contain a file: *{ending}")
    return documents
