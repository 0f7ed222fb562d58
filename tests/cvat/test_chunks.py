from __future__ import annotations

from collections.abc import Sequence

import pytest

from reconciler.cvat.chunks import split_into_filters
from reconciler.cvat.filters import Filter, is_in, render


def listed(made: list[Filter]) -> list[list[int]]:
    return [part["in"][1] for part in made]  # type: ignore[index, misc]


def ids(part: Sequence[int]) -> Filter:
    return is_in("id", part)


def test_nothing_asks_nothing() -> None:
    assert split_into_filters([], ids, lambda _: True, most=10) == []


@pytest.mark.parametrize(("number", "sizes"), [(1, [1]), (10, [10]), (11, [5, 6]), (25, [8, 8, 9])])
def test_parts_are_even_and_few(number: int, sizes: list[int]) -> None:
    made = listed(split_into_filters(range(number), ids, lambda _: True, most=10))
    assert [len(part) for part in made] == sizes
    assert [value for part in made for value in part] == list(range(number))


def test_every_part_fits() -> None:
    def fits(part: Filter) -> bool:
        return len(render(part) or "") <= 60

    made = split_into_filters([*range(5), *range(100_000, 100_030)], ids, fits, most=1000)
    assert all(fits(part) for part in made)
    assert len(made) < 12


def test_one_value_that_never_fits_is_sent_alone() -> None:
    assert listed(split_into_filters([1, 2, 3], ids, lambda _: False, most=10)) == [[1], [2], [3]]
