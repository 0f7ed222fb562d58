"""`--set path=value`: what tasks get, in the words of a rule's `set`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from reconciler.cli.selection_options import NOBODY, number, unreadable
from reconciler.errors import Problem
from reconciler.manifest.nodes import Entry, Scalar, Table
from reconciler.manifest.on_the_fly import place
from reconciler.manifest.wording import quoted

_HOW: Final = "write it as --set status=annotation, --set jobs.assignee=bob, --set subset=none"


class Given:
    """What all `--set` options say together."""

    def __init__(self, texts: Sequence[str]) -> None:
        """`texts`: as they were typed."""
        self.words = [word for text in texts for word in ("--set", text)]
        self.problems: list[Problem] = list(self._unreadable(texts))
        self.table = Table({}, place("--set"))
        for text in texts:
            path, is_said, value = text.partition("=")
            if not is_said:
                self.problems.append(Problem(f"{quoted(text)} sets nothing", place("--set"), _HOW))
            else:
                self.table = self._with(self.table, path.strip(), path.strip().split("."), value)
        if not texts:
            self.problems.append(Problem("nothing to set", hint=_HOW))

    def _unreadable(self, texts: Sequence[str]) -> Iterator[Problem]:
        for text in texts:
            yield from unreadable(text, "--set")

    def _with(self, table: Table, path: str, names: Sequence[str], value: str) -> Table:
        where, (name, *rest) = place(f"--set {path}"), names
        there = table.entries.get(name)
        inner = there.value if there else Table({}, where)
        if there and not (rest and isinstance(inner, Table)):
            self.problems.append(Problem("is set twice", where, "keep one of them"))
            return table
        if rest and isinstance(inner, Table):
            node = Entry(there.key if there else where, self._with(inner, path, rest, value))
        else:
            plain = number(value) if path == "priority" else None  # so that --save writes it as one
            said = None if value in NOBODY else value
            node = Entry(where, Scalar(said if plain is None else plain, value, where))
        return Table({**table.entries, name: node}, table.where)
