"""Attributes that an annotation leaves out get their label's defaults, as the server gives them back."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.annotations.errors import AnnotationsError
from reconciler.annotations.items import Item, Values, in_order
from reconciler.annotations.labels import LabelIds, LabelSpec


def completed(kind: str, item: Item, ids: LabelIds) -> Item:
    """An item with all attributes of its label, and no others.

    Raises:
        AnnotationsError: the task has no such label, or the label no such attribute.
    """
    return _completed(kind, item, ids.named(item["label"]))


def fitted(kind: str, item: Item, ids: LabelIds) -> Item:
    """An item as the server shows it once its labels are these: attributes that are gone are left out.

    A label that is gone keeps the item as it is.
    """
    label = ids.labels.get(item["label"])
    return item if label is None else _fitted(kind, item, label)


def _fitted(kind: str, item: Item, label: LabelSpec) -> Item:
    item = {**item}
    if kind == "tracks":
        shapes = [{**one, "attributes": _filled(one["attributes"], label.varying)} for one in item["shapes"]]
        item.update(attributes=_filled(item["attributes"], label.fixed), shapes=shapes)
    else:
        item["attributes"] = _filled(item["attributes"], label.defaults)
    if item.get("elements"):
        parts = ((part, label.parts.get(part["label"])) for part in item["elements"])
        item["elements"] = [part if spec is None else _fitted(kind, part, spec) for part, spec in parts]
    return item


def _completed(kind: str, item: Item, label: LabelSpec) -> Item:
    values = label.resolved(item["attributes"])
    if kind != "tracks":
        item = {**item, "label": label.name, "attributes": _filled(values, label.defaults)}
    else:
        # What varies and is said once holds from the first keyframe on.
        start = {name: values.get(name, default) for name, default in label.varying.items()}
        shapes = [{**one, "attributes": _on_keyframe(one["attributes"], start, label)} for one in item["shapes"]]
        item = {**item, "label": label.name, "attributes": _filled(values, label.fixed), "shapes": shapes}
    if item.get("elements"):
        parts = [_completed(kind, part, label.part(part["label"])) for part in item["elements"]]
        item["elements"] = in_order(parts)
    return item


def _on_keyframe(given: Values, start: Values, label: LabelSpec) -> Values:
    values = label.resolved(given)
    if not values.keys() <= start.keys():
        wrong = min(values.keys() - start.keys())
        raise AnnotationsError(
            f"attribute `{wrong}` of label `{label.name}` does not vary along a track: "
            "its value belongs to the track, not to a keyframe"
        )
    return _filled(values, start)


def _filled(values: Values, defaults: Mapping[str, str]) -> Values:
    return {name: values.get(name, default) for name, default in defaults.items()}
