"""Moving a task to another project: its annotations take the labels of the same names there."""

from __future__ import annotations

from reconciler.sandbox import workflow
from reconciler.sandbox.answers import crash, refuse
from reconciler.sandbox.call import Call
from reconciler.sandbox.labels import labels_of
from reconciler.sandbox.links import Doc, from_text, to_text
from reconciler.sandbox.store import Store


def move_to_project(call: Call, task: Doc, project_id: int | None, specs: list[Doc]) -> Doc:
    """Move a task; ``specs`` may give old labels new names (``{"id": old, "name": new}``)."""
    store = call.store
    if project_id is None:
        # A task cannot be detached: null breaks the server (recorded from CVAT 2.54.1).
        raise crash()
    project = store.find("projects", project_id)
    if project is None:
        raise _refused(f"Cannot find project with ID {project_id}")
    names = {spec["id"]: spec["name"] for spec in specs if "id" in spec and "name" in spec}
    targets = {label["name"]: label for label in labels_of(store, project_id, None)}
    old_labels = labels_of(store, task["project_id"], task["id"])
    pairs = [(old, targets.get(names.get(old["id"], old["name"]))) for old in old_labels]
    if any(new is None for _, new in pairs):
        raise _refused("All task or project label names must be mapped to the target project")
    for old, new in pairs:
        assert new is not None
        _relabel(store, task["id"], old, new)
    store.delete("labels", "task_id = ?", (task["id"],))
    left = task["project_id"]
    task.update(project_id=project_id, updated_date=store.clock.now())
    store.save("tasks", task)
    workflow.jobs_follow(store, task)
    workflow.touch_project(store, left)
    return task


def _refused(message: str) -> Exception:
    return refuse(400, {"non_field_errors": [message]})


def _relabel(store: Store, task_id: int, old: Doc, new: Doc) -> None:
    specs = {}
    for attribute in old["attributes"]:
        alike = ("name", "values", "input_type")
        match = next((a for a in new["attributes"] if all(a[key] == attribute[key] for key in alike)), None)
        if match is None:
            message = f'Target project does not have "{old["name"]}" label with "{attribute["name"]}" attribute'
            raise refuse(400, [message])
        specs[attribute["id"]] = match["id"]
    rows = store.rows("SELECT id, doc FROM annotations WHERE task_id = ? AND label_id = ?", (task_id, old["id"]))
    for row, text in rows:
        doc = from_text(text)
        for holder in (doc, *doc.get("shapes", [])):
            for value in holder.get("attributes", []):
                value["spec_id"] = specs.get(value["spec_id"], value["spec_id"])
        moved = to_text({**doc, "label_id": new["id"]})
        store.execute("UPDATE annotations SET doc = ? WHERE id = ?", (moved, row))
