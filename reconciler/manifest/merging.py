"""Several files to one: named things are united, everything else must agree."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.errors import Location, Problem
from reconciler.manifest.nodes import Entry, Node, Scalar, Table, plain
from reconciler.manifest.wording import quoted

NAMED_SECTIONS = {"vars": "variable", "projects": "project", "tasks": "task", "rules": "rule"}
"""Sections in which one name may be given only once, and what it names."""


def merged(tables: Iterable[Table], problems: list[Problem]) -> Table:
    """One table that holds everything; what does not go together goes to `problems`, with both places."""
    whole: dict[str, Entry] = {}
    where: Location | None = None
    for table in tables:
        where = where or table.where
        for key, entry in table.entries.items():
            if key in NAMED_SECTIONS and _is_null(entry.value):
                continue  # a section with everything commented out
            earlier = whole.get(key)
            whole[key] = _united((key,), earlier, entry, problems) if earlier else entry
    return Table(whole, where or Location("-", 1, 1))


def _united(path: tuple[str, ...], first: Entry, second: Entry, problems: list[Problem]) -> Entry:
    """Both entries in one."""
    if isinstance(first.value, Table) and isinstance(second.value, Table):
        entries = dict(first.value.entries)
        for key, entry in second.value.entries.items():
            earlier = entries.get(key)
            if earlier is None:
                entries[key] = entry
            elif len(path) == 1 and path[0] in NAMED_SECTIONS:
                what = f"the {NAMED_SECTIONS[path[0]]} {quoted(key)} is defined twice"
                problems.append(Problem(what, entry.key, f"the first one is at {earlier.key}"))
            else:
                entries[key] = _united((*path, key), earlier, entry, problems)
        return Entry(first.key, Table(entries, first.value.where))
    if not _agree(first.value, second.value):
        what = f"{quoted('.'.join(path))} is {_shown(second.value)} here and {_shown(first.value)} elsewhere"
        problems.append(Problem(what, second.key, f"the other one is at {first.key}"))
    return first


def _agree(first: Node, second: Node) -> bool:
    one, other = plain(first), plain(second)
    return one == other and type(one) is type(other)


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None


def _shown(node: Node) -> str:
    if isinstance(node, Scalar):
        return quoted(node.written)
    return "a mapping" if isinstance(node, Table) else "a list"
