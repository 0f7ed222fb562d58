"""What a step does to a label, field by field, for a person."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import JsonValue

from reconciler.plan.labels import table
from reconciler.plan.model import FieldChange
from reconciler.plan.steps import Image


def fields_of_new(wanted: Image, source: str) -> tuple[FieldChange, ...]:
    """All that a new label is given. A drawing is too long to be shown."""
    fields = [FieldChange(path=path, before=None, after=value, source=source) for path, value in _written(wanted)]
    return tuple(fields)


def fields_of_change(before: Image, after: Image, source: str) -> tuple[FieldChange, ...]:
    """What changes, as far down as both sides go."""
    return tuple(
        FieldChange(path=path, before=was, after=is_to_be, source=source)
        for path, was, is_to_be in _changed(before, after)
    )


def _written(wanted: Image) -> Iterator[tuple[tuple[str, ...], JsonValue]]:
    for name in ("type", "color"):
        if name in wanted:
            yield (name,), wanted[name]
    for name, attribute in table(wanted["attributes"]).items():
        yield ("attributes", name), attribute
    for name, part in table(wanted.get("sublabels")).items():
        yield ("sublabels", name), part
    if "svg" in wanted:
        yield ("svg",), f"a drawing ({len(str(wanted['svg']))} characters)"


def _changed(before: Image, after: Image) -> Iterator[tuple[tuple[str, ...], JsonValue, JsonValue]]:
    for name in after:
        was, is_to_be = before.get(name), after[name]
        if was == is_to_be:
            continue
        if isinstance(was, dict) and isinstance(is_to_be, dict):
            for path, old, new in _changed(was, is_to_be):
                yield (name, *path), old, new
        else:
            yield (name,), was, is_to_be
