"""JSON-logic as SQL, one operator at a time."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from reconciler.sandbox.answers import Refusal
from reconciler.sandbox.json_logic import comparable, condition, parse
from reconciler.sandbox.terms import Term

TERMS = {
    "id": Term("id", "number"),
    "name": Term("name"),
    "owner": Term("owner"),
    "changed": Term("changed", "moment"),
    "active": Term("active", "flag"),
    "boss": Term("(SELECT 'eve')", is_field=False),
}
ROWS = [
    (1, "a%b", None, "2026-01-01T00:00:00.000000", 1),
    (2, "Ab", "bob", "2026-01-02T12:30:00.500000", 0),
    (3, "ab", "carol", "2026-01-03T00:00:00.000000", 1),
]


def found(rule: Any) -> list[int]:
    where = condition(rule, TERMS)
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE t (id, name, owner, changed, active)")
    db.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?)", ROWS)
    rows = db.execute(f"SELECT id FROM t WHERE {where.sql} ORDER BY id", where.values).fetchall()
    db.close()
    return [row[0] for row in rows]


def var(name: str) -> dict[str, str]:
    return {"var": name}


@pytest.mark.parametrize(
    ("rule", "ids"),
    [
        ({"==": [var("id"), 2]}, [2]),
        ({"==": [var("id"), "2"]}, [2]),
        ({"==": [var("owner"), None]}, [1]),
        ({"!": {"==": [var("owner"), "bob"]}}, [1, 3]),
        ({"!": {"==": [var("owner"), None]}}, [2, 3]),
        ({"!!": {"==": [var("owner"), "bob"]}}, [2]),
        ({"var": "owner"}, [2, 3]),
        ({"!": {"var": "owner"}}, [1]),
        ({"==": [var("boss"), "eve"]}, [1, 2, 3]),
        ({"in": [var("id"), [1, 3, None]]}, [1, 3]),
        ({"in": [var("owner"), []]}, []),
        ({"in": ["b", var("name")]}, [1, 2, 3]),
        ({"in": ["%", var("name")]}, [1]),
        ({"in": ["A", var("name")]}, [2]),
        ({"in": [2, var("id")]}, [2]),
        ({"<=": [1, var("id"), 2]}, [1, 2]),
        ({">=": [var("id"), 2]}, [2, 3]),
        ({">": [var("changed"), "2026-01-02T12:30:00.5Z"]}, [3]),
        ({"<": [var("changed"), "2026-01-02T13:30:00.6+01:00"]}, [1, 2]),
        ({"==": [var("active"), True]}, [1, 3]),
        ({"and": [{"==": [var("active"), True]}, {"or": [{"var": "owner"}, {"==": [var("id"), 9]}]}]}, [3]),
    ],
)
def test_operators(rule: Any, ids: list[int]) -> None:
    assert found(rule) == ids


@pytest.mark.parametrize(
    ("rule", "status"),
    [
        ({"==": [var("nosuch"), 1]}, 400),
        ({"!=": [var("id"), 1]}, 400),
        ({"==": [var("id")]}, 400),
        ({"==": [var("id"), "x"]}, 500),
        ({"<": [var("id"), None]}, 500),
        ({"==": [var("active"), "maybe"]}, 500),
        ({"==": [1, 2]}, 500),
        ({"var": "boss"}, 500),
        ({"!": {"var": "nosuch"}}, 500),
        ({"and": []}, 500),
        ({"in": [var("id"), 5]}, 500),
        ({"==": [var("changed"), "yesterday"]}, 500),
        ([], 500),
    ],
)
def test_refused(rule: Any, status: int) -> None:
    with pytest.raises(Refusal) as refused:
        condition(rule, TERMS)
    assert refused.value.answer.status == status


@pytest.mark.parametrize(("text", "status"), [("{", 400), ("{}", 400), ("5", 500), ("[1]", 500)])
def test_what_is_no_filter(text: str, status: int) -> None:
    with pytest.raises(Refusal) as refused:
        parse(text)
    assert refused.value.answer.status == status


def test_dates() -> None:
    assert comparable("2026-01-01") == "2026-01-01T00:00:00.000000"
    assert comparable("2026-01-01T01:00:00+02:00") == "2025-12-31T23:00:00.000000"
