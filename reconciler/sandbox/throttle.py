"""Throttling of anonymous calls: a hundred a minute from one address."""

from __future__ import annotations

import math
import time
from collections import defaultdict, deque

from reconciler.sandbox.answers import refuse

_CALLS = 100
_SECONDS = 60.0


class Throttle:
    """Counts anonymous calls by address, over the last minute."""

    def __init__(self, enabled: bool = True) -> None:
        self.enabled = enabled
        self._calls: dict[str, deque[float]] = defaultdict(deque)

    def count(self, address: str) -> None:
        """Count a call, or refuse it with 429 (about, login and register are such calls in 2.54)."""
        if not self.enabled:
            return
        now = time.monotonic()
        calls = self._calls[address]
        while calls and calls[0] <= now - _SECONDS:
            calls.popleft()
        if len(calls) >= _CALLS:
            wait = math.ceil(_SECONDS - (now - calls[0]))
            message = f"Request was throttled. Expected available in {wait} seconds."
            raise refuse(429, {"detail": message}, {"Retry-After": str(wait)})
        calls.append(now)
