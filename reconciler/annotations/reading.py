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
from reconciler.annotations.labels import LabelIds, LabelSpec

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
    """Read a file. With a task's labels, its ids are understood and what it leaves out of attributes is filled in.

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
        return _Reading(ids).annotations(data)
    except Wrong as wrong:
        raise AnnotationsError(f"{name}: {wrong}", hint=wrong.hint) from None


def _refuse_constant(word: str) -> Any:
    raise Wrong("", f"{word} is no number that JSON knows")


def _wrong(path: Path, what: str, hint: str | None) -> AnnotationsError:
    return AnnotationsError(f"{path} {what}", hint=hint)


def _unreadable(path: Path, failure: OSError) -> AnnotationsError:
    return AnnotationsError(f"{path} cannot be read: {failure.strerror or failure}")


class _Reading:
    """Reads one file. Every method takes a value and its place, and raises Wrong with the place."""

    def __init__(self, ids: LabelIds | None) -> None:
        self._ids = ids

    def annotations(self, data: Any) -> Annotations:
        held = check.mapping(data, "")
        for key in held.keys() - _KNOWN:
            raise Wrong("", f"`{key}` is not known: there are tags, shapes and tracks", _FORMAT_HINT)
        if not held.keys() & set(items.KINDS):
            raise Wrong("", "it has no tags, shapes or tracks", _FORMAT_HINT)
        tracks = self._all(held, "tracks", self._track)
        return Annotations(
            tuple(self._all(held, "tags", self._tag)),
            tuple(self._all(held, "shapes", self._shape)),
            tuple(one for one in tracks if one is not None),
        )

    def _all(self, held: dict[str, Any], kind: str, read: Callable[[Any, Place], _ReadT]) -> list[_ReadT]:
        values = check.listed(held.get(kind, []), kind)
        return [read(value, f"{kind}[{place}]") for place, value in enumerate(values)]

    def _tag(self, value: Any, place: Place) -> Item:
        raw = check.item(value, place)
        label, attributes = self._named(raw, place)
        return self._completed("tags", items.tag(raw, label, attributes), place)

    def _shape(self, value: Any, place: Place) -> Item:
        raw = check.drawn(check.item(value, place), place)
        label, attributes = self._named(raw, place)
        parts = [self._shape_part(part, at, label) for part, at in self._elements(raw, place)]
        return self._completed("shapes", items.shape(raw, label, attributes, parts), place)

    def _shape_part(self, value: Any, place: Place, of: str) -> Item:
        raw = check.drawn(check.item(value, place), place)
        label, attributes = self._named(raw, place, of)
        return items.shape_part(raw, label, attributes)

    def _track(self, value: Any, place: Place) -> Item | None:
        raw = check.item({"frame": 0, **check.mapping(value, place)}, place)
        label, attributes = self._named(raw, place)
        parts = [self._track_part(part, at, label) for part, at in self._elements(raw, place)]
        track = items.track(raw, label, attributes, self._keyframes(raw, place, label), parts)
        return None if track is None else self._completed("tracks", track, place)

    def _track_part(self, value: Any, place: Place, of: str) -> Item:
        raw = check.item({"frame": 0, **check.mapping(value, place)}, place)
        label, attributes = self._named(raw, place, of)
        return items.track_part(raw, label, attributes, self._keyframes(raw, place, label, of))

    def _keyframes(self, raw: dict[str, Any], place: Place, label: str, of: str | None = None) -> list[Item]:
        shapes = check.listed(raw.get("shapes"), f"{place}.shapes")
        if not shapes:
            raise Wrong(f"{place}.shapes", "is empty: a track has at least one keyframe")
        keyframes = []
        for number, value in enumerate(shapes):
            at = f"{place}.shapes[{number}]"
            one = check.drawn(check.item(value, at), at)
            keyframes.append(items.keyframe(one, self._values(one, at, self._spec(label, of))))
        return check.each_frame_once(keyframes, place)

    def _elements(self, raw: dict[str, Any], place: Place) -> list[tuple[Any, Place]]:
        values = check.listed(raw.get("elements") or [], f"{place}.elements")
        return [(value, f"{place}.elements[{number}]") for number, value in enumerate(values)]

    def _named(self, raw: dict[str, Any], place: Place, of: str | None = None) -> tuple[str, Values]:
        label = self._label(raw, place, of)
        return label, self._values(raw, place, self._spec(label, of))

    def _label(self, raw: dict[str, Any], place: Place, of: str | None) -> str:
        name = raw.get("label")
        if name is not None:
            return check.text(name, f"{place}.label")
        number = raw.get("label_id")
        if number is None:
            raise Wrong(place, "has no `label`")
        if self._ids is None:
            raise Wrong(f"{place}.label_id", "names a label by id, but the task's labels have no ids yet", _NAMES_HINT)
        known = self._ids.by_id if of is None else self._ids.labels[of].parts_by_id if of in self._ids.labels else {}
        found = known.get(number) if isinstance(number, int) else None
        if found is None:
            raise Wrong(f"{place}.label_id", f"the task has no label with the id {number!r}", _NAMES_HINT)
        return found.name

    def _spec(self, label: str, of: str | None) -> LabelSpec | None:
        if self._ids is None:
            return None
        holder = self._ids.labels.get(of or label)
        return holder if of is None or holder is None else holder.parts.get(label)

    def _values(self, raw: dict[str, Any], place: Place, label: LabelSpec | None) -> Values:
        held = raw.get("attributes") or []
        if isinstance(held, dict):
            given = {str(name): check.attribute(one, f"{place}.attributes.{name}") for name, one in held.items()}
            return dict(sorted(given.items()))
        values: Values = {}
        for number, one in enumerate(check.listed(held, f"{place}.attributes")):
            at = f"{place}.attributes[{number}]"
            entry = check.mapping(one, at)
            name = self._attribute(entry, at, label)
            if name in values:
                raise Wrong(at, f"gives attribute `{name}` a second value")
            values[name] = check.attribute(entry.get("value"), f"{at}.value")
        return dict(sorted(values.items()))

    def _attribute(self, entry: dict[str, Any], place: Place, label: LabelSpec | None) -> str:
        name = entry.get("name")
        if name is not None:
            return check.text(name, f"{place}.name")
        number = entry.get("spec_id")
        if number is None:
            raise Wrong(place, "has no `name`")
        found = label.attribute_names.get(number) if label is not None and isinstance(number, int) else None
        if found is None:
            of = f"label `{label.name}`" if label is not None else "the label"
            raise Wrong(f"{place}.spec_id", f"{of} has no attribute with the id {number!r}", _NAMES_HINT)
        return found

    def _completed(self, kind: str, item: Item, place: Place) -> Item:
        if self._ids is None:
            return item
        try:
            return Annotations(**{kind: (item,)}).completed(self._ids).as_json()[kind][0]
        except AnnotationsError as wrong:
            raise Wrong(place, wrong.what, wrong.hint) from None


_NAMES_HINT: Final = 'Name labels and attributes instead: "label": "car", "attributes": [{"name": …, "value": …}].'
