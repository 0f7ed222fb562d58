"""Names of runs: the time they began, readable and sortable."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

_making = threading.Lock()
_last = ("", -1)


def new_run_id(now: datetime) -> str:
    """`20261122-155501-3f2a`: the second in UTC, and its fraction in steps of 15 µs.

    Within one process no two are equal and each is later than the one before in its second. Between processes the
    lock on the state store keeps runs apart; `begin` refuses an id that is taken all the same.
    """
    global _last
    utc = now.astimezone(UTC)
    second, step = f"{utc:%Y%m%d-%H%M%S}", utc.microsecond * 0x10000 // 1_000_000
    with _making:
        if second == _last[0]:
            step = max(step, _last[1] + 1)
        _last = second, step
    return f"{second}-{step:04x}"
