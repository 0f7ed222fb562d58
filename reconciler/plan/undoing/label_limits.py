"""What a server's version does not take back about a label: what was added or opened up stays."""

from __future__ import annotations

from pydantic import JsonValue

from reconciler.cvat.capabilities import Capabilities
from reconciler.plan.labels import table

_CHOSEN = ("radio", "select")


def refused(path: tuple[str, ...], before: JsonValue, found: JsonValue, capabilities: Capabilities) -> str | None:
    """Why a part of a label cannot go back, whoever wants it; None if it can.

    Args:
        path: which part: a field, an attribute by its name, or either of these within a skeleton's part.
        before: what it would go back to.
        found: what it is now.
        capabilities: of the server.
    """
    if path[0] == "sublabels" and not capabilities.changes_sublabels:
        return "this server cannot change a skeleton's parts"
    if path[-2:-1] != ("attributes",):
        return None
    if before is None:
        return None if capabilities.deletes_attributes else "this server cannot remove an attribute from a label"
    if found is not None and capabilities.fixes_attributes and _is_fixed(table(before), table(found)):
        return "this server keeps it, for the annotations that have it"
    return None


def _is_fixed(before: dict[str, JsonValue], found: dict[str, JsonValue]) -> bool:
    """Whether something differs that annotators' values rest on (CVAT, pull request 10601)."""
    if any(before.get(field) != found.get(field) for field in ("input_type", "mutable")):
        return True
    was, now = before.get("values"), found.get("values")
    if before.get("input_type") == "number":
        return was != now
    there = was if isinstance(was, list) else []
    gone = [value for value in now if value not in there] if isinstance(now, list) else []
    return before.get("input_type") in _CHOSEN and bool(gone)
