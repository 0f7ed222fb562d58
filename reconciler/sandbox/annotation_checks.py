"""Checking annotations that are sent, with the messages recorded from CVAT 2.54.1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.sandbox.answers import invalid, refuse
from reconciler.sandbox.fields import Choice, Field, Flag, Integer, Text, errors_in
from reconciler.sandbox.labels import labels_of
from reconciler.sandbox.links import Doc
from reconciler.sandbox.store import Store

KINDS = ("tags", "shapes", "tracks")
SHAPES = ("rectangle", "polygon", "polyline", "points", "ellipse", "cuboid", "mask", "skeleton")
_EXACTLY = {"rectangle": 4, "ellipse": 4, "cuboid": 16, "skeleton": 0}
_AT_LEAST = {"polygon": 6, "polyline": 4, "points": 2, "mask": 5}

_COMMON: dict[str, Field] = {
    "id": Integer(null=True),
    "frame": Integer(least=0),
    "label_id": Integer(least=0),
    "group": Integer(null=True, least=0),
    "source": Text(16),
}
_DRAWN: dict[str, Field] = {
    "type": Choice(SHAPES),
    "occluded": Flag(),
    "outside": Flag(),
    "z_order": Integer(),
}
_ATTRIBUTE: dict[str, Field] = {"spec_id": Integer(), "value": Text(4096, blank=True, trim=False)}
_TRACKED: dict[str, Field] = {"id": Integer(null=True), "frame": Integer(least=0), **_DRAWN}

Labels = Mapping[int, Doc]


def label_book(store: Store, task: Doc) -> Labels:
    """Give a task's labels by id, the parts of skeletons too."""
    roots = labels_of(store, task["project_id"], task["id"])
    return {label["id"]: label for root in roots for label in (root, *root["sublabels"])}


def checked_annotations(sent: Doc, action: str = "put") -> Doc:
    """Read annotations as they will be stored, or refuse them all.

    What is to be created may have no id, what is to be deleted must have one (CVAT's AnnotationSerializer).
    """
    read: Doc = {"version": sent.get("version", 0)}
    wrong: Doc = {}
    readers = {"tags": _tag, "shapes": _shape, "tracks": _track}
    for kind in KINDS:
        items = sent.get(kind, [])
        if not isinstance(items, list):
            raise refuse(400, {kind: [f'Expected a list of items but got type "{type(items).__name__}".']})
        pairs = [readers[kind](item) for item in items]
        for item, errors in pairs:
            _check_id(item, errors, action)
        read[kind] = [item for item, _ in pairs]
        if any(errors for _, errors in pairs):
            # What is right is an empty object among those that are wrong.
            wrong[kind] = [errors for _, errors in pairs]
    if wrong:
        raise refuse(400, wrong)
    return read


def _check_id(item: Doc, wrong: Doc, action: str) -> None:
    if action == "create" and item.get("id") is not None:
        wrong["id"] = ["must be absent"]
    if action == "delete" and item.get("id") is None:
        wrong["id"] = ["must be present and not null"]


def _tag(sent: Any) -> tuple[Doc, Doc]:
    if not isinstance(sent, dict):
        return {}, {"non_field_errors": [f"Invalid data. Expected a dictionary, but got {type(sent).__name__}."]}
    read, wrong = errors_in(sent, _COMMON, ("frame", "label_id"))
    return {"group": None, "source": "manual", **read, **_attributes(sent, wrong)}, dict(wrong)


def _shape(sent: Any) -> tuple[Doc, Doc]:
    read, wrong = _tag(sent)
    if not isinstance(sent, dict):
        return read, wrong
    parts = [_element(element) for element in sent.get("elements") or ()]
    _drawing(sent, read, wrong, _DRAWN)
    read["elements"] = [part for part, _ in parts]
    if any(errors for _, errors in parts):
        wrong["elements"] = [errors for _, errors in parts]
    elif not wrong and (read["type"] == "skeleton") != bool(parts):
        message = "not allowed for non-skeleton shape" if parts else "at least one required for skeleton shape"
        wrong["elements"] = [message]
    return read, wrong


