"""One tag, shape or track in its canonical form: plain JSON without ids, labels and attributes by name.

What the API may leave out is there with the API's default; numbers of the picture are floats. What the server does not
keep is left out, so that content is equal before and after it was written (CVAT's source, dataset_manager):

- a track's keyframes come in the order of their frames, the invisible ones at its beginning are dropped (writing a
  task drops them), and a track that is never visible is none;
- a track begins on its first keyframe, whatever frame it names;
- a skeleton has no points of its own; its parts come in the order of their names, and are in its group.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

Item = dict[str, Any]
Raw = Mapping[str, Any]
Values = dict[str, str]

KINDS: Final = ("tags", "shapes", "tracks")
SKELETON: Final = "skeleton"
_SURE: Final = 1.0  # the score that newer servers give to what a person drew


def tag(raw: Raw, label: str, attributes: Values) -> Item:
    """A tag: a label on a whole frame."""
    return {"group": raw.get("group") or 0, **_named(raw, label, attributes)}


def shape(raw: Raw, label: str, attributes: Values, elements: list[Item]) -> Item:
    """A shape on one frame."""
    return {**tag(raw, label, attributes), **_drawn(raw), **_score(raw), "elements": in_order(elements)}


def shape_part(raw: Raw, label: str, attributes: Values) -> Item:
    """A part of a skeleton on one frame."""
    return {**_named(raw, label, attributes), **_drawn(raw), **_score(raw)}


def track(raw: Raw, label: str, attributes: Values, keyframes: list[Item], elements: list[Item]) -> Item | None:
    """A track; None if it is never visible."""
    item = {**tag(raw, label, attributes), **_along(keyframes), "elements": in_order(elements)}
    return item if is_visible(item) else None


def track_part(raw: Raw, label: str, attributes: Values, keyframes: list[Item]) -> Item:
    """A part of a skeleton along its track. One that is never visible is kept: skeletons have all their parts."""
    return {**_named(raw, label, attributes), **_along(keyframes)}


def is_visible(track: Item) -> bool:
    """Whether a track, or a part of one, is ever visible."""
    return bool(track["shapes"]) and not track["shapes"][0]["outside"]


def keyframe(raw: Raw, attributes: Values) -> Item:
    """Where and how a track's object is on one frame."""
    return {"frame": int(raw["frame"]), **_drawn(raw), "attributes": attributes}


def in_order(elements: list[Item]) -> list[Item]:
    """Parts of a skeleton in the order of their names."""
    return sorted(elements, key=lambda one: str(one["label"])) if elements else []


def _named(raw: Raw, label: str, attributes: Values) -> Item:
    source = raw.get("source") or "manual"
    return {"frame": int(raw["frame"]), "label": label, "source": source, "attributes": attributes}


def _along(keyframes: list[Item]) -> Item:
    shapes = _carried_on(sorted(keyframes, key=lambda one: int(one["frame"])))
    first = next((place for place, one in enumerate(shapes) if not one["outside"]), 0)
    visible = shapes[first:]
    return {"frame": visible[0]["frame"], "shapes": visible} if visible else {"shapes": []}


def _carried_on(keyframes: list[Item]) -> list[Item]:
    """A keyframe that does not say what an attribute is goes on with the value of the one before it."""
    values: Values = {}
    for one in keyframes:
        values = {**values, **one["attributes"]}
        one["attributes"] = values
    return keyframes


def _drawn(raw: Raw) -> Item:
    kind = raw["type"]
    return {
        "type": kind,
        # Adding 0.0 turns -0.0 into 0.0.
        "points": [] if kind == SKELETON else [float(point) + 0.0 for point in raw.get("points") or ()],
        "occluded": bool(raw.get("occluded")),
        "outside": bool(raw.get("outside")),
        "z_order": int(raw.get("z_order") or 0),
        "rotation": float(raw.get("rotation") or 0) + 0.0,
    }


def _score(raw: Raw) -> Item:
    score = raw.get("score")
    return {} if score is None or float(score) == _SURE else {"score": float(score)}
