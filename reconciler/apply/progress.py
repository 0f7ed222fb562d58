"""Who wants to hear how a run gets on."""

from __future__ import annotations

import logging
from collections.abc import Callable

from reconciler.apply.one_write import Result
from reconciler.history.model import Run

_log = logging.getLogger(__name__)


class Progress:
    """Subclass it for what you want to hear of. Its methods may be called from several threads."""

    def begun(self, run: Run) -> None:
        """Everything is recorded; the first write follows."""

    def wrote(self, result: Result) -> None:
        """A write ended, one way or another."""

    def stopping(self) -> None:
        """A signal was heard: writes in flight are finished, no more are begun."""

    def verifying(self) -> None:
        """All writes are done; what was touched is read again."""


class Unfailing(Progress):
    """Passes everything on, and goes on when it raises: a closed terminal must not cost a run its record."""

    def __init__(self, told: Progress) -> None:
        self._told = told

    def begun(self, run: Run) -> None:
        """Everything is recorded; the first write follows."""
        _shielded(lambda: self._told.begun(run))

    def wrote(self, result: Result) -> None:
        """A write ended, one way or another."""
        _shielded(lambda: self._told.wrote(result))

    def stopping(self) -> None:
        """A signal was heard: writes in flight are finished, no more are begun."""
        _shielded(self._told.stopping)

    def verifying(self) -> None:
        """All writes are done; what was touched is read again."""
        _shielded(self._told.verifying)


def _shielded(tell: Callable[[], None]) -> None:
    try:
        tell()
    except (Exception, SystemExit) as error:  # SystemExit is how rich takes leave of a closed pipe
        _log.debug("progress cannot be shown: %s", type(error).__name__, exc_info=True)
