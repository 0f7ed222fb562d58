"""The selections of a manifest as they are written, and which of them a plan would look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import ValidationError

from reconciler.history.ledger import find
from reconciler.history.model import Ledger, LedgerEntry
from reconciler.manifest.models import RuleBlock
from reconciler.manifest.nodes import Node, Scalar, Table, plain
from reconciler.manifest.standing_at import Path, found_at
from reconciler.plan.model import ServerRef
from reconciler.plan.people import is_mistyped
from reconciler.plan.standing import definition_digest, is_frozen


@dataclass(frozen=True)
class SelectionAsked:
    """A `select`, or a `not` within one."""

    path: Path
    node: Table
    is_judged: bool
    """Whether whom and what it names has to be there (`people.is_mistyped`)."""


def selections_asked(written: Table, ledger: Ledger, ref: ServerRef) -> Iterator[SelectionAsked]:
    """All selections, with all that is negated in them.

    What a rule of mode once has selected before is not asked for again.
    """
    for path, rule in found_at(written, ("rules", "*")):
        if frozen_selection(str(path[-1]), rule, ledger, ref) is None:
            once = word(rule, "mode") == "once"
            yield from _negated((*path, "select"), _inner(rule, "select"), once=once)


def word(node: Node, key: str) -> str | None:
    """The word at a key, if there is one."""
    value = _inner(node, key)
    return value.value if isinstance(value, Scalar) and isinstance(value.value, str) else None


def _negated(path: Path, node: Node | None, *, once: bool) -> Iterator[SelectionAsked]:
    while isinstance(node, Table):
        yield SelectionAsked(path, node, is_mistyped([str(part) for part in path[3:]], once=once))
        path, node = (*path, "not"), _inner(node, "not")


def _inner(node: Node, key: str) -> Node | None:
    entry = node.entries.get(key) if isinstance(node, Table) else None
    return entry.value if entry is not None else None


def frozen_selection(key: str, rule: Node, ledger: Ledger, ref: ServerRef) -> LedgerEntry | None:
    """What a rule of mode once has selected before; of one that does not hold together, as far as that shows."""
    if word(rule, "mode") != "once":
        return None
    number = _inner(rule, "revision")
    revision = number.value if isinstance(number, Scalar) and isinstance(number.value, int) else 1
    entry = find(ledger, ref.url, ref.organization, f"rule.{key}", revision)
    if entry is None:
        return None
    try:
        counts = is_frozen(entry, definition_digest(RuleBlock.model_validate(plain(rule))))
    except ValidationError:
        counts = bool(entry.selected)
    return entry if counts else None
