"""YAML's anchors and aliases of one document."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from reconciler.manifest.nodes import Node
from reconciler.manifest.wording import did_you_mean


class Anchors:
    """The values that were given a name with `&`, and those names whose value is still being read."""

    def __init__(self) -> None:
        self._defined: dict[str, Node] = {}
        self._open: list[str] = []

    @contextmanager
    def opened(self, anchor: str | None) -> Iterator[None]:
        """While the anchor's own value is read, an alias of it would contain itself."""
        if anchor is None:
            yield
            return
        self._open.append(anchor)
        yield
        self._open.pop()

    def define(self, anchor: str | None, node: Node) -> None:
        """The anchor's value is complete."""
        if anchor is not None:
            self._defined[anchor] = node

    def is_open(self, anchor: str) -> bool:
        """Whether the anchor's value is still being read."""
        return anchor in self._open

    def get(self, anchor: str) -> Node | None:
        """What the alias stands for."""
        return self._defined.get(anchor)

    def suggestion(self, anchor: str) -> str | None:
        """A hint for a misspelt alias."""
        return did_you_mean(anchor, self._defined)
