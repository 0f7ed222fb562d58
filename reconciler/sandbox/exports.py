"""Exports: datasets and backups, made in the background and downloaded afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from reconciler.sandbox import datasets, formats, permissions
from reconciler.sandbox.answers import Answer, Refusal, as_file, denied, invalid, missing
from reconciler.sandbox.background import Order, Outcome, operation
from reconciler.sandbox.backups import project_backup, task_backup
from reconciler.sandbox.call import Call
from reconciler.sandbox.clock import stamp
from reconciler.sandbox.links import Doc
from reconciler.sandbox.store import Store

_KEPT = timedelta(days=1)
Maker = Callable[[], bytes]


def export_task_dataset(call: Call) -> Answer:
    """Answer POST /api/tasks/{id}/dataset/export."""
    task = _task(call)
    return _dataset(call, "task", task, lambda name, pictures: datasets.of_task(call, task["id"], name, pictures))


def export_job_dataset(call: Call) -> Answer:
    """Answer POST /api/jobs/{id}/dataset/export."""
    job = call.store.get("jobs", call.arguments["id"])
    permissions.require(permissions.may_view_job(call, job))
    return _dataset(call, "job", job, lambda name, pictures: datasets.of_job(call, job["id"], name, pictures))


def export_project_dataset(call: Call) -> Answer:
    """Answer POST /api/projects/{id}/dataset/export."""
    project = _project(call)
    key = project["id"]
    return _dataset(call, "project", project, lambda name, pictures: datasets.of_project(call, key, name, pictures))


def export_task_backup(call: Call) -> Answer:
    """Answer POST /api/tasks/{id}/backup/export.

    ``lightweight`` leaves out the pictures of tasks on cloud storages, of which there are none here.
    """
    task = call.store.get("tasks", call.arguments["id"])
    permissions.require(permissions.may_view_task(call, task))
    if not task.get("size"):
        raise invalid("Backup of a task without data is not allowed")  # the words of CVAT's BackupExporter
    name = f"task_{task['name']}_backup"
    return _backup(call, "task", task, name, lambda: task_backup(call.store, call.store.get("tasks", task["id"])))


def export_project_backup(call: Call) -> Answer:
    """Answer POST /api/projects/{id}/backup/export."""
    project = _project(call)
    name = f"project_{project['name']}_backup"
    return _backup(call, "project", project, name, lambda: project_backup(call.store, project["id"]))


def _task(call: Call) -> Doc:
    task = call.store.get("tasks", call.arguments["id"])
    permissions.require(permissions.may_view_task(call, task))
    if not task.get("size"):
        # The words are known of annotations (recorded); that the status is 400, of exports.
        message = "Exporting a task without data is not allowed"
        raise Refusal(Answer(400, message, "text/html; charset=utf-8"))
    return task


def _project(call: Call) -> Doc:
    project = call.store.get("projects", call.arguments["id"])
    permissions.require(permissions.may_view_project(call, project))
    return project


def _dataset(call: Call, target: str, doc: Doc, make: Callable[[str, bool], bytes]) -> Answer:
    bucket = _bucket(call, doc)
    name = call.query.get("format", "")
    if not formats.is_exported(name, call.version):
        raise invalid("Unknown format specified for the request")
    pictures = call.query.get("save_images", "false").lower() == "true"
    what = "dataset" if pictures else "annotations"
    asked = operation(f"export:{what}", target, _places(target, doc), format_name=name)
    encoded = name.replace(" ", "_").replace(".", "~")
    rq_id = f"{_rq_id(call, target, doc)}&format={encoded}&subresource={what}"
    title = f"{target}_{doc['id']}_{what}", f"_{name}.{formats.extension(name)}"
    export = _Export(call, target, doc["id"], rq_id, "dataset", title, lambda: make(name, pictures), bucket)
    return call.background.submit(Order(rq_id, asked, call.user.identifiers, _KEPT), export.work, begin=export.begin)


def _backup(call: Call, target: str, doc: Doc, title: str, make: Maker) -> Answer:
    bucket = _bucket(call, doc)
    given = call.query.get("lightweight")
    lightweight = None if given is None else given.lower() == "true"
    asked = operation("export:backup", target, _places(target, doc), lightweight=lightweight)
    rq_id = f"{_rq_id(call, target, doc)}&subresource=backup"
    export = _Export(call, target, doc["id"], rq_id, "backup", (title, ".zip"), make, bucket)
    return call.background.submit(Order(rq_id, asked, call.user.identifiers, _KEPT), export.work, begin=export.begin)


def _bucket(call: Call, doc: Doc) -> Path | None:
    """The cloud storage that an export goes to, as is asked or, where nothing is, as the object is set up.

    None is the server's own disk, from which it is downloaded: the only place that a read-only token may have an
    export at (CVAT's source: access_token_plugin.tasks.rego).
    """
    asked, own = call.query.get("location"), doc.get("target_storage") or {}
    if (asked or own.get("location")) != "cloud_storage":
        return None
    if call.user.read_only:
        raise denied()
    key = str(call.query.get("cloud_storage_id", "") if asked else own.get("cloud_storage_id"))
    if not key.isdecimal() or not 1 <= int(key) <= len(call.clouds):
        raise invalid(f"The specified cloud storage {key} does not exist.")
    return call.clouds[int(key) - 1]


def _rq_id(call: Call, target: str, doc: Doc) -> str:
    return f"action=export&target={target}&target_id={doc['id']}&user_id={call.user.id}"


def _places(target: str, doc: Doc) -> dict[str, int | None]:
    if target == "project":
        return {"project_id": doc["id"]}
    if target == "task":
        return {"project_id": doc["project_id"], "task_id": doc["id"]}
    return {"project_id": doc["project_id"], "task_id": doc["task_id"], "job_id": doc["id"]}


@dataclass
class _Export:
    """One export: what it holds is read when it is started, and it is known when it is finished."""

    call: Call
    target: str
    id: int
    rq_id: str
    what: str
    title: tuple[str, str]
    make: Maker
    bucket: Path | None
    _read: tuple[str, str, bytes] | None = field(default=None, init=False)
    """The date of the object, the file's name, and the file."""

    @property
    def _key(self) -> str:
        return self.rq_id.replace(f"&user_id={self.call.user.id}", "")

    def begin(self) -> None:
        """Make the file, or take the one that was made before.

        It is made again only when the object's date has moved, as on a real server: a change to a job alone can be
        missing from a backup.
        """
        store = self.call.store
        updated = _updated(store, self.target, self.id)
        kept = store.rows("SELECT name, content FROM exports WHERE key = ? AND updated = ?", (self._key, updated))
        name = f"{self.title[0]}_{stamp(updated)}{self.title[1]}".lower()
        self._read = (updated, kept[0][0], bytes(kept[0][1])) if kept else (updated, name, self.make())

    def work(self) -> Outcome:
        """Put it where it is to go. What goes to a cloud storage has no address here."""
        store = self.call.store
        store.get(f"{self.target}s", self.id)
        if self._read is None:
            self.begin()
        assert self._read is not None
        updated, name, content = self._read
        if self.bucket is not None:
            (self.bucket / name).write_bytes(content)
            return Outcome()
        store.execute("INSERT OR REPLACE INTO exports VALUES (?, ?, ?, ?)", (self._key, updated, name, content))
        url = f"/api/{self.target}s/{self.id}/{self.what}/download?rq_id={quote(self.rq_id, safe='~')}"
        return Outcome(url, export=self._key)


def _updated(store: Store, target: str, key: int) -> str:
    doc = store.get(f"{target}s", key)
    if target != "project":
        return str(doc["updated_date"])
    tasks = store.docs("tasks", "project_id = ?", (key,))
    return str(max([doc["updated_date"], *(task["updated_date"] for task in tasks)]))


def download(call: Call) -> Answer:
    """Answer GET …/dataset/download and …/backup/download, to whoever asked for the export."""
    sql = (
        "SELECT e.name, e.content FROM requests r JOIN exports e ON e.key = r.export"
        " WHERE r.id = ? AND (r.user_id = ? OR ?)"
    )
    rows = call.store.rows(sql, (call.query.get("rq_id", ""), call.user.id, call.user.is_admin))
    if not rows:
        raise missing("Request")
    [(name, content)] = rows
    safe = "".join("_" if character in '"/\\' else character for character in name if character.isprintable())
    kind = "application/zip" if name.endswith(".zip") else "text/tab-separated-values"
    return as_file(bytes(content), kind, safe.encode("ascii", "replace").decode())
