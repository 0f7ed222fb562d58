"""Moving a task to another project: its annotations take the labels of the same names there."""

from __future__ import annotations

from reconciler.sandbox import workflow
from reconciler.sandbox.answers import crash, refuse
from reconciler.sandbox.call import Call
from reconciler.sandbox.labels import labels_of
from reconciler.sandbox.links import Doc, from_text, to_text
from reconciler.sandbox.store import Store

_UNMAPPED = "All task or project label names must be mapped to the target project"


def move_to_project(call: Call, task: Doc, project_id: int | None, specs: list[Doc]) -> Doc:
    """Move a task; ``specs`` may give old labels new names (``{"id": old, "name": new}``)."""
    store = call.store
    if project_id is None:
        # A task cannot be detached: null breaks the server (recorded from CVAT 2.54.1).
        raise crash()
    project = store.find("projects", project_id)
    if project is None:
        raise _refused(f"Cannot find project with ID {project_id}")
    there = store.value("SELECT dimension FROM tasks WHERE project_id = ? ORDER BY id LIMIT 1", (project_id,))
    if there and there != task["dimension"]:
        message = f"must be the same as other tasks in project ({there})"
        raise refuse(400, [f"Dimension ({task['dimension']}) of the task {message}"])
    names = {spec["id"]: spec["name"] for spec in specs if "id" in spec and "name" in spec}
    targets = {label["name"]: label for label in labels_of(store, project_id, None)}
    old_labels = labels_of(store, task["project_id"], task["id"])
    pairs = [(old, targets.get(names.get(old["id"], old["name"]))) for old in old_labels]
    if any(new is None for _, new in pairs):
        raise _refused(_UNMAPPED)
    _relabel(store, task["id"], _mapping([(old, new) for old, new in pairs if new is not None], names))
    store.delete("labels", "task_id = ?", (task["id"],))
    left = task["project_id"]
    task.update(project_id=project_id, updated_date=store.clock.now())
    store.save("tasks", task)
    workflow.jobs_follow(store, task)
    workflow.touch_project(store, left)
    return task


def _refused(message: str) -> Exception:
    return refuse(400, {"non_field_errors": [message]})


Mapping = dict[int, tuple[int, dict[int, int]]]
"""From a label's id to the id of its new one, and from its attributes' ids to theirs."""


def _mapping(pairs: list[tuple[Doc, Doc]], names: dict[int, str]) -> Mapping:
    """Map labels and attributes; the parts of a skeleton go by name too, and all of the new one's must be meant."""
    found: Mapping = {}
    for old, new in pairs:
        specs = {}
        for attribute in old["attributes"]:
            alike = ("name", "values", "input_type")
            match = next((a for a in new["attributes"] if all(a[key] == attribute[key] for key in alike)), None)
            if match is None:
                message = f'Target project does not have "{old["name"]}" label with "{attribute["name"]}" attribute'
                raise refuse(400, [message])
            specs[attribute["id"]] = match["id"]
        found[old["id"]] = new["id"], specs
        parts = {part["name"]: part for part in new.get("sublabels", ())}
        inside = {names.get(part["id"], part["name"]): part for part in old.get("sublabels", ())}
        if inside and inside.keys() != parts.keys():
            raise _refused(_UNMAPPED)
        found |= _mapping([(part, parts[name]) for name, part in inside.items()], names)
    return found


def _relabel(store: Store, task_id: int, mapping: Mapping) -> None:
    for row, text in store.rows("SELECT id, doc FROM annotations WHERE task_id = ?", (task_id,)):
        moved = to_text(_relabelled(from_text(text), mapping))
        store.execute("UPDATE annotations SET doc = ? WHERE id = ?", (moved, row))


def _relabelled(item: Doc, mapping: Mapping) -> Doc:
    label_id, specs = mapping.get(item["label_id"], (item["label_id"], {}))
    moved = {**item, "label_id": label_id}
    for holder in (moved, *moved.get("shapes", ())):
        given = holder.get("attributes", ())
        holder["attributes"] = [{**value, "spec_id": specs.get(value["spec_id"], value["spec_id"])} for value in given]
    if "elements" in moved:
        moved["elements"] = [_relabelled(element, mapping) for element in moved["elements"]]
    return moved
