"""What a single task or job holds: its data, annotations, quality settings; and what the server can do."""

from __future__ import annotations

from typing import Literal

from pydantic import JsonValue

from reconciler.cvat.calls import as_model, as_object, call
from reconciler.cvat.details import Asset, DataMeta, FileFormat, Formats
from reconciler.cvat.session import Session


def data_meta(session: Session, task_id: int) -> DataMeta | None:
    """What a task's data is like; None when it has none, or does not exist."""
    return _meta(session, "task", task_id)


def job_data_meta(session: Session, job_id: int) -> DataMeta | None:
    """What a job's data is like; None when the job does not exist."""
    return _meta(session, "job", job_id)


def _meta(session: Session, kind: Literal["task", "job"], number: int) -> DataMeta | None:
    doing = f"the data of {kind} {number} cannot be read"
    # A task without data is refused: "No media data found…" and the like, 400 on 2.54 (sandbox: data_meta.py).
    answer = call(session, "GET", f"/api/{kind}s/{number}/data/meta", doing, gzip=True, accept=(400, 404))
    return as_model(DataMeta, answer, doing) if answer.ok else None


def labeled_data(session: Session, kind: Literal["task", "job"], number: int) -> dict[str, JsonValue]:
    """Tags, shapes and tracks as the server gives them."""
    doing = f"the annotations of {kind} {number} cannot be read"
    return as_object(call(session, "GET", f"/api/{kind}s/{number}/annotations", doing, gzip=True, patient=True), doing)


def quality_settings(session: Session, task_id: int) -> dict[str, JsonValue] | None:
    """A task's quality settings as the server gives them; None when there are none."""
    doing = f"the quality settings of task {task_id} cannot be read"
    answer = call(session, "GET", "/api/quality/settings", doing, query={"task_id": task_id}, accept=(404,))
    if answer.status == 404:
        return None
    found = as_object(answer, doing).get("results")
    if not isinstance(found, list):
        return None
    return next((item for item in found if isinstance(item, dict) and item.get("task_id") == task_id), None)


def left_out(session: Session, task_id: int) -> tuple[int, ...]:
    """The frames of a task's ground truth that are not counted; of a task without any, none."""
    doing = f"the validation of task {task_id} cannot be read"
    answer = call(session, "GET", f"/api/tasks/{task_id}/validation_layout", doing, accept=(404,))
    frames = as_object(answer, doing).get("disabled_frames") if answer.ok else None
    return tuple(frame for frame in frames if isinstance(frame, int)) if isinstance(frames, list) else ()


def formats(session: Session) -> Formats:
    """The formats that the server can import and export; those that it has turned off are left out."""
    doing = "the server's formats cannot be listed"
    given = as_object(call(session, "GET", "/api/server/annotation/formats", doing), doing)
    return Formats(importers=_listed(given.get("importers")), exporters=_listed(given.get("exporters")))


def _listed(given: JsonValue) -> tuple[FileFormat, ...]:
    items = [item for item in given if isinstance(item, dict)] if isinstance(given, list) else []
    return tuple(_format(item) for item in items if "name" in item and item.get("enabled") is not False)


def _format(item: dict[str, JsonValue]) -> FileFormat:
    said = {key: str(item[key]) for key in ("ext", "dimension") if item.get(key)}
    return FileFormat.model_validate({"name": str(item["name"]), **said})


def asset(session: Session, uuid: str) -> Asset:
    """A picture of a guide."""
    answer = call(session, "GET", f"/api/assets/{uuid}", f"the guide's picture {uuid} cannot be read")
    return Asset(_filename(answer.headers.get("content-disposition", "")), answer.body)


def _filename(disposition: str) -> str:
    _, found, rest = disposition.partition('filename="')
    return rest.partition('"')[0] if found else ""
