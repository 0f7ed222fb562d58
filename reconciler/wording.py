"""Turns of phrase that the messages of all packages share: counts with the right plural, lists as in a sentence."""

from __future__ import annotations

from collections.abc import Iterable


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 task`, `2 tasks`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def listed(things: Iterable[object], most: int | None = 5) -> str:
    """`a`, `a and b`, `a, b and c`; of many the first, and how many more there are: `a, b, c, d, e and 7 more`."""
    named = [str(thing) for thing in things]
    shown = named if most is None or len(named) <= most else [*named[:most], f"{len(named) - most} more"]
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def organization_words(number: int | None) -> str:
    """`organization 3`, or `the personal workspace`, where things are that belong to none."""
    return f"organization {number}" if number is not None else "the personal workspace"
