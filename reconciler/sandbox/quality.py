"""Quality settings: made by the server for every task and project, changed by people."""

from __future__ import annotations

from reconciler.sandbox import permissions
from reconciler.sandbox.answers import Answer, denied, invalid
from reconciler.sandbox.call import Call
from reconciler.sandbox.fields import Anything, Choice, Field, Flag, Integer, Text, checked
from reconciler.sandbox.json_logic import Condition
from reconciler.sandbox.links import Doc
from reconciler.sandbox.listing import listed, single
from reconciler.sandbox.store import Store

# Recorded from CVAT 2.54.1, for a task that was just created.
_AT_FIRST: Doc = {
    "job_filter": "",
    "inherit": True,
    "target_metric": "accuracy",
    "target_metric_threshold": 0.7,
    "max_validations_per_job": 0,
    "iou_threshold": 0.4,
    "oks_sigma": 0.09,
    "point_size_base": "group_bbox_size",
    "line_thickness": 0.01,
    "low_overlap_threshold": 0.8,
    "compare_line_orientation": True,
    "line_orientation_threshold": 0.1,
    "compare_groups": True,
    "group_match_threshold": 0.5,
    "check_covered_annotations": True,
    "object_visibility_threshold": 0.05,
    "panoptic_comparison": True,
    "compare_attributes": True,
    "empty_is_annotated": False,
}
_FIELDS: dict[str, Field] = {
    **dict.fromkeys(_AT_FIRST, Anything()),
    **{name: Flag() for name, value in _AT_FIRST.items() if isinstance(value, bool)},
    "job_filter": Text(1024, blank=True),
    "target_metric": Choice(("accuracy", "precision", "recall")),
    "point_size_base": Choice(("image_size", "group_bbox_size")),
    "max_validations_per_job": Integer(least=0),
}
_NEWER = ("job_filter", "inherit", "max_validations_per_job")
"""What a newer server's settings have besides their requirements (as in cvat-sdk 2.80)."""

_PARENTS = {"task_id": "tasks", "project_id": "projects"}


def list_settings(call: Call) -> Answer:
    """Answer GET /api/quality/settings: of a task, of a project, or all that the caller sees."""
    given = [name for name in _PARENTS if name in call.query]
    for name, table in _PARENTS.items():
        if not given or name in given:
            digits = call.query.get(name, "")
            if name in given and not digits.isdigit():
                raise invalid(f"Invalid value for the '{name}' parameter")
            _make_missing(call.store, name, table, int(digits) if digits else None)
    tasks, projects = (permissions.visible(call, table) for table in ("tasks", "projects"))
    sql = (
        f"task_id IN (SELECT id FROM tasks WHERE {tasks.sql})"  # noqa: S608 - the values are bound
        f" OR project_id IN (SELECT id FROM projects WHERE {projects.sql})"
    )
    visible = Condition(sql, [*tasks.values, *projects.values])
    if kind := call.query.get("parent_type"):
        visible = visible.also(Condition("task_id IS NOT NULL" if kind == "task" else "project_id IS NOT NULL"))
    return listed(call, "quality_settings", visible)


def _make_missing(store: Store, name: str, table: str, key: int | None) -> None:
    """Make the settings that a real server makes with the object itself: here when they are first asked for."""
    sql = (
        f"SELECT id, json_extract(doc, '$.created_date') FROM {table}"  # noqa: S608 - the names are our own
        f" WHERE (? IS NULL OR id = ?) AND id NOT IN (SELECT {name} FROM quality_settings WHERE {name} IS NOT NULL)"
    )
    for parent, created in store.rows(sql, (key, key)):
        place = {"task_id": None, "project_id": None, name: parent}
        dates = {"created_date": created, "updated_date": created}
        store.insert("quality_settings", {"id": store.next_id("quality_settings"), **place, **_AT_FIRST, **dates})


def _settings(call: Call) -> Doc:
    settings = call.store.get("quality_settings", call.arguments["id"])
    if settings["task_id"] is not None:
        permissions.require(permissions.may_view_task(call, call.store.get("tasks", settings["task_id"])))
    else:
        permissions.require(permissions.may_view_project(call, call.store.get("projects", settings["project_id"])))
    return settings


def retrieve_settings(call: Call) -> Answer:
    """Answer GET /api/quality/settings/{id}."""
    return single(call, "quality_settings", _settings(call)["id"])


def change_settings(call: Call) -> Answer:
    """Answer PATCH /api/quality/settings/{id}."""
    settings = _settings(call)
    sent = call.data()
    known = {name: _FIELDS[name] for name in _NEWER} if call.version.renamed else _FIELDS
    if any(name not in known for name in sent):
        raise denied("Attempted to update an unknown field")
    data = checked(sent, known)
    call.store.save("quality_settings", {**settings, **data, "updated_date": call.store.clock.now()})
    return single(call, "quality_settings", settings["id"])
