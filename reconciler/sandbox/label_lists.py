"""Labels by themselves: their lists, and one label by its id."""

from __future__ import annotations

from reconciler.sandbox import permissions
from reconciler.sandbox.answers import Answer, as_json, invalid, missing
from reconciler.sandbox.call import Call
from reconciler.sandbox.json_logic import Condition
from reconciler.sandbox.links import Doc
from reconciler.sandbox.listing import listed

_PARENTS = ("job_id", "task_id", "project_id")


def list_labels(call: Call) -> Answer:
    """Answer GET /api/labels: of a project, a task, a job, or all visible root labels in one sweep."""
    given = [name for name in _PARENTS if name in call.query]
    if len(given) > 1:
        raise invalid("job_id, task_id and project_id parameters cannot be used together")
    if given:
        return listed(call, "labels", _of_parent(call, given[0]))
    tasks, projects = (permissions.visible(call, table) for table in ("tasks", "projects"))
    sql = (
        f"task_id IN (SELECT id FROM tasks WHERE {tasks.sql})"  # noqa: S608 - the values are bound
        f" OR project_id IN (SELECT id FROM projects WHERE {projects.sql})"
    )
    return listed(call, "labels", Condition(sql, [*tasks.values, *projects.values]))


def _of_parent(call: Call, name: str) -> Condition:
    table, model = {
        "job_id": ("jobs", "Job"),
        "task_id": ("tasks", "Task"),
        "project_id": ("projects", "Project"),
    }[name]
    digits = call.query[name]
    doc = call.store.find(table, int(digits)) if digits.isdigit() else None
    if doc is None:
        raise invalid(f"{model} matching query does not exist.")
    may_view = {
        "job_id": permissions.may_view_job,
        "task_id": permissions.may_view_task,
        "project_id": permissions.may_view_project,
    }[name]
    permissions.require(may_view(call, doc))
    return _parent_condition(doc, name)


def _parent_condition(doc: Doc, name: str) -> Condition:
    if name == "project_id":
        return Condition("project_id = ?", [doc["id"]])
    if doc["project_id"] is not None:
        return Condition("project_id = ?", [doc["project_id"]])
    return Condition("task_id = ?", [doc["id"] if name == "task_id" else doc["task_id"]])


def retrieve_label(call: Call) -> Answer:
    """Answer GET /api/labels/{id}, for the part of a skeleton too."""
    key = call.arguments["id"]
    label = root = call.store.find("labels", key)
    if root is None:
        sql = "EXISTS (SELECT 1 FROM json_each(doc, '$.sublabels') WHERE json_extract(value, '$.id') = ?)"
        root = next(iter(call.store.docs("labels", sql, (key,))), None)
        if root is None:
            raise missing("Label")
        label = next(sub for sub in root["sublabels"] if sub["id"] == key)
        parents: Doc = {name: root[name] for name in ("project_id", "task_id") if name in root}
        label = {**label, "sublabels": [], **parents, "parent_id": root["id"]}
    project_id = root.get("project_id")
    if project_id is not None:
        permissions.require(permissions.may_view_project(call, call.store.get("projects", project_id)))
    else:
        permissions.require(permissions.may_view_task(call, call.store.get("tasks", root["task_id"])))
    return as_json(label)
