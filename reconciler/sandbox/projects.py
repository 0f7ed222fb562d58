"""Projects: list, read, create, change, delete."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox import labels, permissions, workflow
from reconciler.sandbox.answers import Answer, denied, nothing
from reconciler.sandbox.base_fields import change_base_fields, shown_once
from reconciler.sandbox.call import Call, brief_user
from reconciler.sandbox.fields import Anything, Field, Integer, Text, checked
from reconciler.sandbox.label_changes import LabelChanges, create_labels
from reconciler.sandbox.links import Doc, link
from reconciler.sandbox.listing import created, listed, single
from reconciler.sandbox.storages import check_storages, first_storages
from reconciler.sandbox.tasks import delete_task, move_to_organization

_FIELDS: dict[str, Field] = {
    "name": Text(256),
    "bug_tracker": Text(2000, blank=True),
    "owner_id": Integer(null=True),
    "assignee_id": Integer(null=True),
    "organization_id": Integer(null=True),
    "labels": Anything(),
    "source_storage": Anything(),
    "target_storage": Anything(),
}


def list_projects(call: Call) -> Answer:
    """Answer GET /api/projects."""
    return listed(call, "projects", permissions.visible(call, "projects"))


def retrieve_project(call: Call) -> Answer:
    """Answer GET /api/projects/{id}."""
    project = call.store.get("projects", call.arguments["id"])
    permissions.require(permissions.may_view_project(call, project))
    return single(call, "projects", project["id"])


def create_project(call: Call) -> Answer:
    """Answer POST /api/projects."""
    permissions.require(permissions.may_create(call))
    data = checked(call.data(), _FIELDS, required=("name",))
    specs = labels.read_labels(data.get("labels", []))
    storages = check_storages(call, data)
    here = call.organization["id"] if call.organization else None
    permissions.require_assignable(call, data.get("assignee_id"), here)
    project = new_project(call, data, here)
    first_storages(call, project, storages)
    call.store.insert("projects", project)
    create_labels(call.store, specs, project_id=project["id"])
    return created(call, "projects", project["id"])


def new_project(call: Call, data: Doc, organization_id: int | None) -> Doc:
    """Give the document of a project that is about to be created."""
    store = call.store
    key, moment = store.next_id("projects"), store.clock.now()
    return {
        "url": link(f"/api/projects/{key}"),
        "id": key,
        "name": data["name"],
        "owner": brief_user(store, data.get("owner_id") or call.user.id),
        "assignee": brief_user(store, data.get("assignee_id")),
        "guide_id": None,
        "bug_tracker": data.get("bug_tracker", ""),
        "task_subsets": [],
        "created_date": moment,
        "updated_date": store.clock.now(),
        "status": "annotation",
        "dimension": None,
        "organization": organization_id,
        "organization_id": organization_id,
        "target_storage": None,
        "source_storage": None,
        "tasks": {"count": 0, "url": link(f"/api/tasks?project_id={key}")},
        "labels": {"url": link(f"/api/labels?project_id={key}")},
        "assignee_updated_date": moment if data.get("assignee_id") else None,
    }


def change_project(call: Call) -> Answer:
    """Answer PATCH /api/projects/{id}: a transfer to another organization, or everything else."""
    store = call.store
    project = store.get("projects", call.arguments["id"])
    sent = call.data()
    _require_rights(call, project, sent)
    data = checked(sent, _FIELDS)
    specs = labels.read_labels(data.get("labels", []), partial=True)
    permissions.require_assignable(call, data.get("assignee_id"), project["organization_id"])
    shown: dict[str, Any] = {}
    if "organization_id" in data and data["organization_id"] != project["organization_id"]:
        _transfer(call, project, data["organization_id"])
    else:
        shown = _describe(call, project, data)
        if specs:
            LabelChanges(store, project["id"], None, guarded=call.version.guards_attributes).apply(specs)
            labels_changed(call, store.get("projects", project["id"]))
    answer = single(call, "projects", project["id"])
    return shown_once(answer, shown)


def _require_rights(call: Call, project: Doc, sent: Doc) -> None:
    if any(name not in _FIELDS for name in sent):
        raise denied("Attempted to update an unknown field")
    permissions.require(permissions.may_view_project(call, project))
    if {"assignee_id", "organization_id", "source_storage", "target_storage"} & sent.keys():
        permissions.require(permissions.may_rule_project(call, project))
    if "owner_id" in sent:
        organization_id = project["organization_id"]
        permissions.require(permissions.permits(call, organization_id, ()))


def _describe(call: Call, project: Doc, data: Doc) -> dict[str, Any]:
    changed, shown = change_base_fields(call, project, data)
    if changed:
        project["updated_date"] = call.store.clock.now()
    call.store.save("projects", project)
    if "bug_tracker" in changed:
        for task in call.store.docs("tasks", "project_id = ?", (project["id"],)):
            workflow.jobs_follow(call.store, task)
    return shown


def _transfer(call: Call, project: Doc, organization_id: int | None) -> None:
    if organization_id is not None:
        permissions.require(call.user.is_admin or call.at_least("supervisor", organization_id))
        call.store.get("organizations", organization_id)
    mover = brief_user(call.store, call.user.id)
    project.update(organization=organization_id, organization_id=organization_id, owner=mover, assignee=None)
    project["updated_date"] = call.store.clock.now()
    call.store.save("projects", project)
    for task in call.store.docs("tasks", "project_id = ?", (project["id"],)):
        move_to_organization(call, task, organization_id)


def labels_changed(call: Call, project: Doc) -> None:
    """Move the dates of a project, its tasks and its jobs after a change of its labels."""
    store = call.store
    project["updated_date"] = store.clock.now()
    store.save("projects", project)
    for table in ("tasks", "jobs"):
        for doc in store.docs(table, "project_id = ?", (project["id"],)):
            store.save(table, {**doc, "updated_date": project["updated_date"]})


def delete_project(call: Call) -> Answer:
    """Answer DELETE /api/projects/{id}: its tasks go with it."""
    project = call.store.get("projects", call.arguments["id"])
    permissions.require(permissions.may_rule_project(call, project))
    remove_project(call, project["id"])
    return nothing()


def remove_project(call: Call, project_id: int) -> None:
    """Delete a project and all that hangs on it."""
    for (task_id,) in call.store.rows("SELECT id FROM tasks WHERE project_id = ?", (project_id,)):
        delete_task(call.store, task_id)
    call.store.delete("assets", "guide_id IN (SELECT id FROM guides WHERE project_id = ?)", (project_id,))
    for table in ("labels", "webhooks", "guides", "quality_settings"):
        call.store.delete(table, "project_id = ?", (project_id,))
    call.store.delete("projects", "id = ?", (project_id,))