def _element(sent: Any) -> tuple[Doc, Doc]:
    read, wrong = _tag(sent)
    if isinstance(sent, dict):
        _drawing(sent, read, wrong, _DRAWN)
    return read, wrong


def _track(sent: Any) -> tuple[Doc, Doc]:
    read, wrong = _tag(sent)
    if not isinstance(sent, dict):
        return read, wrong
    if "shapes" not in sent:
        wrong["shapes"] = ["This field is required."]
    shapes = [_tracked(shape) for shape in sent.get("shapes") or ()]
    read["shapes"] = [shape for shape, _ in shapes]
    if any(errors for _, errors in shapes):
        wrong["shapes"] = [errors for _, errors in shapes]
    parts = [_track(element) for element in sent.get("elements") or ()]
    read["elements"] = [{k: v for k, v in part.items() if k != "elements"} for part, _ in parts]
    if any(errors for _, errors in parts):
        wrong["elements"] = [errors for _, errors in parts]
    return read, wrong


def _tracked(sent: Any) -> tuple[Doc, Doc]:
    wrong: Doc = {}
    if not isinstance(sent, dict):
        return {}, {"non_field_errors": [f"Invalid data. Expected a dictionary, but got {type(sent).__name__}."]}
    read: Doc = _attributes(sent, wrong)
    _drawing(sent, read, wrong, _TRACKED)
    return read, wrong


def _drawing(sent: Doc, read: Doc, wrong: Doc, fields: Mapping[str, Field]) -> None:
    drawn, errors = errors_in(sent, fields, ("type",) if "frame" not in fields else ("type", "frame"))
    wrong.update(errors)
    read.update({"occluded": False, "outside": False, "z_order": 0, **drawn})
    points, rotation = sent.get("points", []), sent.get("rotation", 0)
    if not isinstance(points, list) or not all(_is_number(point) for point in points):
        wrong["points"] = ["A valid number is required."]
    elif "type" in drawn and not _enough(drawn["type"], len(points)):
        wrong["points"] = [f"invalid length for shape type '{drawn['type']}'"]
    if not _is_number(rotation) or not 0 <= rotation <= 360:
        wrong["rotation"] = ["Ensure this value is between 0 and 360."]
        rotation = 0
    read.update(points=points, rotation=float(rotation))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _enough(kind: str, length: int) -> bool:
    if kind in _EXACTLY:
        return length == _EXACTLY[kind]
    return length >= _AT_LEAST[kind] and (kind == "mask" or length % 2 == 0)


def _attributes(sent: Doc, wrong: Doc) -> Doc:
    pairs = [errors_in(value, _ATTRIBUTE, ("spec_id", "value")) for value in sent.get("attributes") or ()]
    if any(errors for _, errors in pairs):
        wrong["attributes"] = [errors for _, errors in pairs]
    return {"attributes": [read for read, _ in pairs]}


def require_known(annotations: Doc, labels: Labels) -> None:
    """Refuse labels that the task does not have, and attributes that their labels do not have."""
    for kind in KINDS:
        for item in annotations[kind]:
            _require_known(kind, item, labels)


def _require_known(kind: str, item: Doc, labels: Labels) -> None:
    label = labels.get(item["label_id"])
    if label is None:
        raise invalid(f"label_id `{item['label_id']}` is invalid")
    fixed = {spec["id"] for spec in label["attributes"] if not spec["mutable"]}
    free = {spec["id"] for spec in label["attributes"] if spec["mutable"]}
    # What cannot change is on the track, the rest on its shapes; other annotations have all on themselves.
    _require_specs(item, fixed if kind == "tracks" else fixed | free)
    if kind == "tracks":
        for shape in item["shapes"]:
            _require_specs(shape, free)
    for element in item.get("elements", ()):
        _require_known(kind, element, labels)


def _require_specs(holder: Doc, known: set[int]) -> None:
    for value in holder["attributes"]:
        if value["spec_id"] not in known:
            raise invalid(f"spec_id `{value['spec_id']}` is invalid")
