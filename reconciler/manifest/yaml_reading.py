"""YAML text to nodes with places, by walking the parser's own events.

PyYAML's constructors lose what a manifest needs: they take the last of two equal keys in silence, forget where a value
stood, and read `no`, `0123` and `12:30` as false, 83 and 750. So the events are read here: a key is always text, and a
value that YAML readers disagree about is an error that says to quote it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import yaml

from reconciler.errors import Location, Problem
from reconciler.manifest.aliases import Anchors
from reconciler.manifest.nodes import Entry, Items, Node, Scalar, Table
from reconciler.manifest.scalars import UnclearScalar, scalar_value
from reconciler.manifest.shielding import shielded, unshielded
from reconciler.manifest.syntax_errors import syntax_problem
from reconciler.manifest.wording import quoted

DEEPEST = 60
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Unreadable(Exception):  # noqa: N818 - carries a problem; it is caught where files are read
    """The rest of this file cannot be read."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.what)
        self.problem = problem


def read_yaml(text: str, file: str, problems: list[Problem]) -> list[Node]:
    """The documents in `text`; what is wrong but can be read past is added to `problems`.

    Raises Unreadable where the text is not YAML.
    """
    try:
        return _Reader(text, file, problems).documents()
    except yaml.YAMLError as error:
        raise Unreadable(syntax_problem(error, text, file)) from None


class _Reader:
    """One pass over one file's events."""

    def __init__(self, text: str, file: str, problems: list[Problem]) -> None:
        is_shielded = shielded(text) != text
        self._events = _Loader(shielded(text))
        self._as_written: Callable[[str], str] = unshielded if is_shielded else str
        self._file = file
        self._problems = problems
        self._anchors = Anchors()
        self._written = 0

    def documents(self) -> list[Node]:
        found: list[Node] = []
        while not self._events.check_event(yaml.StreamEndEvent):
            event = self._events.get_event()
            if isinstance(event, yaml.DocumentStartEvent):
                self._anchors = Anchors()
            elif not isinstance(event, yaml.StreamStartEvent | yaml.DocumentEndEvent):
                found.append(self._node(event, depth=0))
        if sum(node.size for node in found) > 20 * self._written + 10_000:
            raise self._unreadable(found[0].where, "its aliases repeat each other into something far too large")
        return found

    def _node(self, event: Any, depth: int) -> Node:
        where = self._place(event)
        if depth > DEEPEST:
            raise self._unreadable(where, f"more than {DEEPEST} levels deep")
        if isinstance(event, yaml.AliasEvent):
            return self._aliased(event, where)
        self._written += 1
        with self._anchors.opened(event.anchor):
            node = self._composed(event, where, depth)
        self._anchors.define(event.anchor, node)
        return node

    def _composed(self, event: Any, where: Location, depth: int) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, where)
        if event.tag not in (None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"):
            self._report(where, f"the tag {quoted(event.tag)} means nothing here", "leave it out")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._items(where, depth)
        return self._table(where, depth)

    def _scalar(self, event: Any, where: Location) -> Scalar:
        written = self._as_written(event.value)
        if "\0" in written:  # PostgreSQL cannot hold it, CVAT answers 500
            self._report(where, f"a NUL character in {quoted(written)}", "leave it out")
            return Scalar(written, written, where, spoilt=True)
        plain_tag = self._events.resolve(yaml.ScalarNode, written, event.implicit)
        tag = plain_tag if event.tag in (None, "!") else event.tag
        try:
            value = scalar_value(tag, written, is_tagged=event.tag is not None)
        except UnclearScalar as unclear:
            self._report(where, unclear.what, unclear.hint)
            return Scalar(written, written, where, spoilt=True)
        return Scalar(value, written, where)

    def _items(self, where: Location, depth: int) -> Items:
        items: list[Node] = []
        while not self._events.check_event(yaml.SequenceEndEvent):
            items.append(self._node(self._events.get_event(), depth + 1))
        self._events.get_event()
        return Items(tuple(items), where)

    def _table(self, where: Location, depth: int) -> Table:
        entries: dict[str, Entry] = {}
        twice: list[tuple[str, Entry]] = []
        merged: list[Table] = []
        while not self._events.check_event(yaml.MappingEndEvent):
            event = self._events.get_event()
            where_key, key = self._place(event), self._key(event)
            value = self._node(self._events.get_event(), depth + 1)
            if key == "<<" and isinstance(event, yaml.ScalarEvent) and event.implicit[0]:
                merged += self._merged(value, where_key)
            elif first := entries.get(key):
                self._report(where_key, f"{quoted(key)} stands here twice", f"the first one is at {first.key}")
                twice.append((key, Entry(where_key, value)))
            else:
                entries[key] = Entry(where_key, value)
        self._events.get_event()
        return Table(_with_merged(entries, merged), where, tuple(twice))

    def _key(self, event: Any) -> str:
        """A key is the text that is written, also where YAML would make true, null or a number of it."""
        if isinstance(event, yaml.ScalarEvent):
            return self._as_written(event.value)
        if isinstance(event, yaml.AliasEvent):
            aliased = self._aliased(event, self._place(event))
            if isinstance(aliased, Scalar):
                return aliased.written
        raise self._unreadable(self._place(event), "a key has to be one word", "quote it if it begins with [ or {")

    def _merged(self, value: Node, where: Location) -> list[Table]:
        tables = [item for item in (value.items if isinstance(value, Items) else (value,)) if isinstance(item, Table)]
        if not tables:
            self._report(
                where, "`<<` takes in a mapping, by its alias", "write `<<: *name`, with `&name` at the mapping"
            )
        return tables

    def _aliased(self, event: Any, where: Location) -> Node:
        anchor: str = event.anchor
        if self._anchors.is_open(anchor):
            raise self._unreadable(where, f"the alias {quoted('*' + anchor)} stands inside of what it stands for")
        node = self._anchors.get(anchor)
        if node is None:
            raise self._unreadable(where, f"no anchor {quoted('&' + anchor)} above", self._anchors.suggestion(anchor))
        return node

    def _place(self, event: Any) -> Location:
        return Location(self._file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _report(self, where: Location, what: str, hint: str | None = None) -> None:
        self._problems.append(Problem(what, where, hint))

    def _unreadable(self, where: Location, what: str, hint: str | None = None) -> Unreadable:
        return Unreadable(Problem(what, where, hint))


def _with_merged(entries: dict[str, Entry], merged: list[Table]) -> dict[str, Entry]:
    """What is written wins over what is merged in; of several merged mappings the first wins."""
    for table in merged:
        entries = {**table.entries, **entries}
    return entries
