"""Annotation guides, and the pictures in them."""

from __future__ import annotations

import re
import uuid

from reconciler.sandbox import permissions, pictures, workflow
from reconciler.sandbox.answers import Answer, as_file, as_json, crash, denied, invalid, missing, nothing, refuse
from reconciler.sandbox.call import Call, SentFile, brief_user
from reconciler.sandbox.fields import Field, Integer, Text, checked
from reconciler.sandbox.links import Doc
from reconciler.sandbox.store import Store

_ASSET = re.compile(r"/api/assets/([0-9a-f-]{36})")
_LARGEST_ASSET = 10 * 2**20
_MOST_ASSETS = 100

_FIELDS: dict[str, Field] = {
    "task_id": Integer(null=True),
    "project_id": Integer(null=True),
    "markdown": Text(blank=True),
}


def create_guide(call: Call) -> Answer:
    """Answer POST /api/guides: of a project, or of a task (in a project too)."""
    store = call.store
    data = checked(call.data(), _FIELDS)
    place = {name: data.get(name) for name in ("task_id", "project_id")}
    if (place["task_id"] is None) == (place["project_id"] is None):
        raise refuse(400, {"non_field_errors": ["One of project_id or task_id must be specified"]})
    _require(call, place, change=True)
    for name, key in place.items():
        if key is not None and store.value(f"SELECT 1 FROM guides WHERE {name} = ?", (key,)):  # noqa: S608
            # A second guide for one object breaks the server (recorded from CVAT 2.54.1).
            raise crash()
    return as_json(_brief(add_guide(store, place, data.get("markdown", ""))), 201)


def add_guide(store: Store, place: Doc, markdown: str) -> Doc:
    """Add a guide to a task or project."""
    moment = store.clock.now()
    dates = {"created_date": moment, "updated_date": store.clock.now()}
    guide = {"id": store.next_id("guides"), **place, **dates, "markdown": markdown}
    store.insert("guides", guide)
    _show_in_parent(store, guide, guide["id"])
    return guide


def _show_in_parent(store: Store, guide: Doc, shown: int | None) -> None:
    """Let a guide's task or project point to it, and the jobs too; a project's date moves (recorded)."""
    if guide["project_id"] is not None:
        project = store.get("projects", guide["project_id"])
        store.save("projects", {**project, "guide_id": shown, "updated_date": store.clock.now()})
        for task in store.docs("tasks", "project_id = ?", (project["id"],)):
            workflow.jobs_follow(store, task)
    else:
        task = {**store.get("tasks", guide["task_id"]), "guide_id": shown}
        store.save("tasks", task)
        workflow.jobs_follow(store, task)


def _brief(guide: Doc) -> Doc:
    # Creation and change answer without the dates (recorded from CVAT 2.54.1).
    return {name: guide[name] for name in ("id", "task_id", "project_id", "markdown")}


def retrieve_guide(call: Call) -> Answer:
    """Answer GET /api/guides/{id}."""
    guide = call.store.get("guides", call.arguments["id"])
    _require(call, guide)
    return as_json(guide)


def change_guide(call: Call) -> Answer:
    """Answer PATCH /api/guides/{id}: only the text; assets that it no longer shows go."""
    store = call.store
    guide = store.get("guides", call.arguments["id"])
    sent = call.data()
    _require(call, guide, change=True)
    data = checked(sent, {"markdown": _FIELDS["markdown"]})
    guide.update(data, updated_date=store.clock.now())
    store.save("guides", guide)
    shown = set(_ASSET.findall(guide["markdown"]))
    for asset in store.docs("assets", "guide_id = ?", (guide["id"],)):
        if asset["uuid"] not in shown:
            store.delete("assets", "id = ?", (asset["id"],))
    _show_in_parent(store, guide, guide["id"])
    return as_json(_brief(guide))


def delete_guide(call: Call) -> Answer:
    """Answer DELETE /api/guides/{id}."""
    store = call.store
    guide = store.get("guides", call.arguments["id"])
    _require(call, guide, change=True)
    store.delete("assets", "guide_id = ?", (guide["id"],))
    store.delete("guides", "id = ?", (guide["id"],))
    _show_in_parent(store, guide, None)
    return nothing()


def _require(call: Call, place: Doc, *, change: bool = False) -> None:
    """Require the right to a guide: whoever sees its object may read it; so may those with a job in it."""
    store = call.store
    task = store.find("tasks", place["task_id"]) if place["task_id"] is not None else None
    project = store.find("projects", place["project_id"]) if place["project_id"] is not None else None
    if task is None and project is None:
        model = "Task" if place["task_id"] is not None else "Project"
        raise invalid(f"{model} matching query does not exist.")
    allowed = permissions.may_view_task(call, task) if task else permissions.may_view_project(call, project or {})
    if allowed:
        return
    column, key = ("task_id", place["task_id"]) if task else ("project_id", place["project_id"])
    sql = f"SELECT 1 FROM jobs WHERE {column} = ? AND assignee_id = ?"  # noqa: S608 - the names are our own
    if change or not store.value(sql, (key, call.user.id)):
        raise denied()


def create_asset(call: Call) -> Answer:
    """Answer POST /api/assets: a picture for a guide, with the field ``file``."""
    store = call.store
    data = checked(call.data(), {"guide_id": Integer()}, required=("guide_id",))
    file = next((file for file in call.files if file.field == "file"), None)
    if file is None:
        raise refuse(400, {"file": ["No file was submitted."]})
    guide = store.get("guides", data["guide_id"])
    _require(call, guide, change=True)
    if len(file.content) > _LARGEST_ASSET:
        raise invalid(f"Maximum size of asset is {_LARGEST_ASSET // 2**20} MB")
    if store.value("SELECT count(*) FROM assets WHERE guide_id = ?", (guide["id"],)) >= _MOST_ASSETS:
        raise invalid(f"Maximum number of assets per guide reached: {_MOST_ASSETS}")
    if not pictures.is_picture(file.name):
        raise invalid("File is not supported as an asset. Supported are image/png, image/jpeg and the like")
    return as_json(_shown(add_asset(store, guide, file, call.user.id)), 201)


def add_asset(store: Store, guide: Doc, file: SentFile, owner: int) -> Doc:
    """Keep a picture of a guide."""
    asset = {
        "id": store.next_id("assets"),
        "uuid": str(uuid.uuid4()),
        "filename": file.name,
        "created_date": store.clock.now(),
        "owner": brief_user(store, owner),
        "guide_id": guide["id"],
    }
    store.insert("assets", asset, content=file.content)
    return asset


def _shown(asset: Doc) -> Doc:
    return {name: value for name, value in asset.items() if name != "id"}


def _asset_of(call: Call, *, change: bool = False) -> Doc:
    asset = call.store.find("assets", call.arguments["uuid"], "uuid")
    if asset is None:
        raise missing("Asset")
    _require(call, call.store.get("guides", asset["guide_id"]), change=change)
    return asset


def retrieve_asset(call: Call) -> Answer:
    """Answer GET /api/assets/{uuid}: the picture itself."""
    asset = _asset_of(call)
    content = bytes(call.store.value("SELECT content FROM assets WHERE id = ?", (asset["id"],)))
    return as_file(content, pictures.mime_type(content))


def delete_asset(call: Call) -> Answer:
    """Answer DELETE /api/assets/{uuid}."""
    asset = _asset_of(call, change=True)
    call.store.delete("assets", "id = ?", (asset["id"],))
    return nothing()
