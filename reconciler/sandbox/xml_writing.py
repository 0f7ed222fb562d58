"""``CVAT for images 1.1``: the XML as CVAT 2.54.1 writes it (compared with a recorded export)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from reconciler.sandbox import xml_shapes
from reconciler.sandbox.annotation_checks import Labels
from reconciler.sandbox.drawn import attribute_names, by_frame, label_name
from reconciler.sandbox.links import Doc
from reconciler.sandbox.media import Media

_INDENT = "  "


@dataclass(frozen=True)
class Part:
    """A task, or a job of it, to be written: its frames, annotations, and what is said of each picture."""

    media: Media
    frames: Iterable[int]
    annotations: Doc
    labels: Labels
    picture: Mapping[str, str]


def document(kind: str, meta: Doc, parts: Iterable[Part], moment: str) -> str:
    """Give the whole document; ``kind`` is task, job or project, ``meta`` what is said of it."""
    lines = ['<?xml version="1.0" encoding="utf-8"?>', "<annotations>", "  <version>1.1</version>", "  <meta>"]
    lines += _element(kind, meta, 2)
    lines += _element("dumped", date_of(moment), 2)
    lines.append("  </meta>")
    for part in parts:
        lines += _pictures(part)
    lines.append("</annotations>\n")
    return "\n".join(lines)


def date_of(text: str) -> str:
    """Write a date as these files have it."""
    return str(datetime.fromisoformat(text))


def _element(name: str, value: Any, depth: int) -> Iterator[str]:
    """Give an element's lines: of an object its fields, of a list of pairs each pair, or the text."""
    space = _INDENT * depth
    if not isinstance(value, dict | list):
        yield f"{space}<{name}>{escape('' if value is None else str(value))}</{name}>"
        return
    yield f"{space}<{name}>"
    for inner, content in value.items() if isinstance(value, dict) else value:
        yield from _element(inner, content, depth + 1)
    yield f"{space}</{name}>"


def _pictures(part: Part) -> Iterator[str]:
    drawn = by_frame(part.annotations, part.frames)
    for frame in part.frames:
        name, width, height = part.media.frames[frame]
        size = {"width": str(width), "height": str(height)}
        start = {"id": str(part.media.source_number(frame)), "name": name}
        yield f"{_INDENT}<image{_attributes({**start, **part.picture, **size})}>"
        shapes, tags = drawn[frame]
        for shape in shapes:
            yield from _shape(shape, part.labels)
        for tag in tags:
            told = {"label": label_name(part.labels, tag), "source": str(tag["source"]), **_group(tag)}
            yield from _with_attributes("tag", told, tag, part.labels, (), 2)
        yield f"{_INDENT}</image>"


def _shape(shape: Doc, labels: Labels, *, part: bool = False, depth: int = 2) -> Iterator[str]:
    told = {"label": label_name(labels, shape), "source": shape["source"]}
    if part:
        told["outside"] = str(int(shape["outside"]))
    if shape["type"] != "skeleton":
        told["occluded"] = str(int(shape["occluded"]))
    told |= xml_shapes.written(shape["type"], shape["points"], shape["rotation"])
    if not part:
        told["z_order"] = str(shape["z_order"])
    inside = [line for e in shape.get("elements", ()) for line in _shape(e, labels, part=True, depth=depth + 1)]
    name = str(xml_shapes.ELEMENTS.get(shape["type"], shape["type"]))
    yield from _with_attributes(name, told | _group(shape), shape, labels, inside, depth)


def _group(item: Doc) -> dict[str, str]:
    return {"group_id": str(item["group"])} if item["group"] else {}


def _with_attributes(
    name: str, told: Mapping[str, str], item: Doc, labels: Labels, inside: Iterable[str], depth: int
) -> Iterator[str]:
    space = _INDENT * depth
    yield f"{space}<{name}{_attributes(told)}>"
    yield from inside
    for attribute, value in attribute_names(labels, item):
        yield f"{space}{_INDENT}<attribute name={quoteattr(attribute)}>{escape(value)}</attribute>"
    yield f"{space}</{name}>"


def _attributes(told: Mapping[str, str]) -> str:
    return "".join(f" {name}={quoteattr(value)}" for name, value in told.items())
