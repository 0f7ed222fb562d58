"""What labels and attributes say that CVAT could not keep, or would make something else of."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterator, Mapping

from reconciler.errors import Problem
from reconciler.manifest.locations import Locations
from reconciler.manifest.models import AttributeBlock, LabelBlock, Manifest
from reconciler.manifest.wording import either, quoted

_CHOICES = ("select", "radio")
_TRUTHS = ("true", "false")
_NAMES_IN_SVG = re.compile(r"""data-label-name=(["'])(.*?)\1""", re.DOTALL)


def label_problems(manifest: Manifest, locations: Locations) -> Iterator[Problem]:
    """Every label and attribute that contradicts itself or its neighbours."""
    for section, blocks in (("projects", manifest.projects), ("tasks", manifest.tasks)):
        for key, block in blocks.items():
            if block.labels is not None:
                yield from _labels(block.labels, locations, section, key, "labels")


def _labels(labels: Mapping[str, LabelBlock], locations: Locations, *path: str) -> Iterator[Problem]:
    yield from _renamings(labels, locations, *path)
    for name, label in labels.items():
        yield from _skeleton(name, label, locations, *path, name)
        yield from _attributes(label.attributes, locations, *path, name)
        for part, sublabel in (label.sublabels or {}).items():
            yield from _attributes(sublabel.attributes, locations, *path, name, "sublabels", part)


def _renamings(labels: Mapping[str, LabelBlock], locations: Locations, *path: str) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for name, label in labels.items():
        old = label.renamed_from
        if old is None:
            continue
        where = locations.at(*path, name, "renamed_from")
        if old == name:
            yield Problem(f"{quoted(name)} is renamed from its own name", where, "write what it was called before")
        elif old in labels:
            what = f"{quoted(name)} is renamed from {quoted(old)}, which is described here, too"
            yield Problem(what, where, f"take {quoted(old)} out, or make {quoted(name)} a label of its own")
        elif other := first.get(old):
            elsewhere = locations.at(*path, other, "renamed_from")
            hint = f"the other one is at {elsewhere}" if elsewhere else None
            yield Problem(f"{quoted(other)} and {quoted(name)} are both renamed from {quoted(old)}", where, hint)
        else:
            first[old] = name


def _skeleton(name: str, label: LabelBlock, locations: Locations, *path: str) -> Iterator[Problem]:
    written = [field for field in ("sublabels", "svg") if getattr(label, field) is not None]
    if label.type == "skeleton" and (missing := [field for field in ("sublabels", "svg") if field not in written]):
        what = f"the skeleton {quoted(name)} needs {' and '.join(quoted(field) for field in missing)}"
        hint = "for one that is on the server already, `type` can be left out"
        yield Problem(what, locations.at(*path, "type"), hint)
    if label.type not in (None, "skeleton"):
        for field in written:
            what = f"{quoted(name)} is of type {label.type}, and only a skeleton has {quoted(field)}"
            yield Problem(what, locations.at(*path, field), f"take it out, or write `type: skeleton` in {quoted(name)}")
    if label.sublabels is not None and not label.sublabels:
        yield Problem(f"the skeleton {quoted(name)} has no parts", locations.at(*path, "sublabels"), "add its points")
    if label.sublabels and label.svg is not None:
        yield from _drawing(label.sublabels, label.svg, locations, *path, "svg")


def _drawing(parts: Mapping[str, object], svg: str, locations: Locations, *path: str) -> Iterator[Problem]:
    """The server finds a skeleton's parts in its drawing by `data-label-name` (CVAT, creation of skeletons)."""
    drawn = {html.unescape(name) for _, name in _NAMES_IN_SVG.findall(svg)}
    where = locations.at(*path)
    if missing := [name for name in parts if name not in drawn]:
        hint = 'each part is an element with data-label-name="…"; ids of labels (data-label-id) are another server\'s'
        yield Problem(f"the drawing does not show {either(quoted(name) for name in missing)}", where, hint)
    if extra := sorted(drawn - set(parts)):
        what = f"the drawing shows {either(quoted(name) for name in extra)}, which `sublabels` does not have"
        yield Problem(what, where, "describe every part of the drawing")


def _attributes(attributes: Mapping[str, AttributeBlock], locations: Locations, *path: str) -> Iterator[Problem]:
    for name, attribute in attributes.items():
        at = (*path, "attributes", name)
        yield from _values(attribute, locations, *at)
        yield from _default(attribute, locations, *at)


def _values(attribute: AttributeBlock, locations: Locations, *path: str) -> Iterator[Problem]:
    values = attribute.values
    if values is None:
        return
    where = locations.at(*path, "values")
    if attribute.input_type == "number":
        yield from _scale(attribute, values, locations, *path)
        return
    if repeated := next((value for index, value in enumerate(values) if value in values[:index]), None):
        yield Problem(f"the value {quoted(repeated)} stands here twice", where, "leave one out")
    if attribute.input_type == "checkbox" and (not values or not set(values) <= set(_TRUTHS)):
        yield Problem("the values of a checkbox are true and false", where, 'write `values: ["false"]`, its default')
    if attribute.input_type in _CHOICES and not values:
        yield Problem(f"a {attribute.input_type} without values leaves nothing to choose", where, "write its choices")


def _scale(attribute: AttributeBlock, values: tuple[str, ...], locations: Locations, *path: str) -> Iterator[Problem]:
    """CVAT's editor reads a number's values as its minimum, maximum and step."""
    where = locations.at(*path, "values")
    numbers = [_number(value) for value in values]
    if len(values) != 3 or None in numbers:
        yield Problem("the values of a number are its minimum, maximum and step", where, "write `values: [0, 100, 1]`")
        return
    low, high, step = (number for number in numbers if number is not None)
    if low > high:
        yield Problem(f"the minimum {values[0]} is above the maximum {values[1]}", where)
    if step <= 0:
        yield Problem(f"the step {values[2]} is not above 0", where)
    default = _number(attribute.default_value) if attribute.default_value else None
    if default is not None and low <= high and not low <= default <= high:
        what = f"the default {quoted(attribute.default_value or '')} does not lie between {values[0]} and {values[1]}"
        yield Problem(what, locations.at(*path, "default_value"))


def _default(attribute: AttributeBlock, locations: Locations, *path: str) -> Iterator[Problem]:
    default, values = attribute.default_value, attribute.values
    if default is None:
        return
    where = locations.at(*path, "default_value")
    kind = attribute.input_type
    if kind == "checkbox" and default not in _TRUTHS:
        yield Problem(f"the default of a checkbox is true or false, not {quoted(default)}", where)
    if kind == "number" and _number(default) is None:
        yield Problem(f"the default of a number is a number, not {quoted(default)}", where)
    if kind in _CHOICES and values and default not in values:
        what = f"the default {quoted(default)} is not one of the values"
        yield Problem(what, where, f"they are {either(quoted(value) for value in values)}")


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
