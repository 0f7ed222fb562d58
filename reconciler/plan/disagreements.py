"""Blocks that want different values for one field. Two rules that disagree over a hundred tasks are one problem."""

from __future__ import annotations

from reconciler.errors import Problem
from reconciler.plan.wish import Wish

_HINT = "narrow one of the selections, or leave the field out of one of the two"


class Disagreements:
    """Gathers who disagrees about what, object by object."""

    def __init__(self) -> None:
        self._objects: dict[tuple[str, Wish, Wish], list[str]] = {}

    def note(self, name: str, of: str, first: Wish, second: Wish) -> None:
        """Two wishes for the field `name` of one object that cannot both be granted."""
        self._objects.setdefault((name, first, second), []).append(of)

    def problems(self) -> list[Problem]:
        """One problem for each pair of places, with the first object as its example."""
        return [
            Problem(
                f"{first.source} and {second.source} want different values for the {name} of {_listed(objects)}: "
                f"{_shown(name, first)}{f' ({first.where})' if first.where else ''} and {_shown(name, second)}",
                second.where,
                _HINT,
            )
            for (name, first, second), objects in self._objects.items()
        ]


def _shown(name: str, wish: Wish) -> str:
    if wish.value is None:
        return "nobody" if name in ("assignee", "owner") else "none"
    return repr(wish.value)


def _listed(objects: list[str]) -> str:
    return objects[0] if len(objects) == 1 else f"{objects[0]} and of {len(objects) - 1} more"
