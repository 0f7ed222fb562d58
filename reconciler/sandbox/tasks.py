"""Tasks: list, read, create, change, delete. What they are made of is in ``task_data``."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox import labels, media, permissions, uploads, workflow
from reconciler.sandbox.answers import Answer, denied, invalid, nothing, refuse
from reconciler.sandbox.base_fields import change_base_fields, shown_once
from reconciler.sandbox.call import Call, brief_user
from reconciler.sandbox.fields import Anything, Field, Integer, Text, checked
from reconciler.sandbox.label_changes import LabelChanges, create_labels
from reconciler.sandbox.links import Doc, link
from reconciler.sandbox.listing import created, listed, single
from reconciler.sandbox.storages import check_storages, first_storages
from reconciler.sandbox.store import Store
from reconciler.sandbox.task_moves import move_to_project

_FIELDS: dict[str, Field] = {
    "name": Text(256),
    "bug_tracker": Text(2000, blank=True),
    "subset": Text(64, blank=True),
    "owner_id": Integer(null=True),
    "assignee_id": Integer(null=True),
    "project_id": Integer(null=True),
    "organization_id": Integer(null=True),
    "labels": Anything(),
    "source_storage": Anything(),
    "target_storage": Anything(),
}
_AT_CREATION: dict[str, Field] = {
    **_FIELDS,
    "segment_size": Integer(least=0),
    "overlap": Integer(null=True, least=0),
    "consensus_replicas": Integer(least=0),
    "initial_replicas": Integer(least=0),
}
_RULED = {"owner_id", "assignee_id", "project_id", "organization_id", "source_storage", "target_storage"}


def list_tasks(call: Call) -> Answer:
    """Answer GET /api/tasks."""
    return listed(call, "tasks", permissions.visible(call, "tasks"))


def retrieve_task(call: Call) -> Answer:
    """Answer GET /api/tasks/{id}."""
    task = call.store.get("tasks", call.arguments["id"])
    permissions.require(permissions.may_view_task(call, task))
    return single(call, "tasks", task["id"])


def create_task(call: Call) -> Answer:
    """Answer POST /api/tasks: a task without data. Unknown fields are ignored."""
    sent = call.data()
    project = _target_project(call, sent.get("project_id"))
    _require_creation(call, project)
    data = checked(sent, _AT_CREATION, required=("name",))
    if project and data.get("labels"):
        raise invalid("Task must have only one of Label set or project_id")
    specs = labels.read_labels(data.get("labels", []))
    here = call.organization["id"] if call.organization else None
    if project:
        here = project["organization_id"]
    permissions.require_assignable(call, data.get("assignee_id"), here)
    task = new_task(call, data, here)
    first_storages(call, task, check_storages(call, data))
    replicas = data.get("consensus_replicas", data.get("initial_replicas", 0))
    if replicas == 1:
        raise invalid("Consensus replicas must be 0 or greater than 1")
    task["consensus_enabled"] = replicas > 1
    call.store.insert("tasks", task, replicas=replicas)
    create_labels(call.store, specs, task_id=task["id"])
    workflow.touch_project(call.store, task["project_id"])
    return created(call, "tasks", task["id"])


def _target_project(call: Call, project_id: Any) -> Doc | None:
    if project_id is None:
        return None
    project = call.store.find("projects", project_id)
    if project is None:
        raise invalid("Project matching query does not exist.")
    return project


def _require_creation(call: Call, project: Doc | None) -> None:
    if project is None:
        permissions.require(permissions.may_create(call))
        return
    here = call.organization["id"] if call.organization else None
    if here != project["organization_id"] and not call.user.is_admin:
        raise denied()
    involved = call.user.id in permissions.people(project)
    supervises = here is not None and call.at_least("supervisor", here)
    permissions.require(call.user.is_admin or (call.user.is_user and (involved or supervises)))


def new_task(call: Call, data: Doc, organization_id: int | None) -> Doc:
    """Give the document of a task that is about to be created.

    Without data it has no ``size``, ``data`` or ``image_quality`` (recorded from CVAT 2.54.1).
    """
    store = call.store
    key, moment = store.next_id("tasks"), store.clock.now()
    return {
        "url": link(f"/api/tasks/{key}"),
        "id": key,
        "name": data["name"],
        "project_id": data.get("project_id"),
        "mode": "",
        "owner": brief_user(store, data.get("owner_id") or call.user.id),
        "assignee": brief_user(store, data.get("assignee_id")),
        "bug_tracker": data.get("bug_tracker", ""),
        "created_date": moment,
        "updated_date": store.clock.now(),
        "overlap": data.get("overlap"),
        "segment_size": data.get("segment_size", 0),
        "status": "annotation",
        "guide_id": None,
        "dimension": "2d",
        "subset": data.get("subset", ""),
        "organization_id": organization_id,
        "organization": organization_id,
        "target_storage": None,
        "source_storage": None,
        "jobs": {"count": 0, "completed": 0, "validation": 0, "url": link(f"/api/jobs?task_id={key}")},
        "labels": {"url": link(f"/api/labels?task_id={key}")},
        "assignee_updated_date": moment if data.get("assignee_id") else None,
        "validation_mode": None,
        "consensus_enabled": False,
    }


def change_task(call: Call) -> Answer:
    """Answer PATCH /api/tasks/{id}, which does one of three things.

    A transfer to another organization, or a move to another project, or the rest: what is sent
    beside a transfer or a move is silently ignored (recorded from CVAT 2.54.1).
    """
    store = call.store
    task = store.get("tasks", call.arguments["id"])
    sent = call.data()
    _require_rights(call, task, sent)
    data = checked(sent, _FIELDS)
    specs = labels.read_labels(data.get("labels", []), partial=True)
    permissions.require_assignable(call, data.get("assignee_id"), task["organization_id"])
    shown: dict[str, Any] = {}
    if "organization_id" in data and data["organization_id"] != task["organization_id"]:
        _transfer(call, task, data["organization_id"])
    elif "project_id" in data and data["project_id"] != task["project_id"]:
        task = move_to_project(call, task, data["project_id"], specs)
    else:
        shown = _describe(call, task, data, specs)
    workflow.touch_project(store, task["project_id"])
    return shown_once(single(call, "tasks", task["id"]), shown)


def _require_rights(call: Call, task: Doc, sent: Doc) -> None:
    if any(name not in _FIELDS for name in sent):
        raise denied("Attempted to update an unknown field")
    permissions.require(permissions.may_view_task(call, task))
    if _RULED & sent.keys():
        permissions.require(permissions.may_rule_task(call, task))


def _describe(call: Call, task: Doc, data: Doc, specs: list[Doc]) -> dict[str, Any]:
    store = call.store
    changed, shown = change_base_fields(call, task, data)
    # The labels of a task in a project are its project's: here they have no effect (recorded).
    own_labels = specs if task["project_id"] is None else []
    LabelChanges(store, None, task["id"], guarded=call.version.guards_attributes).apply(own_labels)
    if changed or own_labels:
        # A change that changes nothing does not move the date (recorded).
        task["updated_date"] = store.clock.now()
    store.save("tasks", task)
    workflow.jobs_follow(store, task)
    if own_labels:
        for job in store.docs("jobs", "task_id = ?", (task["id"],)):
            store.save("jobs", {**job, "updated_date": task["updated_date"]})
    return shown


def _transfer(call: Call, task: Doc, organization_id: int | None) -> None:
    if task["project_id"] is not None:
        message = "Only top-level resources can be moved between workspaces"
        raise refuse(400, {"non_field_errors": [message]})
    if organization_id is not None:
        permissions.require(call.user.is_admin or call.at_least("supervisor", organization_id))
        call.store.get("organizations", organization_id)
    move_to_organization(call, task, organization_id)


def move_to_organization(call: Call, task: Doc, organization_id: int | None) -> None:
    """Take a task, with its jobs, to another organization: it is the caller's then, and nobody stays assigned."""
    store, moment = call.store, call.store.clock.now()
    owner = brief_user(store, call.user.id)
    task.update(organization=organization_id, organization_id=organization_id, owner=owner, assignee=None)
    task["updated_date"] = moment
    store.save("tasks", task)
    for job in store.docs("jobs", "task_id = ?", (task["id"],)):
        if job["assignee"]:
            store.save("jobs", {**job, "assignee": None, "assignee_updated_date": moment})
    workflow.jobs_follow(store, task)


def delete_task_call(call: Call) -> Answer:
    """Answer DELETE /api/tasks/{id}."""
    task = call.store.get("tasks", call.arguments["id"])
    permissions.require(permissions.may_rule_task(call, task))
    delete_task(call.store, task["id"])
    workflow.touch_project(call.store, task["project_id"])
    return nothing()


def delete_task(store: Store, task_id: int) -> None:
    """Delete a task and all that hangs on it."""
    store.delete("comments", "issue_id IN (SELECT id FROM issues WHERE task_id = ?)", (task_id,))
    store.delete("assets", "guide_id IN (SELECT id FROM guides WHERE task_id = ?)", (task_id,))
    for table in ("annotations", "issues", "guides", "quality_settings", "jobs", "labels"):
        store.delete(table, "task_id = ?", (task_id,))
    media.forget(store, task_id)
    uploads.forget(store, f"tasks/{task_id}/%")
    store.delete("tasks", "id = ?", (task_id,))
