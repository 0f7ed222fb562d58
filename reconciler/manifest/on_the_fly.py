"""A manifest that nobody has written down: one rule, from the options of a command.

It is the same tree that YAML becomes, and goes the same way. What a value stands in is an option instead of a line.
"""

from __future__ import annotations

from typing import Final

from reconciler.errors import Location
from reconciler.manifest.nodes import Entry, Scalar, Table


def place(option: str) -> Location:
    """An option as the place of what is wrong with it."""
    return Location(option, 0, 0)


def said(value: str | int, option: str = "") -> Entry:
    """One word that an option says, or that is understood."""
    return Entry(place(option), Scalar(value, str(value), place(option)))


SOMETHING: Final = Table({"status": said("annotation")}, place(""))
"""A `set`, where only the selection matters."""


def rule_on_the_fly(name: str, select: Table, fields: Table) -> Table:
    """A whole manifest with one rule that is applied once."""
    rule = {
        "mode": said("once"),
        "select": Entry(select.where, select),
        "set": Entry(fields.where, fields),
    }
    rules = Table({name: Entry(place(""), Table(rule, place("")))}, place(""))
    return Table({"version": said(1), "rules": Entry(place(""), rules)}, place(""))
