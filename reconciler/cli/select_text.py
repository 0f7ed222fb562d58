"""`--select`: any condition of a rule's `select`, also those that have no option of their own.

`status=completed` says what `--status completed` says; `job.updated.older_than=14d` goes as deep as a manifest does. Or
a mapping as in a manifest, with or without its braces: `{size: {max: 9}, not: {owner: bob}}`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from reconciler.cli.selection_options import BY_PATH, SELECT, Option, Typed, unreadable
from reconciler.errors import Location, Problem
from reconciler.manifest.nodes import Entry, Node, Scalar, Table
from reconciler.manifest.on_the_fly import place
from reconciler.manifest.wording import quoted
from reconciler.manifest.yaml_reading import Unreadable, read_yaml

_PAIR: Final = re.compile(r"([a-z_]+(?:\.[a-z_]+)*)=(.*)", re.DOTALL)
_HOW: Final = "write --select status=completed, or --select '{project: Street scenes, size: {max: 9}}'"


def read_select(text: str, problems: list[Problem]) -> tuple[Option, Typed] | Table | None:
    """What one `--select` says: the value of an option, or conditions as a manifest has them; None if it is neither."""
    if wrong := list(unreadable(text, SELECT.flag)):
        problems += wrong
        return None
    if pair := _PAIR.fullmatch(text):
        path, where = tuple(pair[1].split(".")), place(f"{SELECT.flag} {pair[1]}")
        option = BY_PATH.get(path)
        return (option, (pair[2], where)) if option is not None else nested(path, Scalar(pair[2], pair[2], where))
    return _mapping(text, problems)


def merged(tables: Sequence[Table], problems: list[Problem]) -> Table:
    """All conditions together; one that is said twice goes to `problems`."""
    whole = Table({}, place(""))
    for table in tables:
        whole = _with(whole, table, (), problems)
    return whole


def nested(path: Sequence[str], node: Node) -> Table:
    """A value with the mappings around it."""
    name, *rest = path
    return Table({name: Entry(node.where, nested(rest, node) if rest else node)}, node.where)


def _mapping(text: str, problems: list[Problem]) -> Table | None:
    stripped = text.strip()
    whole = stripped if stripped.startswith("{") or "\n" in stripped else f"{{{stripped}}}"
    try:
        documents = read_yaml(whole, SELECT.flag, problems)
    except Unreadable as error:
        problems.append(Problem(error.problem.what, place(SELECT.flag), error.problem.hint or _HOW))
        return None
    tables = [one for one in documents if isinstance(one, Table)]
    if len(tables) != 1 or len(documents) != 1 or not tables[0].entries:
        problems.append(Problem(f"{quoted(text)} selects nothing", place(SELECT.flag), _HOW))
        return None
    return tables[0]


def _with(whole: Table, more: Table, path: tuple[str, ...], problems: list[Problem]) -> Table:
    entries = dict(whole.entries)
    for name, entry in more.entries.items():
        there = entries.get(name)
        if there is None:
            entries[name] = entry
        elif isinstance(there.value, Table) and isinstance(entry.value, Table) and not path and name != "project":
            inner = _with(there.value, entry.value, (name,), problems)
            entries[name] = Entry(there.key, inner)
        else:
            said = quoted(".".join((*path, name)))
            problems.append(Problem(f"{said} is said twice", _by(entry.key), f"the other one is {_named(there.key)}"))
    return Table(entries, whole.where)


def _by(where: Location) -> Location:
    return where if where.file else place(SELECT.flag)


def _named(where: Location) -> str:
    return str(_by(where))
