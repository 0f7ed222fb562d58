"""Which objects a run has made, so that the steps that need them find them."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock
from typing import Literal

from reconciler.history.model import Replaced

Kind = Literal["project", "task"]


class NotMade(Exception):  # noqa: N818 - never leaves this package: the step is skipped
    """What a step belongs to was to be made by this run, and was not."""

    def __init__(self, address: str) -> None:
        super().__init__(f"{address} was not made")


class Made:
    """The ids of what this run made, by address and by kind. Used by all threads at once."""

    def __init__(self) -> None:
        self._ids: dict[str, tuple[Kind, int]] = {}
        self._successors: dict[tuple[str, int], int] = {}
        self._lock = Lock()

    def follow(self, replaced: Iterable[Replaced]) -> None:
        """Old ids lead to new ones from now on."""
        with self._lock:
            self._successors |= {(one.kind, one.old): one.new for one in replaced}

    def successor(self, kind: str, number: int) -> int:
        """The id that took the place of another in this run; else the same."""
        with self._lock:
            return self._successors.get((kind, number), number)

    def note(self, address: str, kind: Kind, number: int) -> None:
        """An object was made (or found made) at the wish of this address."""
        with self._lock:
            self._ids[address] = (kind, number)

    def id_of(self, address: str) -> int | None:
        """The id of what was made for an address."""
        with self._lock:
            found = self._ids.get(address)
        return found[1] if found is not None else None

    def ids(self, kind: Kind) -> frozenset[int]:
        """Everything of a kind that was made."""
        with self._lock:
            return frozenset(number for one, number in self._ids.values() if one == kind)
