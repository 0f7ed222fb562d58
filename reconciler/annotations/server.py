"""Annotations as the server gives and takes them, with ids ↔ by content, with names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.annotations import items
from reconciler.annotations.content import Annotations
from reconciler.annotations.errors import AnnotationsError
from reconciler.annotations.items import Item, Raw, Values
from reconciler.annotations.labels import LabelIds, LabelSpec

Body = dict[str, Any]


def from_server(raw: Mapping[str, Any], ids: LabelIds) -> Annotations:
    """What GET /api/tasks/{id}/annotations (or of a job) answers, by content. Attributes have all their values.

    Raises:
        AnnotationsError: they use a label that is not among the task's, or are of audio, which cannot be copied.
    """
    if heard := raw.get("intervals"):  # from 2.68 on; to leave them out would be to lose them
        raise AnnotationsError(
            f"it is annotated with {len(heard)} intervals of audio, which can be neither compared nor copied",
            hint="Leave this task, its labels and its annotations to CVAT itself.",
        )
    tracks = (_track(one, _label(one, ids)) for one in raw.get("tracks") or ())
    return Annotations(
        tuple(items.tag(one, label.name, _values(one, label, label.defaults)) for one, label in _of(raw, "tags", ids)),
        tuple(_shape(one, label) for one, label in _of(raw, "shapes", ids)),
        tuple(one for one in tracks if one is not None),
    )


def _of(raw: Mapping[str, Any], kind: str, ids: LabelIds) -> list[tuple[Raw, LabelSpec]]:
    return [(one, _label(one, ids)) for one in raw.get(kind) or ()]


def _label(one: Raw, ids: LabelIds) -> LabelSpec:
    found = ids.by_id.get(one["label_id"])
    if found is None:
        raise AnnotationsError(
            f"an annotation on frame {one.get('frame')} has the label with the id {one['label_id']}, "
            "which the task does not have",
            hint="Its labels were changed just now: try again.",
        )
    return found


def _shape(one: Raw, label: LabelSpec) -> Item:
    parts = [(part, _part(part, label)) for part in one.get("elements") or ()]
    elements = [items.shape_part(part, spec.name, _values(part, spec, spec.defaults)) for part, spec in parts]
    return items.shape(one, label.name, _values(one, label, label.defaults), elements)


def _track(one: Raw, label: LabelSpec) -> Item | None:
    parts = [(part, _part(part, label)) for part in one.get("elements") or ()]
    elements = [
        items.track_part(part, spec.name, _values(part, spec, spec.fixed), _keyframes(part, spec))
        for part, spec in parts
    ]
    return items.track(one, label.name, _values(one, label, label.fixed), _keyframes(one, label), elements)


def _keyframes(track: Raw, label: LabelSpec) -> list[Item]:
    return [items.keyframe(one, _values(one, label, label.varying)) for one in track.get("shapes") or ()]


def _part(one: Raw, label: LabelSpec) -> LabelSpec:
    found = label.parts_by_id.get(one["label_id"])
    if found is None:
        raise AnnotationsError(f"label `{label.name}` has no part with the id {one['label_id']}")
    return found


def _values(holder: Raw, label: LabelSpec, defaults: Mapping[str, str]) -> Values:
    """All values of the attributes that can be here.

    A value that cannot (its attribute was made mutable, or no longer is, after it was given) is not content: the
    server takes no such value back.
    """
    names = label.attribute_names
    # The ends are stripped when a value is written (CVAT's AttributeValSerializer); what is older may have them yet.
    given = {names.get(value["spec_id"]): str(value["value"]).strip() for value in holder.get("attributes") or ()}
    return {name: given.get(name, default) for name, default in defaults.items()}


def to_server(annotations: Annotations, ids: LabelIds) -> Body:
    """The body of a PUT or a PATCH.

    Raises:
        AnnotationsError: the task has no such label, or the label no such attribute or part; says where.
    """
    body: Body = {"version": 0}
    for kind, held in annotations.of_kinds():
        body[kind] = [_sent(kind, item, ids) for item in held]
    return body


def _sent(kind: str, item: Item, ids: LabelIds) -> Body:
    try:
        return _with_ids(item, ids.named(item["label"]), item["group"])
    except AnnotationsError as wrong:
        raise AnnotationsError(f"{kind[:-1]} on frame {item['frame']}: {wrong.what}", hint=wrong.hint) from None


def _with_ids(item: Item, label: LabelSpec, group: int) -> Body:
    if label.id is None:
        raise AnnotationsError(f"label `{label.name}` is not on the server yet")
    body: Body = {**item, "label_id": label.id, "group": group, "attributes": _specs(item, label)}
    del body["label"]
    if "shapes" in item:
        body["shapes"] = [{**one, "attributes": _specs(one, label)} for one in item["shapes"]]
    if "elements" in item:
        parts = item["elements"]
        body["elements"] = [_with_ids(part, label.part(part["label"]), group) for part in parts]
    return body


def _specs(holder: Item, label: LabelSpec) -> list[Body]:
    sent = []
    for name, value in holder["attributes"].items():
        spec = label.attributes.get(name)
        if spec is None or spec.id is None:
            raise AnnotationsError(f"label `{label.name}` has no attribute `{name}`")
        sent.append({"spec_id": spec.id, "value": value})
    return sent
