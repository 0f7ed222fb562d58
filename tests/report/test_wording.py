from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from reconciler.report.wording import id_list, jobs_named, lasted, moment, value


@pytest.mark.parametrize(
    ("ids", "text"),
    [
        ([7], "7"),
        ([1655, 1656, 1657], "1655, 1656, 1657"),
        ([4, 3, 2, 1], "1-4"),
        ([1, 2, 3, 4, 9], "1-4, 9"),
        (list(range(0, 40, 2)), "0, 2, 4, 6, 8 and 15 more"),
    ],
)
def test_id_lists(ids: list[int], text: str) -> None:
    assert id_list(ids) == text


@given(st.sets(st.integers(0, 300), min_size=1))
def test_no_id_is_lost_or_made_up(ids: set[int]) -> None:
    named: set[int] = set()
    for part in id_list(ids, limit=None).split(", "):
        first, _, last = part.partition("-")
        named |= set(range(int(first), int(last or first) + 1))
    assert named == ids


def test_one_job_many_jobs() -> None:
    assert (jobs_named([5]), jobs_named([5, 6])) == ("job 5", "jobs 5, 6")


@pytest.mark.parametrize(
    ("field", "content", "text"),
    [
        ("assignee", None, "nobody"),
        ("assignee", "nobody", '"nobody"'),
        ("project", None, "none"),
        ("bug_tracker", "", '""'),
        ("name", "Street scenes", "Street scenes"),
        ("name", " padded", '" padded"'),
        ("name", "a → b", '"a → b"'),
        ("name", "a\nb", '"a\\nb"'),
        ("name", "a\\nb", '"a\\\\nb"'),
        ("labels", ["car", 1, True], '["car", 1, true]'),
    ],
)
def test_values(field: str, content: JsonValue, text: str) -> None:
    assert value(field, content) == text


@given(st.one_of(st.none(), st.text()), st.one_of(st.none(), st.text()))
def test_two_values_never_look_the_same(one: str | None, other: str | None) -> None:
    assert (value("assignee", one) == value("assignee", other)) == (one == other)


def test_moments_are_utc_to_the_second() -> None:
    assert moment(datetime(2026, 1, 1, 1, 0, 0, 999, timezone(timedelta(hours=2)))) == "2025-12-31 23:00:00Z"


def test_durations() -> None:
    assert [lasted(seconds) for seconds in (0.9, 59, 65, 3725)] == ["0s", "59s", "1m 05s", "1h 02m"]
