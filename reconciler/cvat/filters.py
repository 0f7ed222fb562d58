"""Building CVAT's filters: the part of JSON-logic that its servers understand, and values that they can compare.

CVAT turns a filter into one Django query (cvat/apps/engine/filters.py, `JsonLogicFilter._build_Q`): `==` becomes
`field=value`, `in` with a list `field__in`, `in` with a text `field__contains`, `!` a negation. What follows from that:

- Nobody has seen how 2.54.1 answers a null in a filter, so none is ever sent: what has no value (no project, no parent)
  is not asked of the server but looked for in its answer. Only nobody's jobs can be asked for: see `nobodys`.
- A negated equality includes the nulls: `negate(equals("assignee", "ann"))` matches what is assigned to nobody, too
  (Django excludes with `NOT (x = value AND x IS NOT NULL)`).
- A value of the wrong type is not a 400 but a 500 (FACTS §3), so types are checked here, before anything is sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import overload

from pydantic import JsonValue

Filter = Mapping[str, JsonValue]
"""A condition, as JSON-logic. Make it with the functions here."""

Value = str | int | bool

MAX_ID = 2**31 - 1
"""The largest id there can be (32-bit keys); the database fails on a larger number instead of finding nothing."""

_TERMS: dict[str, type] = {
    **dict.fromkeys(("id", "project_id", "task_id", "issue_id", "parent_job_id", "parent_id"), int),
    **dict.fromkeys(("updated_date", "created_date"), datetime),
    **dict.fromkeys(
        ("assignee", "owner", "user", "username", "first_name", "last_name", "role", "slug", "parent", "color"), str
    ),
    **dict.fromkeys(("name", "project_name", "task_name", "subset", "tracker_link"), str),
    **dict.fromkeys(("status", "stage", "state", "type", "mode", "media_type", "dimension", "validation_mode"), str),
    "is_active": bool,
}
"""Every term of the lists we read (openapi-2.54.1.yml, and `created_date` of 2.80), with the type of its values."""


def equals(term: str, value: Value) -> Filter:
    """The term has this value. Users are matched by username (FACTS §3)."""
    return {"==": [{"var": term}, _checked(term, value)]}


def is_in(term: str, values: Iterable[Value]) -> Filter:
    """The term has one of these values. Raises ValueError when there are none: that is not "all"."""
    wanted: list[JsonValue] = [_checked(term, value) for value in dict.fromkeys(values)]
    if not wanted:
        raise ValueError(f"no values for {term}: an empty list would match nothing")
    return {"in": [{"var": term}, wanted]}


def contains(term: str, text: str) -> Filter:
    """The term's text has this part, in the same case. Raises ValueError for an empty part."""
    if not text:
        raise ValueError(f"no text to look for in {term}")
    if _TERMS.get(term) is not str:
        raise ValueError(f"{term} is not a text term")
    return {"in": [_checked(term, text), {"var": term}]}


def at_least(term: str, bound: datetime | int) -> Filter:
    """The term is the bound or later (or more). A date and time needs a time zone."""
    return _compare(">=", term, bound)


def after(term: str, bound: datetime | int) -> Filter:
    """The term is later (or more) than the bound."""
    return _compare(">", term, bound)


def before(term: str, bound: datetime | int) -> Filter:
    """The term is earlier (or less) than the bound."""
    return _compare("<", term, bound)


@overload
def all_of(first: Filter, /, *parts: Filter | None) -> Filter: ...
@overload
def all_of(*parts: Filter | None) -> Filter | None: ...
def all_of(*parts: Filter | None) -> Filter | None:
    """All of the parts hold; None is a part without a condition. Nothing left: None, everything matches."""
    real = [part for part in parts if part is not None]
    return _joined("and", real) if real else None


def any_of(*parts: Filter) -> Filter:
    """At least one of the parts holds. Raises ValueError without parts: that would match nothing."""
    if not parts:
        raise ValueError("any_of needs at least one part")
    return _joined("or", list(parts))


def negate(part: Filter) -> Filter:
    """The part does not hold. A negated equality matches where the term has no value, too (see above)."""
    return {"!": dict(part)}


def nobodys() -> Filter:
    """Nobody is assigned.

    Of all bare terms only this one is safe (FACTS §3): `_build_Q` makes `{"var": x}` into `x__isnull=False` without
    looking x up among the list's terms, as it does everywhere else, so that most are no field of the model or another
    one. `assignee` is a field of jobs, tasks and projects, and of the table itself, so that no join can lose a row:
    `NOT (assignee_id IS NOT NULL)`.
    """
    return {"!": {"var": "assignee"}}


def render(part: Filter | None) -> str | None:
    """The filter as the compact JSON text that is sent; None for no filter."""
    return None if part is None else json.dumps(part, separators=(",", ":"), ensure_ascii=False)


def _joined(operator: str, parts: list[Filter]) -> Filter:
    return parts[0] if len(parts) == 1 else {operator: [dict(part) for part in parts]}


def _compare(operator: str, term: str, bound: datetime | int) -> Filter:
    if isinstance(bound, datetime):
        if _TERMS.get(term) is not datetime:
            raise ValueError(f"{term} is not a date")
        if bound.tzinfo is None:
            raise ValueError(f"the bound of {term} has no time zone")
        # CVAT wants ISO-8601 with `Z` (FACTS §6); Python writes +00:00.
        return {operator: [{"var": term}, bound.astimezone(UTC).isoformat().replace("+00:00", "Z")]}
    return {operator: [{"var": term}, _checked(term, bound)]}


def _checked(term: str, value: Value) -> JsonValue:
    kind = _TERMS.get(term)
    if kind is None:
        raise ValueError(f"CVAT has no filter term {term!r}")
    if type(value) is not kind:
        raise ValueError(f"{term} is compared with {kind.__name__} values, not with {value!r}")
    if isinstance(value, int) and abs(value) > MAX_ID:
        raise ValueError(f"{term} cannot be {value}: ids end at {MAX_ID}")
    if isinstance(value, str) and "\0" in value:
        raise ValueError(f"{term} cannot hold a NUL character")  # PostgreSQL refuses it, CVAT answers 500
    return value
