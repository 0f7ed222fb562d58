"""Labels and their attributes: the rules by which a project or task changes them, and their lists."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox.answers import invalid, refuse
from reconciler.sandbox.colors import color_of
from reconciler.sandbox.fields import Anything, Choice, Field, Flag, Integer, Text, errors_in
from reconciler.sandbox.links import Doc
from reconciler.sandbox.store import Store

TYPES = ("any", "cuboid", "ellipse", "mask", "points", "polygon", "polyline", "rectangle", "skeleton", "tag")
_INPUTS = ("checkbox", "radio", "number", "text", "select")

_FIELDS: dict[str, Field] = {
    "id": Integer(),
    "name": Text(64),
    "color": Text(blank=True),
    "type": Choice(TYPES),
    "attributes": Anything(),
    "sublabels": Anything(),
    "svg": Text(blank=True),
    "deleted": Flag(),
}
_ATTRIBUTE: dict[str, Field] = {
    "id": Integer(),
    "name": Text(64),
    "mutable": Flag(),
    "input_type": Choice(_INPUTS),
    "default_value": Text(128, blank=True),
    "values": Anything(),
}


def read_labels(sent: Any, partial: bool = False) -> list[Doc]:
    """Check the labels of a request, or refuse them all with what is wrong with each."""
    if not isinstance(sent, list):
        message = f'Expected a list of items but got type "{type(sent).__name__}".'
        raise refuse(400, {"labels": {"non_field_errors": [message]}})
    read, wrong = zip(*(_read_label(label, partial) for label in sent), strict=True) if sent else ((), ())
    if any(wrong):
        raise refuse(400, {"labels": list(wrong)})
    return list(read)


def _read_label(sent: Any, partial: bool) -> tuple[Doc, Doc]:
    if not isinstance(sent, dict):
        message = f"Invalid data. Expected a dictionary, but got {type(sent).__name__}."
        return {}, {"non_field_errors": [message]}
    label, errors = errors_in(sent, _FIELDS, () if partial else ("name",))
    wrong: Doc = dict(errors)
    label["attributes"], attribute_errors = _read_attributes(sent.get("attributes", []))
    if any(attribute_errors):
        wrong["attributes"] = attribute_errors
    subs = [_read_label(sub, partial) for sub in sent.get("sublabels", [])]
    label["sublabels"] = [sub for sub, _ in subs]
    if any(errors for _, errors in subs):
        wrong["sublabels"] = [errors for _, errors in subs]
    if not wrong and label.get("deleted") and label.get("id") is None:
        wrong = {"non_field_errors": ["Deleted label must have an ID"]}
    return label, wrong


def _read_attributes(sent: list[Doc]) -> tuple[list[Doc], list[Doc]]:
    read, wrong = [], []
    for attribute in sent:
        needed = () if "id" in attribute else ("name", "mutable", "input_type", "values")
        values, errors = errors_in(attribute, _ATTRIBUTE, needed)
        if "values" in values:
            values["values"] = [str(value).strip() for value in values["values"]]
        read.append(values)
        wrong.append(dict(errors))
    return read, wrong


def create_labels(store: Store, specs: list[Doc], *, project_id: int | None = None, task_id: int | None = None) -> None:
    """Create the labels of a new project or task."""
    for spec in specs:
        _add(store, spec, project_id, task_id)


def update_labels(store: Store, specs: list[Doc], *, project_id: int | None = None, task_id: int | None = None) -> None:
    """Add, change and delete labels, one after the other, as a PATCH says."""
    for spec in specs:
        if spec.get("id") is None:
            label = _add(store, spec, project_id, task_id)
            # A skeleton's parts come back in this order when it is added to what exists (recorded).
            label["sublabels"].reverse()
            store.save("labels", label)
        else:
            _change(store, spec, project_id, task_id)


def labels_of(store: Store, project_id: int | None, task_id: int | None) -> list[Doc]:
    """Give the root labels of a project, or of a task that has none."""
    if project_id is not None:
        return store.docs("labels", "project_id = ?", (project_id,))
    return store.docs("labels", "task_id = ?", (task_id,))


def _add(store: Store, spec: Doc, project_id: int | None, task_id: int | None) -> Doc:
    others = labels_of(store, project_id, task_id)
    name = spec.get("name")
    if name is None:
        raise refuse(400, {"labels": [{"name": ["This field is required."]}]})
    _require_unique(name, others)
    parent = {"project_id": project_id} if project_id is not None else {"task_id": task_id}
    color = spec.get("color") or color_of(name, {other["color"] for other in others})
    label: Doc = {
        "id": store.next_id("labels"),
        "name": name,
        "color": color,
        "attributes": [],
        "type": spec.get("type", "any"),
        "sublabels": [],
        **parent,
        "parent_id": None,
        "has_parent": False,
    }
    label["sublabels"] = _sublabels(store, spec["sublabels"])
    _set_attributes(store, label, spec["attributes"])
    if label["type"] == "skeleton":
        label["svg"] = _drawn(spec.get("svg", ""), label["sublabels"])
    store.insert("labels", label)
    return label


def _sublabels(store: Store, specs: list[Doc]) -> list[Doc]:
    subs: list[Doc] = []
    for spec in specs:
        _require_unique(spec["name"], subs)
        color = spec.get("color") or color_of(spec["name"], {sub["color"] for sub in subs})
        sub: Doc = {
            "id": store.next_id("labels"),
            "name": spec["name"],
            "color": color,
            "attributes": [],
            "type": spec.get("type", "any"),
            "has_parent": True,
        }
        _set_attributes(store, sub, spec["attributes"])
        subs.append(sub)
    return subs


def _drawn(svg: str, subs: list[Doc]) -> str:
    for sub in subs:
        svg = svg.replace(f'data-label-name="{sub["name"]}"', f'data-label-id="{sub["id"]}"')
    return svg


def _require_unique(name: str, others: list[Doc]) -> None:
    if any(other["name"] == name for other in others):
        raise invalid("All label names must be unique")


def _change(store: Store, spec: Doc, project_id: int | None, task_id: int | None) -> None:
    others = labels_of(store, project_id, task_id)
    label = next((label for label in others if label["id"] == spec["id"]), None)
    if label is None:
        raise refuse(404, {"detail": f"Not found label with id #{spec['id']} to change"})
    if spec.get("deleted"):
        # The annotations that use the label go with it (recorded from CVAT 2.54.1).
        store.delete("annotations", "label_id = ?", (label["id"],))
        store.delete("labels", "id = ?", (label["id"],))
        return
    others.remove(label)
    wanted = spec.get("type") or label["type"]
    if "skeleton" not in (wanted, label["type"]):
        # From or to a skeleton the type stays as it is, silently.
        label["type"] = wanted
    label["name"] = spec.get("name") or label["name"]
    _require_unique(label["name"], others)
    # Leaving the colour out makes the server choose a new one (recorded from CVAT 2.54.1).
    label["color"] = spec.get("color") or color_of(label["name"], {other["color"] for other in others})
    _set_attributes(store, label, spec["attributes"])
    store.save("labels", label)


def _set_attributes(store: Store, label: Doc, specs: list[Doc]) -> None:
    names = [spec.get("name") for spec in specs]
    for name in names:
        if name is not None and names.count(name) > 1:
            raise invalid(f"Duplicate attribute with name '{name}' exists")
    for spec in specs:
        key = "name" if spec.get("id") is None else "id"
        known = next((old for old in label["attributes"] if old[key] == spec[key]), None)
        if known is None and key == "id":
            raise refuse(404, {"detail": f"Attribute with id #{spec['id']} does not exist"})
        if known is None:
            known = {"id": store.next_id("attributes"), "default_value": ""}
        else:
            # A changed attribute moves to the end of the list (recorded from CVAT 2.54.1).
            label["attributes"].remove(known)
        order = ("id", "name", "mutable", "input_type", "default_value", "values")
        changed = {**known, **{name: spec[name] for name in order if name != "id" and name in spec}}
        label["attributes"].append({name: changed[name] for name in order})
