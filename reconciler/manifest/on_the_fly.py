"""A manifest that nobody has written down: one rule, from the options of a command.

It is the same tree that YAML becomes, and goes the same way. What a value stands in is an option instead of a line.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Final, Literal

from reconciler.errors import Location
from reconciler.manifest.nodes import Entry, Plain, Scalar, Table, plain

AD_HOC: Final = "reconciler set"
"""How the source of such a manifest begins: the command that made it."""

IMPORT: Final = "reconciler import-annotations"
"""How the source of one begins that stands for files that are imported."""

PRIORITY_FORMAT: Final = "--priority-format"
"""The option that says how names show priorities."""


def place(option: str) -> Location:
    """An option as the place of what is wrong with it."""
    return Location(option, 0, 0)


def said(value: str | int, option: str = "") -> Entry:
    """One word that an option says, or that is understood."""
    return Entry(place(option), Scalar(value, str(value), place(option)))


SOMETHING: Final = Table({"status": said("annotation")}, place(""))
"""A `set`, where only the selection matters."""


def rule_on_the_fly(
    name: str,
    select: Table,
    fields: Table,
    *,
    mode: Literal["once", "always"] = "once",
    revision: int = 1,
    organization: str | None = None,
    priority_format: str | None = None,
) -> Table:
    """A whole manifest with one rule. Without an `organization` it is the connection's own."""
    rule = {"mode": said(mode)} | ({"revision": said(revision)} if revision > 1 else {})
    rule |= {"select": Entry(select.where, select), "set": Entry(fields.where, fields)}
    rules = Table({name: Entry(place(""), Table(rule, place("")))}, place(""))
    where = {"organization": said(organization)} if organization is not None else {}
    if priority_format is not None:
        shown = Table({"format": said(priority_format, PRIORITY_FORMAT)}, place(PRIORITY_FORMAT))
        priority = Table({"priority": Entry(place(PRIORITY_FORMAT), shown)}, place(PRIORITY_FORMAT))
        where |= {"settings": Entry(place(PRIORITY_FORMAT), priority)}
    return Table({"version": said(1), **where, "rules": Entry(place(""), rules)}, place(""))


def name_of_rule(select: Table, fields: Table) -> str:
    """What such a rule is called: what it sets, and a digest of all of it. The same options give the same name."""
    content = json.dumps([plain(select), plain(fields)], sort_keys=True).encode()
    words = re.sub(r"[^A-Za-z0-9]+", "-", "-".join(_words(plain(fields)))).strip("-")[:32].rstrip("-")
    return "-".join(filter(None, ("set", words, hashlib.sha256(content).hexdigest()[:6])))


def _words(value: Plain) -> list[str]:
    if isinstance(value, dict):
        return [word for key, inner in value.items() for word in (key, *_words(inner))]
    return ["none" if value is None else str(value)]
