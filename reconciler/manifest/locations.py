"""From a path into the manifest to its place in a file."""

from __future__ import annotations

from reconciler.errors import Location
from reconciler.manifest.nodes import Entry, Items, Node, Scalar, Table, place_of


class Locations:
    """Looks up where a value was written. Without a tree (a plan that carries its manifest) nothing has a place."""

    def __init__(self, root: Table | None = None) -> None:
        self._root = root

    def at(self, *path: str | int) -> Location | None:
        """The place of the value at `path`, or of the nearest value around it that was written.

        One word (text, number, null) is at itself; a mapping or a list is at its key.
        """
        where = self._root.where if self._root else None
        node: Node | None = self._root
        for step in self._walk(path):
            inner = step.value if isinstance(step, Entry) else step
            if inner is not node:  # one value is its own first item, and stays where it is
                where = place_of(step) if isinstance(step, Entry) else step.where
            node = inner
        return where

    def key(self, *path: str | int) -> Location | None:
        """The place of the last key of `path` itself; as `at` where it was not written."""
        steps = self._walk(path)
        last = steps[-1] if len(steps) == len(path) and steps else None
        return last.key if isinstance(last, Entry) else self.at(*path)

    def node(self, *path: str | int) -> Node | None:
        """The value as it was written, None where nothing was."""
        steps = self._walk(path)
        if len(steps) < len(path):
            return None
        if not steps:
            return self._root
        return steps[-1].value if isinstance(steps[-1], Entry) else steps[-1]

    def nearest(self, *path: str | int) -> Node | None:
        """The value at `path`, or the nearest one around it that was written."""
        for length in range(len(path), -1, -1):
            if (found := self.node(*path[:length])) is not None:
                return found
        return None

    def _walk(self, path: tuple[str | int, ...]) -> list[Entry | Node]:
        """The steps of `path` that were written, from the outside in."""
        steps: list[Entry | Node] = []
        node: Node | None = self._root
        for part in path:
            step = _step(node, str(part))
            if step is None:
                break
            steps.append(step)
            node = step.value if isinstance(step, Entry) else step
        return steps


def _step(node: Node | None, part: str) -> Entry | Node | None:
    """One step down. One value where a list may stand is its own first item."""
    match node:
        case Table(entries=entries):
            return entries.get(part) or (node if part == "0" else None)
        case Items(items=items) if part.isdecimal() and int(part) < len(items):
            return items[int(part)]
        case Scalar() if part == "0":
            return node
        case _:
            return None
