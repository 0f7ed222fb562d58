"""Annotations from a person's file: CVAT's own JSON, as `GET /api/tasks/{id}/annotations` gives it, or with names.

A label is `"label": "car"` or `"label_id": 7`; an attribute {"name": …, "value": …}, {"spec_id": …, "value": …}, or all
of them as {"parked": "true"}.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeVar

from reconciler.annotations import file_checks as check
from reconciler.annotations import items
from reconciler.annotations.content import Annotations
from reconciler.annotations.errors import AnnotationsError
from reconciler.annotations.file_checks import Place, Wrong
from reconciler.annotations.items import Item, Values
from reconciler.annotations.labels import LabelIds, said_by_id

_KNOWN: Final = {*items.KINDS, "version"}

_ReadT = TypeVar("_ReadT")


def sha256_of(path: Path) -> str:
    """The digest of a file's bytes.

    Raises:
        AnnotationsError: it cannot be read.
    """
    digest = sha256()
    try:
        with path.open("rb") as file:
            while part := file.read(1 << 20):
                digest.update(part)
    except OSError as failure:
        raise _unreadable(path, failure) from None
    return digest.hexdigest()


def read_native(path: Path, ids: LabelIds | None = None) -> Annotations:
    """Read a file. With a task's labels, its ids become names and what it leaves out of attributes is filled in; else
    `Annotations.completed` does that later.

    Raises:
        AnnotationsError: it cannot be read, is no JSON, or something in it is wrong; names file, place and what.
    """
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise _wrong(path, "is no JSON: it is not text in UTF-8", _FORMAT_HINT) from None
    except OSError as failure:
        raise _unreadable(path, failure) from None
    try:
        data = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as failure:
        raise _wrong(
            path, f"is no JSON: line {failure.lineno}, column {failure.colno}: {failure.msg}", _FORMAT_HINT
        ) from None
    except (Wrong, RecursionError) as failure:
        raise _wrong(path, f"is no JSON: {failure}", None) from None
    return read_data(data, str(path), ids)


_FORMAT_HINT: Final = "If it is in one of CVAT's export formats, name it: `format: CVAT 1.1`."


def read_data(data: Any, name: str, ids: LabelIds | None = None) -> Annotations:
    """Read what was in a file of this name.

    Raises:
        AnnotationsError: something in it is wrong.
    """
    try:
        read = _annotations(data)
        return read if ids is None else read.completed(ids)
    except Wrong as wrong:
        raise AnnotationsError(f"{name}: {wrong}", hint=wrong.hint) from None
    except AnnotationsError as wrong:
        raise AnnotationsError(f"{name}: {wrong.what}", hint=wrong.hint) from None


def _refuse_constant(word: str) -> Any:
    raise Wrong("", f"{word} is no number that JSON knows")


def _wrong(path: Path, what: str, hint: str | None) -> AnnotationsError:
    return AnnotationsError(f"{path} {what}", hint=hint)


def _unreadable(path: Path, failure: OSError) -> AnnotationsError:
    return AnnotationsError(f"{path} cannot be read: {failure.strerror or failure}")


def _annotations(data: Any) -> Annotations:
    held = check.mapping(data, "")
    for key in held.keys() - _KNOWN:
        raise Wrong("", f"`{key}` is not known: there are tags, shapes and tracks", _FORMAT_HINT)
    if not held.keys() & set(items.KINDS):
        raise Wrong("", "it has no tags, shapes or tracks", _FORMAT_HINT)
    tracks = _all(held, "tracks", _track)
    return Annotations(
        tuple(_all(held, "tags", _tag)),
        tuple(_all(held, "shapes", _shape)),
        tuple(one for one in tracks if one is not None),
    )


def _all(held: dict[str, Any], kind: str, read: Callable[[Any, Place], _ReadT]) -> list[_ReadT]:
    values = check.listed(held.get(kind, []), kind)
    return [read(value, f"{kind}[{place}]") for place, value in enumerate(values)]


def _tag(value: Any, place: Place) -> Item:
    raw = check.item(value, place)
    return items.tag(raw, _label(raw, place), _values(raw, place))


def _shape(value: Any, place: Place) -> Item:
    raw = check.drawn(check.item(value, place), place)
    parts = [_shape_part(part, at) for part, at in _elements(raw, place)]
    if bool(parts) != (raw["type"] == items.SKELETON):  # both are refused (CVAT's LabeledShapeSerializer)
        raise Wrong(place, "has parts, and is no skeleton" if parts else "is a skeleton without parts in `elements`")
    return items.shape(raw, _label(raw, place), _values(raw, place), parts)


def _shape_part(value: Any, place: Place) -> Item:
    raw = check.drawn(check.item(value, place), place)
    return items.shape_part(raw, _label(raw, place), _values(raw, place))


def _track(value: Any, place: Place) -> Item | None:
    raw = check.item({"frame": 0, **check.mapping(value, place)}, place)
    parts = [_track_part(part, at) for part, at in _elements(raw, place)]
    return items.track(raw, _label(raw, place), _values(raw, place), _keyframes(raw, place), parts)


def _track_part(value: Any, place: Place) -> Item:
    raw = check.item({"frame": 0, **check.mapping(value, place)}, place)
    return items.track_part(raw, _label(raw, place), _values(raw, place), _keyframes(raw, place))


def _keyframes(raw: dict[str, Any], place: Place) -> list[Item]:
    shapes = check.listed(raw.get("shapes"), f"{place}.shapes")
    if not shapes:
        raise Wrong(f"{place}.shapes", "is empty: a track has at least one keyframe")
    keyframes = []
    for number, value in enumerate(shapes):
        at = f"{place}.shapes[{number}]"
        one = check.drawn(check.item(value, at), at)
        keyframes.append(items.keyframe(one, _values(one, at)))
    return check.each_frame_once(keyframes, place)


def _elements(raw: dict[str, Any], place: Place) -> list[tuple[Any, Place]]:
    values = check.listed(raw.get("elements") or [], f"{place}.elements")
    return [(value, f"{place}.elements[{number}]") for number, value in enumerate(values)]


def _label(raw: dict[str, Any], place: Place) -> str:
    return _name(raw, place, "label", "label_id")


def _values(raw: dict[str, Any], place: Place) -> Values:
    held = raw.get("attributes") or []
    if isinstance(held, dict):
        given = {str(name): check.attribute(one, f"{place}.attributes.{name}") for name, one in held.items()}
        return dict(sorted(given.items()))
    values: Values = {}
    for number, one in enumerate(check.listed(held, f"{place}.attributes")):
        at = f"{place}.attributes[{number}]"
        entry = check.mapping(one, at)
        name = _name(entry, at, "name", "spec_id")
        if name in values:
            raise Wrong(at, "gives an attribute a second value")
        values[name] = check.attribute(entry.get("value"), f"{at}.value")
    return dict(sorted(values.items()))


def _name(raw: dict[str, Any], place: Place, key: str, id_key: str) -> str:
    """What is given by name, or what stands for its id until the task's labels are known."""
    if raw.get(key) is not None:
        return check.text(raw[key], f"{place}.{key}")
    if raw.get(id_key) is None:
        raise Wrong(place, f"has no `{key}`")
    return said_by_id(check.count(raw[id_key], f"{place}.{id_key}"))
