"""Paths in a manifest are relative to the file that says them. Here they become relative to the current folder.

So a document that plans carry stands alone: it does not matter which of several files said what.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from reconciler.manifest.file_patterns import escaped
from reconciler.manifest.nodes import Entry, Items, Node, Scalar, Table

_EVERY = "*"
_FILES: tuple[tuple[str, ...], ...] = (
    ("projects", _EVERY, "guide", "file"),
    ("tasks", _EVERY, "guide", "file"),
    ("tasks", _EVERY, "annotations", "file"),
)
_PATTERNS: tuple[tuple[str, ...], ...] = (("tasks", _EVERY, "data", "files", _EVERY),)


def from_here(root: Table, folders: Mapping[str, str]) -> Table:
    """The same manifest, its paths as seen from the current folder. `folders` has that of each file by its name."""

    def file(node: Scalar) -> Scalar:
        return _moved(node, _as_seen_from_here(folders.get(node.where.file, "")))

    def pattern(node: Scalar) -> Scalar:
        return _moved(node, escaped(_as_seen_from_here(folders.get(node.where.file, ""))))

    whole: Node = root
    for path in _FILES:
        whole = _changed(whole, path, file)
    for path in _PATTERNS:
        whole = _changed(whole, path, pattern)
    return whole if isinstance(whole, Table) else root


def _as_seen_from_here(folder: str) -> str:
    return os.path.relpath(folder or ".")


def _moved(node: Scalar, folder: str) -> Scalar:
    """Relative to the current folder; an absolute path and what is no path at all stay."""
    if not isinstance(node.value, str) or not node.value or node.spoilt:
        return node
    path = os.path.normpath(Path(folder, node.value))
    return replace(node, value=Path(path if os.path.isabs(path) else os.path.relpath(path)).as_posix())  # noqa: PTH117


def _changed(node: Node, path: tuple[str, ...], change: Callable[[Scalar], Scalar]) -> Node:
    """The node with `change` made to every single value that `path` leads to."""
    if not path:
        return change(node) if isinstance(node, Scalar) else node
    step, rest = path[0], path[1:]
    match node:
        case Table(entries=entries):
            changed = {
                key: Entry(entry.key, _changed(entry.value, rest, change))
                for key, entry in entries.items()
                if step in (_EVERY, key)
            }
            return Table({**entries, **changed}, node.where) if changed else node
        case Items(items=items) if step == _EVERY:
            return Items(tuple(_changed(item, rest, change) for item in items), node.where)
        case _:
            return node
