"""``Datumaro 1.0``: annotations as JSON, written and read. Of its kinds those that CVAT's pictures have.

Tracks are written as the shapes they have on frames; skeletons and masks are not written as JSON here.
"""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any

from reconciler.sandbox.annotation_checks import Labels
from reconciler.sandbox.drawn import attribute_names, by_frame
from reconciler.sandbox.links import Doc
from reconciler.sandbox.media import Media
from reconciler.sandbox.xml_writing import Part

_KINDS = {"polygon": "polygon", "polyline": "polyline", "points": "points", "ellipse": "ellipse"}
_SOURCE = "file"


def written(part: Part) -> str:
    """Give the document of a task or job."""
    roots = [label for label in part.labels.values() if not label.get("has_parent")]
    places = {label["id"]: place for place, label in enumerate(roots)}
    drawn = by_frame(part.annotations, part.frames)
    items = []
    for frame in part.frames:
        name, width, height = part.media.frames[frame]
        shapes, tags = drawn[frame]
        found = [_annotation(item, places, part.labels) for item in (*shapes, *tags)]
        items.append(
            {
                "id": str(PurePosixPath(name).with_suffix("")),
                "annotations": [{"id": number, **annotation} for number, annotation in enumerate(found)],
                "attr": {"frame": part.media.source_number(frame)},
                "image": {"path": name, "size": [height, width]},
            }
        )
    labels = [{"name": label["name"], "parent": "", "attributes": []} for label in roots]
    return json.dumps({"info": {}, "categories": {"label": {"labels": labels}}, "items": items})


def _annotation(item: Doc, places: dict[int, int], labels: Labels) -> Doc:
    values: dict[str, Any] = {name: _value(value) for name, value in attribute_names(labels, item)}
    common = {"group": item["group"], "label_id": places[item["label_id"]], "attributes": values}
    if "type" not in item:
        return {"type": "label", **common}
    values["occluded"] = item["occluded"]
    drawn = {**common, "z_order": item["z_order"]}
    points = item["points"]
    if item["type"] == "rectangle":
        values["rotation"] = item["rotation"]
        left, top, right, bottom = points
        return {"type": "bbox", **drawn, "bbox": [left, top, right - left, bottom - top]}
    if item["type"] not in _KINDS:
        raise NotImplementedError(f"The sandbox writes no {item['type']} as Datumaro 1.0")
    return {"type": _KINDS[item["type"]], **drawn, "points": points}


def _value(text: str) -> bool | str:
    return text == "true" if text in ("true", "false") else text


def read(content: bytes, media: Media, labels: Labels) -> Doc:
    """Read a document's tags and shapes, or raise what is wrong with it."""
    document = json.loads(content)
    roots = {label["name"]: label for label in labels.values() if not label.get("has_parent")}
    names = [label["name"] for label in document["categories"].get("label", {}).get("labels", ())]
    frames = {str(PurePosixPath(name).with_suffix("")): number for number, (name, _, _) in enumerate(media.frames)}
    found: Doc = {"version": 0, "tags": [], "shapes": [], "tracks": []}
    for item in document["items"]:
        if item["id"] not in frames:
            raise ValueError(f"Could not match item id: '{item['id']}' with any task frame")
        for annotation in item["annotations"]:
            name = names[annotation["label_id"]]
            if name not in roots:
                raise ValueError(f"Label {name!r} is not registered for this task")
            kind, read_item = _item(annotation, roots[name])
            found[kind].append({**read_item, "frame": frames[item["id"]]})
    return found


def _item(annotation: Doc, label: Doc) -> tuple[str, Doc]:
    given = annotation.get("attributes", {})
    specs = {spec["name"]: spec["id"] for spec in label["attributes"]}
    values = [{"spec_id": specs[name], "value": _text(value)} for name, value in given.items() if name in specs]
    item: Doc = {"label_id": label["id"], "group": annotation.get("group", 0), "source": _SOURCE, "attributes": values}
    if annotation["type"] == "label":
        return "tags", item
    drawn = {"occluded": bool(given.get("occluded")), "outside": False, "z_order": annotation.get("z_order", 0)}
    item |= {**drawn, "elements": [], "rotation": 0.0}
    if annotation["type"] == "bbox":
        left, top, width, height = annotation["bbox"]
        box = {"type": "rectangle", "points": [left, top, left + width, top + height]}
        return "shapes", {**item, **box, "rotation": float(given.get("rotation", 0))}
    if annotation["type"] not in _KINDS.values():
        raise NotImplementedError(f"The sandbox reads no {annotation['type']} of Datumaro 1.0")
    return "shapes", {**item, "type": annotation["type"], "points": annotation["points"]}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
