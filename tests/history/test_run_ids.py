"""Run ids sort by time and do not collide."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from reconciler.history.run_ids import new_run_id

from .samples import NOW

TIMES = st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def test_it_reads_as_a_time() -> None:
    assert re.fullmatch(r"20261122-155501-[0-9a-f]{4}", new_run_id(NOW))
    assert new_run_id(NOW.astimezone(timezone(timedelta(hours=-8)))).startswith("20261122-155501-")


@given(st.lists(TIMES, min_size=2, max_size=10))
def test_later_runs_sort_later(times: list[datetime]) -> None:
    ids = [new_run_id(time) for time in sorted(times)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)


def test_the_last_moment_of_a_second_gives_way_to_the_next_second() -> None:
    last = datetime(2009, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    assert [new_run_id(last) for _ in range(2)] == ["20091231-235959-ffff", "20100101-000000-0000"]


def test_threads_get_different_ones() -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: new_run_id(NOW), range(500)))) == 500
