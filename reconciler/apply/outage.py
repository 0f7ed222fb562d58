"""When to give up: a server that is gone fails every write after a long wait, and so does a login that has ended."""

from __future__ import annotations

from threading import Lock
from typing import Final, Protocol

from reconciler.history.model import WriteOutcome

UNREACHABLE_AFTER = 3
"""Writes (or steps) in a row that find no server before the run stops by itself. Each has been tried several times."""

NO_SERVER: Final = frozenset({None, 0, 502, 503, 504})
"""Statuses of a server that is not there; 0 and None: the connection broke, or was not made."""
LOGIN_ENDED = 401


class Ended(Protocol):
    """A write or a step that has ended."""

    @property
    def outcome(self) -> WriteOutcome:
        """How."""
        ...

    @property
    def status(self) -> int | None:
        """The HTTP status of a refusal."""
        ...

    @property
    def answered(self) -> bool:
        """Whether it failed for another reason than a server that is not there: work that the server could not do, a
        file of ours.
        """
        ...


class Outage:
    """Counts, over all threads, the writes and steps in a row that did not reach the server."""

    def __init__(self) -> None:
        self._in_a_row = 0
        self._counting = Lock()
        self.reason: str | None = None

    def after(self, result: Ended) -> bool:
        """Take the next result in; tells whether there is no use in going on."""
        failed = result.outcome in (WriteOutcome.FAILED, WriteOutcome.UNKNOWN)
        with self._counting:
            lost = failed and result.status in NO_SERVER and not result.answered
            self._in_a_row = self._in_a_row + 1 if lost else 0
            if failed and result.status == LOGIN_ENDED:
                self.reason = "stopped: the server does not accept the credentials any more"
            elif self._in_a_row >= UNREACHABLE_AFTER:
                self.reason = self.reason or "stopped: the server could not be reached any more"
            return self.reason is not None
