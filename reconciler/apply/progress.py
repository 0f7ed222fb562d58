"""Who wants to hear how a run gets on."""

from __future__ import annotations

import logging
from collections.abc import Callable

from reconciler.apply.one_write import Result
from reconciler.apply.steps.result import StepResult
from reconciler.history.model import Run
from reconciler.plan.steps import Step

_log = logging.getLogger(__name__)


class Progress:
    """Subclass it for what you want to hear of. Its methods may be called from several threads."""

    def waiting(self, words: str) -> None:
        """Before anything is recorded: the server still works for an earlier run."""

    def begun(self, run: Run) -> None:
        """Everything is recorded; the first write follows."""

    def wrote(self, result: Result) -> None:
        """A write ended, one way or another."""

    def step_began(self, step: Step) -> None:
        """A step is taken up: it is looked at, copied if it destroys, and sent."""

    def step_progress(self, step: Step, fraction: float | None, words: str) -> None:
        """How far a long step is (0 to 1; None: not known), and what it is doing."""

    def stepped(self, result: StepResult) -> None:
        """A step ended, one way or another."""

    def stopping(self) -> None:
        """A signal was heard: writes in flight are finished, no more are begun."""

    def verifying(self) -> None:
        """All writes are done; what was touched is read again."""


class Unfailing(Progress):
    """Passes everything on, and goes on when it raises: a closed terminal must not cost a run its record."""

    def __init__(self, told: Progress) -> None:
        self._told = told

    def waiting(self, words: str) -> None:
        """The server still works for an earlier run."""
        _shielded(lambda: self._told.waiting(words))

    def begun(self, run: Run) -> None:
        """Everything is recorded; the first write follows."""
        _shielded(lambda: self._told.begun(run))

    def wrote(self, result: Result) -> None:
        """A write ended, one way or another."""
        _shielded(lambda: self._told.wrote(result))

    def step_began(self, step: Step) -> None:
        """A step is taken up."""
        _shielded(lambda: self._told.step_began(step))

    def step_progress(self, step: Step, fraction: float | None, words: str) -> None:
        """How far a long step is."""
        _shielded(lambda: self._told.step_progress(step, fraction, words))

    def stepped(self, result: StepResult) -> None:
        """A step ended, one way or another."""
        _shielded(lambda: self._told.stepped(result))

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
