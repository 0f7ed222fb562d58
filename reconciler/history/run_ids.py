"""Names of runs: the time they began, readable and sortable."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

_STEPS = 0x10000  # a second in steps of 15 µs: four hexadecimal digits
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_making = threading.Lock()
_given: set[int] = set()


def new_run_id(now: datetime) -> str:
    """`20261122-155501-3f2a`: the second in UTC, and its fraction in steps of 15 µs.

    Within one process no two are equal, and they sort as their times do: one that is taken gives way to the next.
    Between processes the lock on the state store keeps runs apart; `begin` refuses an id that is taken all the same.
    """
    step = (now.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1) * _STEPS // 1_000_000
    with _making:
        while step in _given:
            step += 1
        _given.add(step)
    second, fraction = divmod(step, _STEPS)
    return f"{_EPOCH + timedelta(seconds=second):%Y%m%d-%H%M%S}-{fraction:04x}"
