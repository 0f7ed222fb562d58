"""Every file that belongs to a manifest: those given, and those they include, each read once."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from reconciler.errors import Location, Problem
from reconciler.manifest.nodes import Entry, Items, Node, Scalar, Table
from reconciler.manifest.source_files import STDIN, files_of, read_text
from reconciler.manifest.variables import Variables
from reconciler.manifest.wording import printable, quoted
from reconciler.manifest.yaml_reading import Unreadable, read_yaml


@dataclass
class Gathered:
    """What was read, in reading order, without the `include` keys."""

    tables: list[Table] = field(default_factory=list)
    without_version: dict[str, Problem] = field(default_factory=dict)
    included: set[str] = field(default_factory=set)
    folders: dict[str, str] = field(default_factory=dict)  # by file, as places name it: what its paths start from
    is_whole: bool = True


class Gathering:
    """Reads files and follows their includes; what cannot be read goes to `problems`."""

    def __init__(self, environ: Mapping[str, str], stdin: TextIO | None, problems: list[Problem]) -> None:
        self._environ = environ
        self._stdin = stdin
        self._problems = problems
        self._seen: set[str] = set()
        self._open: dict[str, str] = {}  # files whose includes are being followed, and how they were named
        self._found = Gathered()

    def gather(self, sources: Sequence[str]) -> Gathered:
        """Everything that `sources` stand for."""
        for source in sources:
            self._read_source(source, asked_at=None)
        for identity, problem in self._found.without_version.items():
            if identity not in self._found.included:
                self._problems.append(problem)
        return self._found

    def _read_source(self, source: str, asked_at: Location | None) -> None:
        try:
            for file in files_of(source, asked_at):
                self._read_file(file, asked_at)
        except Unreadable as unreadable:
            self._failed(unreadable)

    def _read_file(self, file: str, asked_at: Location | None) -> None:
        identity = file if file == STDIN else os.path.realpath(file)
        if asked_at:
            self._found.included.add(identity)
        if identity in self._open:
            names = [*self._open.values()][[*self._open].index(identity) :]
            circle = " → ".join(quoted(name) for name in [*names, file])
            self._problems.append(Problem(f"files include each other in a circle: {circle}", asked_at))
            return
        if identity in self._seen:
            return
        self._seen.add(identity)
        self._open[identity] = file
        try:
            self._read_documents(file, identity, asked_at)
        except Unreadable as unreadable:
            self._failed(unreadable)
        del self._open[identity]

    def _read_documents(self, file: str, identity: str, asked_at: Location | None) -> None:
        shown = printable(file)
        self._found.folders[shown] = str(_folder(file))
        documents = read_yaml(read_text(file, asked_at, self._stdin), shown, self._problems)
        tables = [table for table in (self._table(node) for node in documents) if table is not None]
        if not tables:
            if not any(problem.where and problem.where.file == shown for problem in self._problems):
                self._problems.append(Problem("this file is empty", Location(shown, 1, 1), "begin with `version: 1`"))
            return
        if not any("version" in table.entries for table in tables):
            self._found.without_version[identity] = Problem(
                "no `version` in this file", tables[0].where, "add `version: 1` at the top"
            )
        for table in tables:
            kept = {key: entry for key, entry in table.entries.items() if key != "include"}
            self._found.tables.append(Table(kept, table.where, table.twice))
            self._include(table.entries.get("include"), file)

    def _table(self, node: Node) -> Table | None:
        """A document that holds something. One that is empty (a `---` too many) is passed over."""
        if isinstance(node, Table):
            return node
        if not isinstance(node, Scalar) or node.value is not None:
            is_list = isinstance(node, Items)
            what = "a manifest is a mapping, not a list" if is_list else "a manifest is a mapping, not a single word"
            self._problems.append(Problem(what, node.where, "begin with `version: 1`, then `tasks:` or `rules:`"))
        return None

    def _include(self, entry: Entry | None, file: str) -> None:
        if entry is None:
            return
        wanted = entry.value.items if isinstance(entry.value, Items) else (entry.value,)
        for node in wanted:
            resolved = Variables(None, self._environ, self._problems).resolve(node)
            if not isinstance(resolved, Scalar) or not isinstance(resolved.value, str) or not resolved.value:
                what = "`include` takes file names"
                self._problems.append(Problem(what, node.where, "write `include: [shared/team.yaml]`"))
            elif not resolved.spoilt:
                self._read_source(_beside(file, resolved.value), asked_at=node.where)

    def _failed(self, unreadable: Unreadable) -> None:
        self._found.is_whole = False
        self._problems.append(unreadable.problem)


def _beside(file: str, included: str) -> str:
    """The included file, relative to the one that includes it (for standard input: to the current folder)."""
    return os.path.normpath(_folder(file) / included)


def _folder(file: str) -> Path:
    return Path() if file == STDIN else Path(file).parent
