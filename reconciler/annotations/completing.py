"""Attributes that an annotation leaves out get their label's defaults, as the server gives them back."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.annotations.errors import AnnotationsError
from reconciler.annotations.items import Item, Values
from reconciler.annotations.labels import LabelIds, LabelSpec


def completed(kind: str, item: Item, ids: LabelIds) -> Item:
    """An item with all attributes of its label, and no others.

    Raises:
        AnnotationsError: the task has no such label, or the label no such attribute.
    """
    return _completed(kind, item, ids.named(item["label"]))


def _completed(kind: str, item: Item, label: LabelSpec) -> Item:
    if kind != "tracks":
        item = {**item, "attributes": _filled(item["attributes"], label.defaults, label)}
    else:
        first = {name: value for name, value in item["attributes"].items() if name in label.varying}
        own = {name: value for name, value in item["attributes"].items() if name not in first}
        # What varies and is said once holds from the first keyframe on.
        start = {**label.varying, **first}
        shapes = [{**one, "attributes": _filled(one["attributes"], start, label)} for one in item["shapes"]]
        item = {**item, "attributes": _filled(own, label.fixed, label), "shapes": shapes}
    if item.get("elements"):
        item["elements"] = [_completed(kind, part, part_of(label, part["label"])) for part in item["elements"]]
    return item


def part_of(label: LabelSpec, name: str) -> LabelSpec:
    """The part of a skeleton.

    Raises:
        AnnotationsError: there is none of this name.
    """
    found = label.parts.get(name)
    if found is None:
        raise AnnotationsError(f"label `{label.name}` has no part `{name}`")
    return found


def _filled(values: Values, defaults: Mapping[str, str], label: LabelSpec) -> Values:
    if not values.keys() <= defaults.keys():
        wrong = min(values.keys() - defaults.keys())
        if wrong in label.attributes:
            raise AnnotationsError(
                f"attribute `{wrong}` of label `{label.name}` does not vary along a track: "
                "its value belongs to the track, not to a keyframe"
            )
        raise AnnotationsError(f"label `{label.name}` has no attribute `{wrong}`")
    return {name: values.get(name, default) for name, default in defaults.items()}
