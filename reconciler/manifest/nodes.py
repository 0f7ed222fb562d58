"""Values with their places: what a manifest is between YAML text and typed blocks.

Every value keeps where it stands and how it was written, so that an error found much later (an unknown user on the
server) still points at the right character of the right file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from reconciler.errors import Location

Plain: TypeAlias = "str | int | float | bool | list[Plain] | dict[str, Plain] | None"
"""A plain JSON value."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value: text, number, true or false, null.

    `written` is the text in the file; messages show it instead of the value, which may come from the environment.
    `spoilt` marks a value about which something was already reported.
    """

    value: str | int | float | bool | None
    written: str
    where: Location
    spoilt: bool = False
    size: int = 1


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    where: Location
    size: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", 1 + sum(item.size for item in self.items))


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a mapping, and its value."""

    key: Location
    value: Node


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping. Keys are always text, as written."""

    entries: dict[str, Entry]
    where: Location
    twice: tuple[tuple[str, Entry], ...] = ()
    """What stands here under a key that was there before. That was reported; it counts for nothing else."""
    size: int = field(init=False)

    def __post_init__(self) -> None:
        values = [*self.entries.values(), *(entry for _, entry in self.twice)]
        object.__setattr__(self, "size", 1 + sum(entry.value.size for entry in values))


Node: TypeAlias = Scalar | Items | Table
"""`size` counts the values in it, those that an alias or a variable repeats as often as they are repeated."""


def plain(node: Node) -> Plain:
    """The value without its places."""
    match node:
        case Scalar(value=value):
            return value
        case Items(items=items):
            return [plain(item) for item in items]
        case Table(entries=entries):
            return {key: plain(entry.value) for key, entry in entries.items()}


def place_of(entry: Entry) -> Location:
    """Where a person looks for an entry: at its value if that is one word, else at its key."""
    return entry.value.where if isinstance(entry.value, Scalar) else entry.key
