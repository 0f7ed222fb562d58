"""Who records a run hears of each write and step before it is sent and after; what cannot be recorded is not sent."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import Generic, TypeVar

ResultT = TypeVar("ResultT")


class Unobserved(Exception):  # noqa: N818 - never leaves the executors
    """The observer could not take note of what was about to be sent."""


class Telling(Generic[ResultT]):
    """Tells an observer. What it raises is kept in `failure` and sets `stop`: no thread loses the results of others."""

    def __init__(self, observe: Callable[[ResultT], None], stop: Event) -> None:
        self._observe = observe
        self._stop = stop
        self.failure: Exception | None = None

    def announce(self, started: ResultT) -> None:
        """Tell of what is about to be sent.

        Raises:
            Unobserved: nobody could take note of it; it must not be sent.
        """
        if not self.tell(started):
            raise Unobserved

    def tell(self, result: ResultT) -> bool:
        """Tell of a result; whether the observer could take note of it."""
        try:
            self._observe(result)
        except Exception as error:
            self.fail(error)
            return False
        return True

    def fail(self, error: Exception) -> None:
        """Stop the run for a fault of ours."""
        self.failure = self.failure or error  # of two at once either will do
        self._stop.set()
