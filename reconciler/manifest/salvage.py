"""As much of a manifest as fits the format, so that the rest can be checked in the same go.

What does not fit is left out: the one value, where no check takes its absence for something else, or all of the task,
rule or project that it lies in. A condition that is left out would select more than is meant, a stage that is left out
would be another one: what is said of that would be wrong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from reconciler.errors import Location
from reconciler.manifest.nodes import Entry, Scalar, Table

Path = tuple[str | int, ...]

_EVERY: Final = "*"
_STORAGES: Final = (("source_storage",), ("target_storage",))
_SINGLE: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "projects": (("bug_tracker",), ("assignee",), ("owner",), *_STORAGES),
    "tasks": (("subset",), ("bug_tracker",), ("assignee",), ("owner",), ("priority",), *_STORAGES),
    "rules": (
        ("revision",),
        ("set", "bug_tracker"),
        ("assign", "strategy"),
        ("assign", "only_unassigned"),
        ("assign", "max_per_person"),
        ("assign", "weights", _EVERY),
        ("assign", "weights"),
        ("assign", "order_by"),
        ("assign", "exclude_previous"),
    ),
}
"""Values that a block holds together without, and that nothing else in the manifest hangs on."""
_NOT_ENOUGH: Final = frozenset({"id", "name", "project", "ensure", "lifecycle", "prune", "replace", "move_labels"})
"""A task of which only this is left would be called one that sets nothing."""

_FORMAT: Final = ("settings", "priority")
_UNSEEN: Final = "\u2e3f\u2e41\u2e3f{priority}\u2e3f\u2e41\u2e3f{name}"
"""In the place of a format that does not fit: no name has one in it."""


class Salvage:
    """A manifest from which, round by round, what does not fit is left out."""

    def __init__(self, root: Table) -> None:
        self.root = root
        self._tried: set[tuple[str, str]] = set()

    def leave_out(self, paths: Iterable[Path]) -> bool:
        """Leave out what lies at these paths. False if there was nothing to leave out."""
        before = self.root.size, len(self._tried)
        blocks: dict[tuple[str, str], list[Path]] = defaultdict(list)
        for path in paths:
            section = self._section(path)
            if section is None:
                continue
            if len(path) > 1 and isinstance(section.value, Table) and path[0] in (*_SINGLE, "settings"):
                blocks[str(path[0]), str(path[1])].append(path[2:])
            elif path[0] == "version":
                self.root = _with(self.root, "version", Entry(section.key, Scalar(1, "1", section.key)))
            else:
                self.root = _without(self.root, (str(path[0]),))
        for block, inner in blocks.items():
            self.root = self._without_values(block, inner) or self._without_block(block)
        return self.root.size < before[0] or len(self._tried) > before[1]

    def _section(self, path: Path) -> Entry | None:
        return self.root.entries.get(str(path[0])) if path else None

    def _without_values(self, block: tuple[str, str], paths: Sequence[Path]) -> Table | None:
        """Without single values, if that is enough; it is tried once."""
        values = [_single(block[0], path) for path in paths]
        if block in self._tried or None in values:
            return None
        self._tried.add(block)
        smaller = self.root
        for value in dict.fromkeys(value for value in values if value is not None):
            smaller = _without(smaller, (*block, *value))
        section = smaller.entries[block[0]].value
        left = section.entries[block[1]].value if isinstance(section, Table) else None
        is_enough = isinstance(left, Table) and (block[0] != "tasks" or left.entries.keys() - _NOT_ENOUGH)
        return smaller if is_enough and smaller.size < self.root.size else None

    def _without_block(self, block: tuple[str, str]) -> Table:
        if block == _FORMAT and block not in self._tried:  # a wrong format is not told again of all that uses it
            self._tried.add(block)
            settings = self.root.entries["settings"]
            if isinstance(settings.value, Table):
                shown = Entry(settings.key, _some_format(settings.key))
                return _with(self.root, "settings", Entry(settings.key, _with(settings.value, "priority", shown)))
        return _without(self.root, block)


def _single(section: str, path: Path) -> tuple[str, ...] | None:
    """The value that can be left out alone, in which a path lies."""
    for value in _SINGLE.get(section, ()):
        start = tuple(map(str, path[: len(value)]))
        if len(start) == len(value) and all(part in (_EVERY, said) for part, said in zip(value, start, strict=True)):
            return start
    return None


def _without(table: Table, path: Sequence[str]) -> Table:
    """The same without the entry at a path; the same, if there is none."""
    entry = table.entries.get(path[0])
    if entry is None:
        return table
    if len(path) == 1:
        return Table({key: one for key, one in table.entries.items() if key != path[0]}, table.where)
    inner = entry.value
    smaller = _without(inner, path[1:]) if isinstance(inner, Table) else inner
    return _with(table, path[0], Entry(entry.key, smaller))


def _with(table: Table, key: str, entry: Entry) -> Table:
    return Table({**table.entries, key: entry}, table.where)


def _some_format(where: Location) -> Table:
    return Table({"format": Entry(where, Scalar(_UNSEEN, _UNSEEN, where))}, where)
