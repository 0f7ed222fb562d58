"""The options that select tasks: each a condition of a rule's `select`, written as on a command line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from reconciler.errors import Location, Problem
from reconciler.manifest.nodes import Entry, Items, Node, Scalar, Table
from reconciler.manifest.on_the_fly import place
from reconciler.manifest.wording import quoted

NOBODY: Final = frozenset({"", "none"})
"""How null is written on a command line: nobody, or no subset."""

Typed = tuple[str, Location]
"""A value as it was typed, and the option that it stands in."""

_RANGE: Final = re.compile(r"([0-9]*)\.\.([0-9]*)")


@dataclass(frozen=True)
class Option:
    """One option, and where in a `select` its value goes."""

    flag: str
    path: tuple[str, ...]
    metavar: str
    help: str
    several: bool = True
    clearable: bool = False  # takes `none`

    @property
    def parameter(self) -> str:
        """What the command's function is told it by."""
        return "select_" + self.flag.removeprefix("--").replace("-", "_")

    def node(self, typed: Sequence[Typed]) -> Node:
        """What its values are in a `select`: one of them, or a list that means any."""
        nodes = [self._value(value, where) for value, where in typed]
        return nodes[-1] if len(nodes) == 1 or not self.several else Items(tuple(nodes), typed[0][1])

    def _value(self, value: str, where: Location) -> Node:
        if self.clearable and value in NOBODY:
            return Scalar(None, value, where)
        plain = number(value)
        if self.path == ("project",):
            inner = Scalar(value if plain is None else plain, value, where)
            return Table({"name" if plain is None else "id": Entry(where, inner)}, where)
        if self.path == ("priority",) and (ends := _RANGE.fullmatch(value)):
            named = zip(("min", "max"), ends.groups(), strict=True)
            return Table({name: Entry(where, Scalar(number(end), end, where)) for name, end in named if end}, where)
        is_number = self.path in (("id",), ("priority",)) and plain is not None
        return Scalar(plain if is_number else value, value, where)


SELECT: Final = Option(
    "--select",
    (),
    "CONDITION",
    "Any condition of a rule's `select`: status=completed, or as in a manifest: '{size: {max: 9}, not: {owner: bob}}'.",
)
OPTIONS: Final = (
    Option("--id", ("id",), "ID", "Tasks by their ids."),
    Option("--project", ("project",), "NAME|ID", "Tasks of projects."),
    Option("--name", ("name",), "GLOB", "Tasks called like this; * and ? stand for anything.", several=False),
    Option("--name-regex", ("name_regex",), "REGEX", "The same, as a regular expression.", several=False),
    Option("--subset", ("subset",), "SUBSET", "Tasks of subsets; none: of no subset.", clearable=True),
    Option("--status", ("status",), "STATUS", "annotation, validation or completed."),
    Option("--owner", ("owner",), "USER", "Tasks of owners.", clearable=True),
    Option("--assignee", ("assignee",), "USER", "Tasks of assignees; none: of nobody.", clearable=True),
    Option("--priority", ("priority",), "N|N..M", "Tasks whose names show it; ..2 is up to 2; none.", clearable=True),
    Option("--label", ("labels",), "LABEL", "Tasks with any of these labels."),
    Option("--created-after", ("created", "after"), "DATE", "Tasks made since then.", several=False),
    Option("--created-before", ("created", "before"), "DATE", "Tasks made before then.", several=False),
    Option("--updated-after", ("updated", "after"), "DATE", "Tasks changed since then.", several=False),
    Option("--updated-before", ("updated", "before"), "DATE", "Tasks not changed since then.", several=False),
    Option("--job-stage", ("job", "stage"), "STAGE", "Tasks with jobs in annotation, validation or acceptance."),
    Option("--job-state", ("job", "state"), "STATE", "… that are new, in progress, completed or rejected."),
    Option("--job-assignee", ("job", "assignee"), "USER", "… of somebody; none: of nobody.", clearable=True),
    Option("--job-type", ("job", "type"), "TYPE", "… of type annotation (if not said), ground_truth or replica."),
    SELECT,
)
"""In the order of the help. All given conditions hold together; one that is repeated means any of its values."""

BY_PATH: Final = {one.path: one for one in OPTIONS if one is not SELECT}


def unreadable(value: str, option: str) -> Iterator[Problem]:
    """A value that is no text, and that no server can be asked about."""
    if "\0" in value:
        yield Problem(f"a NUL character in {quoted(value)}", place(option))
    elif any("\ud800" <= char <= "\udfff" for char in value):
        yield Problem(f"{quoted(value)} is not UTF-8 text", place(option))


def number(text: str) -> int | None:
    """The number that plain digits are; not one that no id can be."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None
