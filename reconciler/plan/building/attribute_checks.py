"""What can be wrong with an attribute that only shows beside what is there."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import JsonValue

from reconciler.errors import Location
from reconciler.plan.building.building import Building
from reconciler.plan.labels import table
from reconciler.plan.steps import Image
from reconciler.plan.wishes import Place

_LONGEST = 4096  # characters of all values together, with a line break after each (CVAT, AttributeSpec.values)
_CHOSEN = frozenset({"radio", "select"})


def check_attributes(ctx: Building, called: str, before: Image, after: Image, at: Place) -> None:
    """Note what the server would refuse, or silently not do, about the attributes that change.

    Args:
        ctx: where problems are noted.
        called: whose attributes, in words: `label 'car'`.
        before: those that differ, by name, as they are.
        after: as they should be.
        at: the place of an attribute, or of one of its fields.
    """
    for name, wanted in after.items():
        one = _Attribute(ctx, f"attribute {name!r} of {called}", table(before[name]), table(wanted))
        if wanted is None:
            one.check_removal(at())
        elif before[name] is None:
            one.check_new(at(name))
            one.check_values(at(name))
        else:
            one.check_change(at(name))
            one.check_values(at(name))


class _Attribute:
    def __init__(self, ctx: Building, called: str, before: Image, after: Image) -> None:
        self._ctx = ctx
        self._called = called
        self._before = before
        self._after = after

    def check_removal(self, where: Location | None) -> None:
        if not self._ctx.capabilities.deletes_attributes:
            what = f"{self._called} is to be removed (prune.labels), but CVAT {self._ctx.ref.version} cannot do that"
            self._ctx.problem(what, where, "describe it, or set `prune: {labels: false}`; CVAT 2.80 can remove it")

    def check_new(self, where: Location | None) -> None:
        if self._after["input_type"] is None:
            hint = "add `input_type`: checkbox, radio, number, text or select"
            self._ctx.problem(f"{self._called} is new, and does not say how it is entered", where, hint)
        elif self._after["input_type"] in _CHOSEN and not self._values:
            self._ctx.problem(f"{self._called} is new, and has nothing to choose from", where, "add `values: [a, b]`")
        elif self._after["input_type"] == "number" and not self._values:
            hint = 'add its minimum, maximum and step: `values: ["0", "100", "1"]`'
            self._ctx.problem(f"{self._called} is new, and has no limits", where, hint)

    def check_change(self, where: Location | None) -> None:
        """What annotators' values rest on: newer servers refuse to change it."""
        if not self._ctx.capabilities.fixes_attributes:
            return
        for field in ("input_type", "mutable"):
            if self._before[field] != self._after[field]:
                was, wanted = (_said(one[field]) for one in (self._before, self._after))
                self._fixed(f"`{field}` of {self._called} is {was} and cannot become {wanted}", where)
        if self._before["input_type"] != self._after["input_type"] or self._values == _texts(self._before["values"]):
            return
        if self._after["input_type"] == "number":
            self._fixed(f"`values` of {self._called} cannot be changed: it is a number", where)
        gone = [value for value in _texts(self._before["values"]) if value not in self._values]
        if self._after["input_type"] in _CHOSEN and gone:
            self._fixed(f"`values` of {self._called} can only be added to; {', '.join(gone)} would go", where)

    def check_values(self, where: Location | None) -> None:
        """What an annotator could not save. What is as it was is nobody's business here."""
        if all(self._before.get(field) == self._after[field] for field in ("input_type", "values", "default_value")):
            return
        default = str(self._after["default_value"])
        if sum(len(value) + 1 for value in self._values) > _LONGEST:
            self._ctx.problem(f"the values of {self._called} are too long: {_LONGEST} characters all in all", where)
        elif not self._fits(default):
            self._ctx.problem(f"{default!r} is not a value that {self._called} can have", where, self._hint())

    def _fits(self, default: str) -> bool:
        match self._after["input_type"]:
            case "radio" | "select":
                return default in self._values or not self._values
            case "checkbox":
                return default.lower() in ("true", "false")
            case "number":
                return _within(default, self._values)
            case _:
                return True

    def _hint(self) -> str:
        match self._after["input_type"]:
            case "checkbox":
                return "`default_value` of a checkbox is true or false"
            case "number":
                return "`values` of a number are its minimum, maximum and step, and `default_value` lies within"
            case _:
                return f"`default_value` is one of {', '.join(self._values)}"

    def _fixed(self, what: str, where: Location | None) -> None:
        version = self._ctx.ref.version
        self._ctx.problem(what, where, f"CVAT {version} keeps it, for the annotations that have it; add another one")

    @property
    def _values(self) -> list[str]:
        return _texts(self._after["values"])


def _within(default: str, values: Sequence[str]) -> bool:
    if not values:
        return True
    try:
        return float(values[0]) <= float(default) <= float(values[1])
    except (IndexError, ValueError):
        return False


def _texts(values: JsonValue) -> list[str]:
    return [str(value) for value in values] if isinstance(values, list) else []


def _said(value: JsonValue) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
