"""Carrying out a plan's writes: a task's jobs one after another, tasks in parallel.

A task's jobs are never written at once: the server computes the task's status without a lock when a job is saved
(CVAT 2.54.1, server's source). Tasks in parallel gain up to about four connections; more only queue (measured).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Final

from reconciler.apply.one_write import OneWrite, Result
from reconciler.apply.outage import Outage
from reconciler.apply.telling import Telling, Unobserved
from reconciler.apply.verification import ARRIVED
from reconciler.cvat.reading import Reader
from reconciler.cvat.writing import Writer
from reconciler.history.model import WriteOutcome
from reconciler.plan.model import Change, Write

__all__ = ["Executor", "Observer", "Result"]

Observer = Callable[[Result], None]

_HELD_BACK: Final = "what is wanted of the task's jobs has not arrived, and this would hide the task from the rule"


class Executor:
    """Writes what a plan says, comparing each object with the plan just before its own write.

    `stop` ends the run early, from outside or from here: writes in flight are finished, no more are begun. When it was
    from here, `outage` says why the server is of no use any more, or `failure` is what the observer raised.
    """

    def __init__(
        self,
        reader: Reader,
        writer: Writer,
        observe: Observer,
        stop: Event,
        *,
        parallelism: int,
        outage: Outage | None = None,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._telling = Telling(observe, stop)
        self._stop = stop
        self._parallelism = parallelism
        self._outage = outage or Outage()

    @property
    def failure(self) -> Exception | None:
        """What the observer raised, or a fault of ours."""
        return self._telling.failure

    @property
    def outage(self) -> str | None:
        """Why the run stopped by itself, if the server is the reason."""
        return self._outage.reason

    def execute(self, changes: Iterable[Change]) -> list[Result]:
        """Do all writes; one that fails does not stop the others. Returns a result for each, in the plan's order.

        `observe` hears of each write before it is sent (outcome started) and after. What it raises stops the run: a
        write that cannot be recorded is not sent. Nothing is raised from here, so no thread's results are lost.
        """
        by_task: dict[int, list[Change]] = defaultdict(list)
        for change in changes:
            by_task[change.task].append(change)
        with ThreadPoolExecutor(max_workers=self._parallelism, thread_name_prefix="apply") as pool:
            return [result for results in pool.map(self._one_task, by_task.values()) for result in results]

    def _one_task(self, changes: list[Change]) -> list[Result]:
        results: list[Result] = []
        for change in changes:
            for index, write in enumerate(change.writes):
                if any(_holds_back(one, change) for one in results):
                    results.append(self._held_back(change, index, write))
                else:
                    results.append(self._one_write(change, index, write))
        return results

    def _held_back(self, change: Change, index: int, write: Write) -> Result:
        """Its jobs came first because a rule selects by what is written here (`plan.writing_order`)."""
        message = None if self._stop.is_set() else _HELD_BACK
        result = Result(change, index, write, WriteOutcome.SKIPPED, message=message)
        if message is not None:
            self._telling.tell(result)
        return result

    def _one_write(self, change: Change, index: int, write: Write) -> Result:
        skipped = Result(change, index, write, WriteOutcome.SKIPPED)
        if self._stop.is_set():
            return skipped
        try:
            ended = OneWrite(change, index, write, self._reader, self._writer, self._telling.announce).attempt()
        except Unobserved:
            return skipped
        except Exception as error:  # a fault of ours must not cost the other threads' results
            self._telling.fail(error)
            message = f"unexpected {type(error).__name__}; whether it arrived is not known"
            ended = Result(change, index, write, WriteOutcome.UNKNOWN, message=message)
        self._telling.tell(ended)
        if self._outage.after(ended):
            self._stop.set()
        return ended


def _holds_back(result: Result, change: Change) -> bool:
    """Whether a rule that has not got its way with a job would not select the task any more after this change."""
    written = {f"task.{name}" for write in change.writes for name in write.gives}
    lacking = change.kind == "task" and result.outcome not in ARRIVED
    return lacking and not written.isdisjoint(result.change.rests_on)
