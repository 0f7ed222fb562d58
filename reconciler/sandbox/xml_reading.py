"""``CVAT 1.1``: reading annotations from CVAT's XML, for pictures and for tracks."""

from __future__ import annotations

from pathlib import PurePosixPath
from xml.etree import ElementTree as Tree

from reconciler.sandbox import xml_shapes
from reconciler.sandbox.annotation_checks import Labels
from reconciler.sandbox.links import Doc
from reconciler.sandbox.media import Media

_SOURCE = "file"  # of all that comes from a file, whatever the file says


class Reader:
    """Reads files for a task: finds its frames by name, its labels and attributes by name."""

    def __init__(self, media: Media, labels: Labels) -> None:
        self._media = media
        self._labels = labels
        self._roots = {label["name"]: label for label in labels.values() if not label.get("has_parent")}
        names = enumerate(name for name, _, _ in media.frames)
        self._frames = {str(PurePosixPath(name).with_suffix("")): number for number, name in names}
        self.found: Doc = {"version": 0, "tags": [], "shapes": [], "tracks": []}

    def read(self, content: bytes) -> None:
        """Read a document, or raise what a real server raises. Entities are refused: they can grow without bound."""
        if b"<!ENTITY" in content or b"<!DOCTYPE" in content:
            raise ValueError("XML with a document type or with entities is not accepted")
        root = Tree.fromstring(content)  # noqa: S314 - see above
        for element in root:
            if element.tag == "image":
                self._read_picture(element)
            elif element.tag == "track":
                self._read_track(element)

    def _read_picture(self, picture: Tree.Element) -> None:
        frame = self._frame_of(picture)
        for element in picture:
            if element.tag == "tag":
                label = self._label(element)
                self.found["tags"].append({**_common(element, label, frame), "attributes": _values(element, label)})
            elif element.tag in xml_shapes.TYPES:
                self.found["shapes"].append(self._shape(element, frame))

    def _frame_of(self, picture: Tree.Element) -> int:
        name = picture.attrib["name"]
        found = self._frames.get(str(PurePosixPath(name).with_suffix("")))
        if found is not None:
            return found
        number = (int(picture.attrib["id"]) - self._media.start) // self._media.step
        if not 0 <= number < self._media.size:
            raise ValueError(f"Could not match item id: '{PurePosixPath(name).stem}' with any task frame")
        return number

    def _label(self, element: Tree.Element, parent: Doc | None = None) -> Doc:
        name = element.attrib["label"]
        known = {part["name"]: part for part in parent["sublabels"]} if parent else self._roots
        if name not in known:
            # The words are recorded from CVAT 2.54.1.
            raise ValueError(f"Label {name!r} is not registered for this task")
        return known[name]

    def _shape(self, element: Tree.Element, frame: int, parent: Doc | None = None) -> Doc:
        label = self._label(element, parent)
        shape = {**_common(element, label, frame), **_drawn(element), "attributes": _values(element, label)}
        if parent is None:
            parts = [part for part in element if part.tag in xml_shapes.TYPES]
            shape["elements"] = [self._shape(part, frame, label) for part in parts]
        return shape

    def _read_track(self, element: Tree.Element) -> None:
        label = self._label(element)
        drawings = [drawing for drawing in element if drawing.tag in xml_shapes.TYPES]
        keyframes = [drawing for drawing in drawings if drawing.attrib.get("keyframe", "1") == "1"]
        track = {**_track(element, label, [(drawing, self._number(drawing)) for drawing in keyframes]), "elements": []}
        parts: dict[str, list[tuple[Tree.Element, int]]] = {}
        for drawing in drawings:
            frame = self._number(drawing)
            for part in drawing:
                if part.tag in xml_shapes.TYPES and part.attrib.get("keyframe", "1") == "1":
                    parts.setdefault(part.attrib["label"], []).append((part, frame))
        for held in parts.values():
            first = held[0][0]
            track["elements"].append(_track(first, self._label(first, label), held))
        self.found["tracks"].append(track)

    def _number(self, drawing: Tree.Element) -> int:
        return (int(drawing.attrib["frame"]) - self._media.start) // self._media.step


def _common(element: Tree.Element, label: Doc, frame: int) -> Doc:
    group = int(element.attrib.get("group_id", 0))
    return {"frame": frame, "label_id": label["id"], "group": group, "source": _SOURCE}


def _drawn(element: Tree.Element) -> Doc:
    told = element.attrib
    return {
        "type": "rectangle" if element.tag == "box" else element.tag,
        "occluded": told.get("occluded", "0") == "1",
        "outside": told.get("outside", "0") == "1",
        "z_order": int(told.get("z_order", 0)),
        "rotation": float(told.get("rotation", 0)),
        "points": xml_shapes.read(element.tag, told),
    }


def _values(element: Tree.Element, label: Doc, *, mutable: bool | None = None) -> list[Doc]:
    """Give an annotation's attributes; those that the label does not have are left out, as the server does."""
    specs = {spec["name"]: spec for spec in label["attributes"] if mutable in (None, spec["mutable"])}
    given = [(inner.attrib["name"], inner.text or "") for inner in element if inner.tag == "attribute"]
    return [{"spec_id": specs[name]["id"], "value": value} for name, value in given if name in specs]


def _track(element: Tree.Element, label: Doc, drawings: list[tuple[Tree.Element, int]]) -> Doc:
    shapes = [
        {"frame": frame, **_drawn(drawing), "attributes": _values(drawing, label, mutable=True)}
        for drawing, frame in drawings
    ]
    fixed = _values(drawings[0][0], label, mutable=False) if drawings else []
    frame = min((shape["frame"] for shape in shapes), default=0)
    return {**_common(element, label, frame), "attributes": fixed, "shapes": shapes}
