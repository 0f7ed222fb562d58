"""Labels as the server takes them.

What a PATCH of labels does was read in CVAT's source (LabelSerializer.update_label) and recorded
(recordings/labels.json, 6-14 and 31): a label without an id is made; attributes are merged by their id, others are
left; a colour that is left out is chosen anew. A plan's bodies carry no ids, since labels go by name: `with_ids` puts
them in just before sending.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pydantic import JsonValue

from reconciler.cvat.models import Attribute, Label
from reconciler.plan.labels import ATTRIBUTE_FIELDS, table
from reconciler.plan.steps import Image


def create_body(wanted: Image) -> Image:
    """The body that makes a label of this state. Colours that are not in it are the server's choice."""
    body = _own_fields(wanted) | {"attributes": _attributes(table(wanted["attributes"]))}
    if "sublabels" in wanted:
        body["sublabels"] = [
            {"name": name, **_own_fields(table(part)), "attributes": _attributes(table(table(part)["attributes"]))}
            for name, part in table(wanted["sublabels"]).items()
        ]
    if "svg" in wanted:
        body["svg"] = wanted["svg"]
    return body


def patch_body(before: Image, after: Image) -> Image:
    """The body that takes a label from `before` to `after`, the parts that differ (`labels.differences_of`)."""
    body = _own_fields(after)
    if changed := list(_changed_attributes(before, after)):
        body["attributes"] = changed
    if parts := table(after.get("sublabels")):
        was = table(before.get("sublabels"))
        body["sublabels"] = [
            {"name": name, **patch_body(table(was.get(name)), table(part))} for name, part in parts.items()
        ]
    return body


def with_ids(body: Image, label: Label) -> Image:
    """A label's body ready to be sent: with its id, its colour if the body has none, and the ids of what it names.

    Args:
        body: of `patch_body`.
        label: the label as it is now, before it gets the body's name.
    """
    ready: Image = {"id": label.id, "color": label.color, **body}
    if "attributes" in body:
        ready["attributes"] = _with_attribute_ids(body["attributes"], label.attributes or ())
    if "sublabels" in body:
        parts = {part.name: part for part in label.sublabels or ()}
        ready["sublabels"] = [
            with_ids(part, parts[name]) if (name := str(part["name"])) in parts else part
            for part in _rows(body["sublabels"])
        ]
    return ready


def deletion(label: Label) -> Image:
    """The body that deletes a label, with all annotations that use it."""
    return {"id": label.id, "deleted": True}


def _own_fields(state: Mapping[str, JsonValue]) -> Image:
    return {field: state[field] for field in ("name", "type", "color") if field in state}


def _attributes(attributes: Image) -> list[JsonValue]:
    return [_attribute(name, table(one)) for name, one in attributes.items()]


def _attribute(name: str, state: Image) -> Image:
    return {"name": name} | {field: state[field] for field in ATTRIBUTE_FIELDS}


def _changed_attributes(before: Image, after: Image) -> Iterator[JsonValue]:
    was = table(before.get("attributes"))
    for name, one in table(after.get("attributes")).items():
        if isinstance(one, dict):
            yield _attribute(name, one)
        else:  # the server wants all of it, to delete it (openapi of 2.80)
            yield _attribute(name, table(was[name])) | {"deleted": True}


def _with_attribute_ids(attributes: JsonValue, there: Sequence[Attribute]) -> list[JsonValue]:
    ids = {one.name: one.id for one in there}
    return [{"id": ids[name], **one} if (name := str(one["name"])) in ids else one for one in _rows(attributes)]


def _rows(value: JsonValue) -> list[Image]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
