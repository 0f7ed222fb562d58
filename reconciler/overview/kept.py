"""A list that is read once whole, and after that only where it changed.

A change of a task or a job moves its `updated_date` (a job's stage, state and assignee, a task's fields and its
derived status; FACTS §3), so what was changed since the last look is a short list. What vanished shows in the count:
then all is read anew, and so it is now and then, so that nothing that this overlooks stays.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Generic, Protocol, TypeVar

from reconciler.cvat.filters import Filter, all_of, at_least

_SLACK: Final = timedelta(minutes=2)
"""What is written in a long transaction shows later than its date says."""
_LOOKS_BETWEEN: Final = 20


class _Dated(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def updated_date(self) -> datetime | None: ...


ItemT = TypeVar("ItemT", bound=_Dated)


class Kept(Generic[ItemT]):
    """Tasks or jobs that match a condition."""

    def __init__(
        self, read: Callable[[Filter | None], list[ItemT]], count: Callable[[Filter | None], int], scope: Filter | None
    ) -> None:
        self.scope = scope
        self._read, self._count = read, count
        self._known: dict[int, ItemT] = {}
        self._looks = 0

    def now(self) -> list[ItemT]:
        """All of them, by id. Raises ServerError; what was known stays known."""
        self._looks += 1
        last = max((item.updated_date for item in self._known.values() if item.updated_date), default=None)
        if last is not None and self._looks % _LOOKS_BETWEEN:
            newer = self._read(all_of(self.scope, at_least("updated_date", last - _SLACK)))
            merged = self._known | {item.id: item for item in newer}
            if len(merged) == self._count(self.scope):
                self._known = merged
                return self._sorted()
        self._known = {item.id: item for item in self._read(self.scope)}
        return self._sorted()

    def _sorted(self) -> list[ItemT]:
        return [self._known[key] for key in sorted(self._known)]
