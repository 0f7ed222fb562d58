"""Who did what."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.report.deeds import Deed, Wanted, moment
from reconciler.report.history_csv import deeds_csv

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def deed(**more: object) -> Deed:
    return Deed.model_validate(
        {
            "time": NOW,
            "run": "20261122-155501-3f2a",
            "run_kind": "apply",
            "user": "admin",
            "operator": "ann@laptop",
            "server": "http://localhost:8080",
            "organization": None,
            "address": "rule.a.b[42].job[7]",
            "kind": "job",
            "id": 7,
            "task": 42,
            "project": 3,
            "project_name": "Street",
            "name": "batch-001",
            "field": "state",
            "before": "new",
            "after": "completed",
            "outcome": "written",
            "message": None,
            **more,
        }
    )


@pytest.mark.parametrize(
    ("text", "then"),
    [
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T10:00:00+02:00", datetime(2026, 11, 1, 8, tzinfo=UTC)),
        (" 2026-11-01 08:00 ", datetime(2026, 11, 1, 8, tzinfo=UTC)),
        ("7d", NOW - timedelta(days=7)),
        ("36h", NOW - timedelta(hours=36)),
        ("2w", NOW - timedelta(weeks=2)),
    ],
)
def test_moments(text: str, then: datetime) -> None:
    assert moment(text, NOW) == then


def test_a_day_ends_when_it_is_over() -> None:
    assert moment("2026-11-22", NOW, end=True) == datetime(2026, 11, 23, tzinfo=UTC)
    assert moment("2026-11-22T08:00", NOW, end=True) == datetime(2026, 11, 22, 8, tzinfo=UTC)


@given(st.one_of(st.text(max_size=20), st.sampled_from(["99999w", "9999-12-31", "0001-01-01T00:00+14:00", "-1d"])))
def test_what_is_no_moment_is_a_value_error(text: str) -> None:
    for end in (False, True):
        with contextlib.suppress(ValueError):
            assert moment(text, NOW, end=end).tzinfo is not None


@pytest.mark.parametrize(
    ("wanted", "holds"),
    [
        (Wanted(), True),
        (Wanted(since=NOW, until=NOW + timedelta(seconds=1)), True),
        (Wanted(until=NOW), False),
        (Wanted(since=NOW + timedelta(seconds=1)), False),
        (Wanted(users=frozenset({"admin"})), True),
        (Wanted(users=frozenset({"ann"})), True),
        (Wanted(users=frozenset({"ann@laptop", "bob"})), True),
        (Wanted(users=frozenset({"laptop"})), False),
        (Wanted(objects=("job:7",)), True),
        (Wanted(objects=("task 42",)), True),
        (Wanted(objects=("project:3",)), True),
        (Wanted(objects=("Street",)), True),
        (Wanted(objects=("job:42",)), False),
        (Wanted(objects=("task:7", "batch-001")), True),
        (Wanted(objects=("rule.a.b",)), True),
        (Wanted(objects=("rule.a.b[42]",)), True),
        (Wanted(objects=("rule.a.b[4",)), False),
        (Wanted(objects=("rule.a.bc",)), False),
    ],
)
def test_conditions(wanted: Wanted, holds: bool) -> None:
    assert wanted.holds(deed()) is holds


@given(st.text(max_size=30), st.one_of(st.none(), st.text(max_size=20), st.integers(), st.booleans()))
def test_csv_stays_a_table(name: str, value: object) -> None:
    *_, line, end = deeds_csv([deed(name=name, before=value)]).split("\n")
    assert end == ""
    assert deeds_csv([deed(name=name, before=value)]).count("\n") == 2
    assert line.startswith("2026-11-22T12:00:00Z,admin,ann@laptop,")
