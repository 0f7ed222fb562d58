"""What values of a person's annotation file have to be, so that the server has nothing to refuse or to drop.

Every function gives the value back, or raises Wrong with its place.
"""

from __future__ import annotations

from typing import Any, Final

from reconciler.annotations.items import Item

Place = str

_EXACTLY: Final = {"rectangle": 4, "ellipse": 4, "cuboid": 16, "skeleton": 0}
_AT_LEAST: Final = {"polygon": 6, "polyline": 4, "points": 2, "mask": 5}
_TYPES: Final = (*_EXACTLY, *_AT_LEAST)
_LONGEST_SOURCE: Final = 16  # a longer one is a 500 (CVAT's models.Annotation)
_LONGEST: Final = 4096  # characters of an attribute's value, as in openapi-2.54.1.yml


class Wrong(Exception):  # noqa: N818 - what is wrong in a file, before it is known in which
    """Something in a file, where it is, and what to do."""

    def __init__(self, place: Place, what: str, hint: str | None = None) -> None:
        super().__init__(f"{place} {what}" if place else what)
        self.hint = hint


def mapping(value: Any, place: Place) -> dict[str, Any]:
    """A JSON object."""
    if not isinstance(value, dict):
        raise Wrong(place, f"has to be an object, not {_called(value)}")
    return value


def listed(value: Any, place: Place) -> list[Any]:
    """A JSON list."""
    if not isinstance(value, list):
        raise Wrong(place, f"has to be a list, not {_called(value)}")
    return value


def text(value: Any, place: Place) -> str:
    """Text that is not empty."""
    if not isinstance(value, str) or not value:
        raise Wrong(place, f"has to be text, not {_called(value)}")
    return value


def attribute(value: Any, place: Place) -> str:
    """An attribute's value: text, or a number or truth value that stands for its text; the server strips its ends."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str):
        raise Wrong(place, f"has to be text, not {_called(value)}")
    stripped: str = value.strip()
    if len(stripped) > _LONGEST:
        raise Wrong(place, f"is longer than {_LONGEST} characters")
    return stripped


def item(value: Any, place: Place) -> dict[str, Any]:
    """What tags, shapes, tracks and keyframes have in common."""
    raw = mapping(value, place)
    if "frame" not in raw:
        raise Wrong(place, "has no `frame`")
    count(raw["frame"], f"{place}.frame")
    if raw.get("group") is not None:
        count(raw["group"], f"{place}.group")
    if raw.get("source") is not None and len(text(raw["source"], f"{place}.source")) > _LONGEST_SOURCE:
        raise Wrong(f"{place}.source", f"is longer than {_LONGEST_SOURCE} characters")
    return raw


def drawn(raw: dict[str, Any], place: Place) -> dict[str, Any]:
    """What shapes and keyframes have in common."""
    kind = raw.get("type")
    if kind not in _TYPES:
        raise Wrong(f"{place}.type", f"has to be one of {', '.join(_TYPES)}, not {_called(kind)}")
    _points(raw.get("points", []), kind, f"{place}.points")
    for flag in ("occluded", "outside"):
        if not isinstance(raw.get(flag, False), bool):
            raise Wrong(f"{place}.{flag}", f"has to be true or false, not {_called(raw[flag])}")
    order = raw.get("z_order", 0)
    if not isinstance(order, int) or isinstance(order, bool):
        raise Wrong(f"{place}.z_order", f"has to be a whole number, not {_called(order)}")
    rotation = raw.get("rotation", 0)
    if not _is_number(rotation) or not 0 <= rotation <= 360:
        raise Wrong(f"{place}.rotation", f"has to be a number from 0 to 360, not {_called(rotation)}")
    if raw.get("score") is not None and not _is_number(raw["score"]):
        raise Wrong(f"{place}.score", f"has to be a number, not {_called(raw['score'])}")
    return raw


def each_frame_once(keyframes: list[Item], place: Place) -> list[Item]:
    """A track is in one place on each frame."""
    seen: set[int] = set()
    for number, one in enumerate(keyframes):
        if one["frame"] in seen:
            raise Wrong(f"{place}.shapes[{number}]", f"is a second keyframe for frame {one['frame']}")
        seen.add(one["frame"])
    return keyframes


def _points(value: Any, kind: str, place: Place) -> None:
    for number, point in enumerate(listed(value, place)):
        if not _is_number(point):
            raise Wrong(f"{place}[{number}]", f"has to be a number, not {_called(point)}")
    length = len(value)
    if kind in _EXACTLY and length != _EXACTLY[kind]:
        raise Wrong(place, f"has {length} numbers: a {kind} has {_EXACTLY[kind]}")
    if kind != "mask" and length % 2:
        raise Wrong(place, "has an odd number of numbers")
    if kind in _AT_LEAST and length < _AT_LEAST[kind]:
        raise Wrong(place, f"has {length} numbers: a {kind} has at least {_AT_LEAST[kind]}")


def count(value: Any, place: Place) -> int:
    """A whole number, 0 or more."""
    if isinstance(value, bool) or not _is_number(value) or value < 0 or int(value) != value:
        raise Wrong(place, f"has to be a whole number, 0 or more, not {_called(value)}")
    return int(value)


def _is_number(value: Any) -> bool:
    # A number too large for a float was read as infinity.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300


def _called(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    return f"{value!r}" if len(repr(value)) <= 40 else f"{repr(value)[:37]}…"
