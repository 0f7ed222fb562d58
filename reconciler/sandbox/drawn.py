"""Annotations as they lie on frames: what the exports write, with names in the place of ids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from reconciler.sandbox import tracks
from reconciler.sandbox.annotation_checks import Labels
from reconciler.sandbox.links import Doc


def by_frame(annotations: Doc, frames: Iterable[int]) -> dict[int, tuple[list[Doc], list[Doc]]]:
    """Give each frame's shapes (those of tracks too, interpolated) by z-order, and its tags."""
    wanted = set(frames)
    shapes: dict[int, list[Doc]] = defaultdict(list)
    for shape in annotations["shapes"]:
        shapes[shape["frame"]].append(shape)
    for track in annotations["tracks"]:
        for frame in wanted:
            if drawn := _on_frame(track, frame):
                shapes[frame].append(drawn)
    tags: dict[int, list[Doc]] = defaultdict(list)
    for tag in annotations["tags"]:
        tags[tag["frame"]].append(tag)
    return {frame: (sorted(shapes[frame], key=lambda shape: int(shape["z_order"])), tags[frame]) for frame in wanted}


def _on_frame(track: Doc, frame: int) -> Doc | None:
    shape = tracks.at(track["shapes"], frame)
    if shape is None or shape["outside"]:
        return None
    whole: Doc = {name: track[name] for name in ("label_id", "group", "source")}
    elements = [_element(element, frame) for element in track.get("elements", ())]
    return {
        **shape,
        **whole,
        "attributes": shape["attributes"] + track["attributes"],
        "elements": [element for element in elements if element],
    }


def _element(track: Doc, frame: int) -> Doc | None:
    shape = tracks.at(track["shapes"], frame)
    if shape is None:
        return None
    attributes = shape["attributes"] + track["attributes"]
    return {**shape, "label_id": track["label_id"], "attributes": attributes, "source": track["source"], "group": 0}


def label_name(labels: Labels, item: Doc) -> str:
    """Give the name of an annotation's label."""
    return str(labels[item["label_id"]]["name"])


def attribute_names(labels: Labels, item: Doc) -> list[tuple[str, str]]:
    """Give an annotation's attributes by name."""
    names = {spec["id"]: spec["name"] for spec in labels[item["label_id"]]["attributes"]}
    return [(names[value["spec_id"]], value["value"]) for value in item["attributes"] if value["spec_id"] in names]
