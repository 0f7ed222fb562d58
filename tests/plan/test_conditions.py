from __future__ import annotations

from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.cvat.filters import is_in
from reconciler.manifest.models import Interval, Selector
from reconciler.plan.conditions import Condition, narrowed, plain_conditions

from .observed import task

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


def only_condition(created_filter: bool = False, **selector: Any) -> Condition:
    (condition,) = plain_conditions(Selector.model_validate(selector), created_filter=created_filter, now=NOW)
    return condition


@given(st.text("ab*?[!-]1_%", min_size=1, max_size=8), st.text("ab[!-]1_%", max_size=8))
def test_a_glob_is_a_glob_and_its_filter_lets_enough_through(glob: str, name: str) -> None:
    try:
        condition = only_condition(name=glob)
    except ValueError:
        return  # the manifest refuses brackets that are not closed
    matches = fnmatchcase(name, glob)
    assert condition.holds(task(name=name)) == matches
    if matches and condition.narrows is not None:
        searched = condition.narrows["in"]
        assert isinstance(searched, list)
        assert str(searched[0]) in name


@pytest.mark.parametrize(
    ("glob", "literal"),
    [("batch-*", "batch-"), ("*-night?x", "-night"), ("a[bc]def", "a"), ("*ünï*", "ünï"), ("50%_*", "50%_")],
)
def test_the_longest_literal_part_is_asked_for(glob: str, literal: str) -> None:
    condition = only_condition(name=glob)
    assert condition.narrows == {"in": [literal, {"var": "name"}]}
    assert condition.narrows_jobs == {"in": [literal, {"var": "task_name"}]}


def test_a_glob_without_a_literal_part_is_not_asked_of_the_server() -> None:
    assert only_condition(name="*").narrows is None
    assert only_condition(name="[ab]c").narrows is None


def test_null_is_nobody() -> None:
    condition = only_condition(assignee=None)
    assert condition.narrows is None  # no null is sent
    assert condition.holds(task())
    assert not condition.holds(task(assignee="alice"))


def test_nobody_or_somebody() -> None:
    condition = only_condition(assignee=["alice", None])
    assert condition.narrows is None
    assert [condition.holds(task(assignee=name)) for name in (None, "alice", "bob")] == [True, True, False]


def test_users_are_told_apart_by_case() -> None:
    assert not only_condition(owner="alice").holds(task(owner="Alice"))


def test_a_subset_that_is_missing_is_the_empty_one() -> None:
    assert only_condition(subset=None).holds(task(subset=None))
    assert only_condition(subset="").holds(task(subset=""))


def test_a_status_that_we_do_not_know_is_not_selected() -> None:
    assert not only_condition(status=["annotation", "validation", "completed"]).holds(task(status="archived"))


def test_a_date_is_its_midnight_and_a_time_without_a_zone_is_utc() -> None:
    assert Interval.model_validate({"after": date(2026, 1, 31)}).after == datetime(2026, 1, 31, tzinfo=UTC)
    naive = datetime(2026, 1, 31, 8)  # noqa: DTZ001
    assert Interval.model_validate({"before": naive}).before == datetime(2026, 1, 31, 8, tzinfo=UTC)


def test_the_bounds_of_an_interval() -> None:
    condition = only_condition(created={"after": date(2026, 1, 1), "before": date(2026, 2, 1)})
    moments = ["2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z", "2026-01-31T23:59:59Z", "2026-02-01T00:00:00Z", None]
    assert [condition.holds(task(created_date=one)) for one in moments] == [False, True, True, False, False]


def test_creation_dates_are_only_asked_of_servers_that_filter_by_them() -> None:
    interval = {"after": date(2026, 1, 1)}
    assert only_condition(created=interval).narrows is None
    assert only_condition(created_filter=True, created=interval).narrows is not None
    assert only_condition(updated=interval).narrows is not None


def test_a_task_without_data_has_no_frames() -> None:
    assert only_condition(size=0).holds(task())
    assert not only_condition(size={"min": 1}).holds(task())
    assert only_condition(size={"max": 5}).holds(task(size=5))


def test_what_does_not_change_is_not_rested_on() -> None:
    assert only_condition(mode="annotation").tests == frozenset()
    assert only_condition(status="completed").tests == {"status"}


def test_filters_that_do_not_fit_into_a_request_are_left_out() -> None:
    long = is_in("owner", [f"user-{number:04}" for number in range(1000)])
    short = is_in("status", ["completed"])
    assert narrowed([long, None, short]) == short
    assert narrowed([long]) is None
    assert narrowed([]) is None
