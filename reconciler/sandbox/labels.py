"""Labels and their attributes as they are sent and kept: what is read of them, and those of a project or task."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox.answers import refuse
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
    "deleted": Flag(),
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


def labels_of(store: Store, project_id: int | None, task_id: int | None) -> list[Doc]:
    """Give the root labels of a project, or of a task that has none."""
    if project_id is not None:
        return store.docs("labels", "project_id = ?", (project_id,))
    return store.docs("labels", "task_id = ?", (task_id,))
