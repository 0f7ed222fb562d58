"""What stands at all the places of a manifest that a pattern fits, whatever is wrong with it otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reconciler.manifest.nodes import Items, Node, Scalar, Table

Path = tuple[str | int, ...]

EACH: Final = "*"
"""In a pattern: every key, or every item."""


def found_at(written: Node, *patterns: Path) -> Iterator[tuple[Path, Node]]:
    """What stands at the places that fit one of the patterns."""
    for pattern in patterns:
        found: list[tuple[Path, Node]] = [((), written)]
        for step in pattern:
            found = [((*path, name), inner) for path, node in found for name, inner in _inside(node, step)]
        yield from found


def each_at(written: Node, *patterns: Path) -> Iterator[tuple[Path, Node]]:
    """The same, one by one where it is a list; what was reported before is passed over."""
    for path, node in found_at(written, *patterns):
        items = enumerate(node.items) if isinstance(node, Items) else [(None, node)]
        for index, item in items:
            if not is_spoilt(item):
                yield path if index is None else (*path, index), item


def words_at(written: Node, *patterns: Path) -> Iterator[tuple[Path, str]]:
    """The text at these places."""
    for path, node in each_at(written, *patterns):
        if isinstance(node, Scalar) and isinstance(node.value, str) and node.value:
            yield path, node.value


def is_spoilt(node: Node) -> bool:
    """Whether something was reported about it, or about anything in it."""
    match node:
        case Scalar(spoilt=spoilt):
            return spoilt
        case Items(items=items):
            return any(map(is_spoilt, items))
        case Table(entries=entries):
            return any(is_spoilt(entry.value) for entry in entries.values())


def _inside(node: Node, step: str | int) -> Iterator[tuple[str | int, Node]]:
    if isinstance(node, Table):
        entries = node.entries
        names = entries.keys() if step == EACH else [str(step)] if step in entries else []
        yield from ((name, entries[name].value) for name in names)
    elif isinstance(node, Items) and step == EACH:
        yield from enumerate(node.items)
