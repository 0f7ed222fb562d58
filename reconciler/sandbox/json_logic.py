"""JSON-logic filters, turned into SQL.

Like the server's own: ``and``, ``or``, ``!``, ``!!``, ``==``, ``<``, ``>``, ``<=``, ``>=``, ``in`` both
ways, ``<=`` with three arguments, and a bare ``var``. There is no ``!=``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from reconciler.sandbox.answers import crash, invalid
from reconciler.sandbox.terms import Kind, Term


@dataclass
class Condition:
    """A piece of SQL that is true or false, never null, and the values in it."""

    sql: str = "1"
    values: list[Any] = field(default_factory=list)

    def also(self, other: Condition) -> Condition:
        """Give the condition that both hold."""
        return Condition(f"({self.sql}) AND ({other.sql})", [*self.values, *other.values])


def parse(text: str) -> Any:
    """Read a filter's text."""
    try:
        rules = json.loads(text)
    except ValueError:
        raise invalid("filter: Json syntax should be used") from None
    if not isinstance(rules, dict):
        raise crash()
    if not rules:
        raise invalid("filter shouldn't be empty")
    return rules


def condition(rules: Any, terms: Mapping[str, Term]) -> Condition:
    """Turn a filter into SQL. A value of the wrong type is a 500, as recorded from CVAT 2.54.1."""
    try:
        return _build(rules, terms)
    except (AttributeError, TypeError, IndexError, StopIteration, ValueError, OverflowError):
        raise crash() from None


def _build(rules: Any, terms: Mapping[str, Term]) -> Condition:
    operation, given = next(iter(rules.items()))
    if operation in ("and", "or"):
        parts = [_build(rule, terms) for rule in given]
        if not parts:
            raise TypeError("nothing to combine")
        sql = f" {operation.upper()} ".join(f"({part.sql})" for part in parts)
        return Condition(sql, [value for part in parts for value in part.values])
    if operation == "!":
        part = _build(given, terms)
        return Condition(f"NOT ({part.sql})", part.values)
    if operation == "!!":
        return _build(given, terms)
    if operation == "var":
        return Condition(f"{_field(given, terms).sql} IS NOT NULL")
    if operation in ("==", "<", ">", "<=", ">=") and len(given) == 2:
        return _compare(_term(given[0]["var"], terms), operation, given[1])
    if operation == "in" and isinstance(given[0], dict):
        return _among(_term(given[0]["var"], terms), given[1])
    if operation == "in":
        term = _term(given[1]["var"], terms)
        return Condition(f"coalesce(instr(CAST({term.sql} AS TEXT), ?) > 0, 0)", [str(given[0])])
    if operation == "<=" and len(given) == 3:
        term = _term(given[1]["var"], terms)
        return _compare(term, ">=", given[0]).also(_compare(term, "<=", given[2]))
    raise invalid(f"filter: {operation} operation with {given} arguments is not implemented")


def _term(name: Any, terms: Mapping[str, Term]) -> Term:
    if name not in terms:
        raise invalid(f"filter: term '{name}' is not supported")
    return terms[name]


def _field(name: Any, terms: Mapping[str, Term]) -> Term:
    """A bare term is not looked up but taken for a field of the model: what is none is a 500 (filters.py, _build_Q)."""
    if name not in terms or not terms[name].is_field:
        raise crash()
    return terms[name]


def _compare(term: Term, operation: str, value: Any) -> Condition:
    if value is None:
        if operation != "==":
            raise ValueError("null has no order")
        return Condition(f"{term.sql} IS NULL")
    sql = "=" if operation == "==" else operation
    return Condition(f"coalesce({term.sql} {sql} ?, 0)", [converted(value, term.kind)])


def _among(term: Term, values: Any) -> Condition:
    # One JSON array, not one mark a value: a filter may hold more ids than SQLite takes marks.
    wanted = json.dumps([converted(value, term.kind) for value in values if value is not None])
    sql = f"coalesce({term.sql} IN (SELECT value FROM json_each(?)), 0)"  # noqa: S608 - the values are bound
    return Condition(sql, [wanted])


def converted(value: Any, kind: Kind) -> Any:
    """Convert a value to what a term is compared with; raise ValueError or TypeError where Django would."""
    if kind == "number":
        return int(value)
    if kind == "flag":
        if value in (True, "t", "True", "true", "1", 1):
            return 1
        if value in (False, "f", "False", "false", "0", 0):
            return 0
        raise ValueError(value)
    if kind == "moment":
        return comparable(str(value))
    return value if isinstance(value, str) else str(value)


def comparable(text: str) -> str:
    """Write a date as the database's columns hold it."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
