from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from reconciler.cvat.filters import (
    MAX_ID,
    after,
    all_of,
    any_of,
    at_least,
    before,
    contains,
    equals,
    is_in,
    negate,
    nobodys,
    render,
)


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (equals("status", "completed"), '{"==":[{"var":"status"},"completed"]}'),
        (equals("is_active", True), '{"==":[{"var":"is_active"},true]}'),
        (is_in("id", [3, 1, 3]), '{"in":[{"var":"id"},[3,1]]}'),
        (contains("name", "batch-"), '{"in":["batch-",{"var":"name"}]}'),
        (negate(equals("stage", "annotation")), '{"!":{"==":[{"var":"stage"},"annotation"]}}'),
        (all_of(equals("id", 1)), '{"==":[{"var":"id"},1]}'),
        (all_of(equals("id", 1), None, after("id", 0)), '{"and":[{"==":[{"var":"id"},1]},{">":[{"var":"id"},0]}]}'),
        (any_of(before("id", 5), at_least("id", 9)), '{"or":[{"<":[{"var":"id"},5]},{">=":[{"var":"id"},9]}]}'),
        (equals("name", "Straße"), '{"==":[{"var":"name"},"Straße"]}'),
        (nobodys(), '{"!":{"var":"assignee"}}'),
        (all_of(), None),
        (all_of(None, None), None),
    ],
)
def test_what_is_sent(made: Any, text: str | None) -> None:
    assert render(made) == text


@pytest.mark.parametrize(
    ("bound", "sent"),
    [
        (datetime(2026, 1, 1, tzinfo=UTC), "2026-01-01T00:00:00Z"),
        (datetime(2026, 1, 1, 1, 30, tzinfo=timezone(timedelta(hours=2))), "2025-12-31T23:30:00Z"),
        (datetime(2026, 1, 1, 0, 0, 0, 250_000, tzinfo=UTC), "2026-01-01T00:00:00.250000Z"),
    ],
)
def test_dates_are_utc_with_a_z(bound: datetime, sent: str) -> None:
    assert render(at_least("updated_date", bound)) == f'{{">=":[{{"var":"updated_date"}},"{sent}"]}}'


@pytest.mark.parametrize(
    ("term", "value"),
    [
        ("id", "5"),
        ("id", True),
        ("task_id", MAX_ID + 1),
        ("name", 5),
        ("is_active", 1),
        ("updated_date", "2026-01-01"),
        ("nosuch", 1),
        ("name", "nul\0"),
    ],
)
def test_values_that_would_make_the_server_fail(term: str, value: Any) -> None:
    with pytest.raises(ValueError, match=term):
        equals(term, value)
    with pytest.raises(ValueError, match=term):
        is_in(term, [value])


def test_a_part_without_meaning_is_not_everything() -> None:
    with pytest.raises(ValueError, match="no values for id"):
        is_in("id", [])
    with pytest.raises(ValueError, match="at least one"):
        any_of()
    with pytest.raises(ValueError, match="no text"):
        contains("name", "")
    with pytest.raises(ValueError, match="not a text"):
        contains("id", "5")


def test_dates_need_a_date_term_and_a_time_zone() -> None:
    with pytest.raises(ValueError, match="not a date"):
        before("name", datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(ValueError, match="no time zone"):
        before("updated_date", datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(ValueError, match="datetime"):
        before("updated_date", 5)


def test_no_null_is_ever_sent() -> None:
    nobody: Any = None
    with pytest.raises(ValueError, match="assignee is compared with str values"):
        equals("assignee", nobody)
    with pytest.raises(ValueError, match="assignee is compared with str values"):
        is_in("assignee", ["ann", nobody])
