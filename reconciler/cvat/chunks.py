"""A long list of values, cut into parts that each fit into one request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import ceil
from typing import TypeVar

from reconciler.cvat.filters import Filter

ValueT = TypeVar("ValueT")


def split_into_filters(
    values: Sequence[ValueT],
    make: Callable[[Sequence[ValueT]], Filter],
    fits: Callable[[Filter], bool],
    *,
    most: int,
) -> list[Filter]:
    """One filter for each part: even parts, at most `most` values in one, as few as fit.

    `fits` measures the request as it will be sent: what a value takes there depends on its digits, its script and the
    rest of the filter, so nothing is guessed. A single value that does not fit is left to fail with its own message.
    """
    if not values:
        return []
    count = ceil(len(values) / most)
    while True:
        made = [make(part) for part in _even_parts(values, count)]
        if count >= len(values) or all(fits(part) for part in made):
            return made
        count += 1


def _even_parts(values: Sequence[ValueT], count: int) -> list[Sequence[ValueT]]:
    bounds = [len(values) * number // count for number in range(count + 1)]
    return [values[start:end] for start, end in pairwise(bounds) if start < end]
