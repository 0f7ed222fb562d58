"""Sending a task its data, which makes its jobs: the files with it or before it, or only their names."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from reconciler.sandbox import data_checks, permissions, uploads
from reconciler.sandbox.answers import Answer, crash, refuse
from reconciler.sandbox.background import Order, Outcome, operation
from reconciler.sandbox.call import Call
from reconciler.sandbox.data_creation import Request, create_data
from reconciler.sandbox.downloads import download
from reconciler.sandbox.fields import Anything, Choice, Field, Flag, Integer, Text, checked
from reconciler.sandbox.links import Doc
from reconciler.sandbox.share import read_share

_KEPT = timedelta(seconds=500)
_LARGEST_FILE_LIST = 100_000
_NAMED = ("server_files", "remote_files")

_FIELDS: dict[str, Field] = {
    "image_quality": Integer(least=0, most=100),
    "chunk_size": Integer(null=True, least=1),
    "start_frame": Integer(least=0),
    "stop_frame": Integer(least=0),
    "frame_filter": Text(256, blank=True),
    "use_zip_chunks": Flag(),
    "use_cache": Flag(),
    "copy_data": Flag(),
    "storage_method": Choice(("cache", "file_system")),
    "sorting_method": Choice(("lexicographical", "natural", "predefined", "random")),
    "cloud_storage_id": Integer(null=True),
    "server_files": Anything(),
    "server_files_exclude": Anything(),
    "remote_files": Anything(),
    "job_file_mapping": Anything(),
    "upload_file_order": Anything(),
    "validation_params": Anything(),
}


def upload_data(call: Call) -> Answer:
    """Answer POST /api/tasks/{id}/data: each message of an upload, or all in one."""
    task = call.store.get("tasks", call.arguments["id"])
    permissions.require(permissions.may_view_task(call, task))
    if task.get("size"):
        raise refuse(400, "Adding more data is not supported")
    if "size" not in task:
        # The first message of all makes a record of data, empty and shown as such (CVAT's source, TaskViewSet.data).
        task.update(size=0, image_quality=50, data=call.store.next_id("data"), data_chunk_size=None)
        task.update(data_original_chunk_type="imageset", data_compressed_chunk_type="imageset")
        task.update(data_cloud_storage_id=None)
        call.store.save("tasks", task)
    if "upload-multiple" in call.headers:
        checked(call.data(), _FIELDS, required=("image_quality",))
    return uploads.receive(call, _place(task), _start, keep_names=True)


def _place(task: Doc) -> str:
    return f"tasks/{task['id']}/data"


def _start(call: Call, files: list[tuple[str, bytes]]) -> Answer:
    store = call.store
    task = store.get("tasks", call.arguments["id"])
    data = checked(call.data(), _FIELDS, required=("image_quality",))
    _refuse_what_is_not_here(call, data)
    data_checks.check(data, [name for name, _ in files])
    for kind in _NAMED:
        data[kind] = _with_earlier(call, f"{_place(task)}/{kind}", data.get(kind) or [])
    task.update(image_quality=data["image_quality"])
    store.save("tasks", task)
    sent = _request(data, dict(files))
    cloud = data.get("cloud_storage_id")
    share = call.share if cloud is None else call.clouds[cloud - 1]

    def work() -> Outcome:
        for name in uploads.missing(store, _place(task)):
            raise FileNotFoundError(2, "No such file or directory", f"/home/django/data/data/{task['data']}/raw/{name}")
        sent.files |= download(data.get("remote_files") or ())
        if data.get("server_files"):
            found = read_share(share, data["server_files"], data.get("server_files_exclude", ()))
            sent.files |= found
            sent.storage = "cloud_storage" if cloud else "local" if data.get("copy_data") else "share"
            sent.cloud = cloud
        create_data(store, store.get("tasks", task["id"]), sent)
        uploads.forget(store, _place(task))
        return Outcome()

    asked = operation("create:task", "task", {"project_id": task["project_id"], "task_id": task["id"]})
    order = Order(f"action=create&target=task&target_id={task['id']}", asked, call.user.identifiers, _KEPT)
    return call.background.submit(order, work)


def _with_earlier(call: Call, place: str, names: list[str]) -> list[str]:
    """What an earlier request that failed has named is still there, and may not be named again (CVAT's models)."""
    if len(set(names)) < len(names) or any(uploads.is_known(call.store, place, name) for name in names):
        raise crash()
    for name in names:
        uploads.keep(call.store, place, name, b"")
    return uploads.names(call.store, place)


def _refuse_what_is_not_here(call: Call, data: Doc) -> None:
    key = data.get("cloud_storage_id")
    if key is not None and not 1 <= key <= len(call.clouds):
        raise refuse(400, {"cloud_storage_id": [f'Invalid pk "{key}" - object does not exist.']})
    if (data.get("validation_params") or {}).get("mode", "gt") != "gt":
        raise refuse(400, {"validation_params": {"mode": ["The sandbox has ground truth jobs, but no pools."]}})
    for name in ("server_files", "server_files_exclude", "remote_files"):
        if not isinstance(data.get(name, []), list):
            raise refuse(400, {name: [f'Expected a list of items but got type "{type(data[name]).__name__}".']})


def _request(data: Doc, files: dict[str, bytes]) -> Request:
    names = ("image_quality", "start_frame", "stop_frame", "frame_filter", "chunk_size", "sorting_method")
    return Request(
        files,
        **{name: data[name] for name in (*names, "storage_method", "job_file_mapping") if data.get(name) is not None},
        order=list(data.get("upload_file_order") or _names(data, files)),
        validation=data.get("validation_params"),
    )


def _names(data: Doc, files: Iterable[str]) -> list[str]:
    return [*files, *(Path(name).name for name in data.get("server_files") or ())][:_LARGEST_FILE_LIST]
