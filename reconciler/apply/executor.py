"""Carrying out a plan's writes: a task's jobs one after another, tasks in parallel.

A task's jobs are never written at once: the server computes the task's status without a lock when a job is saved
(CVAT 2.54.1, server's source). Tasks in parallel gain up to about four connections; more only queue (measured).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event, Lock

from reconciler.apply.rereading import only
from reconciler.cvat.reading import Reader
from reconciler.cvat.writing import Writer
from reconciler.errors import ServerError
from reconciler.history.model import WriteOutcome
from reconciler.plan.model import Change, Write
from reconciler.plan.state import State, job_state, task_state

UNREACHABLE_AFTER = 3
"""Writes in a row that end in a broken connection before the run stops by itself."""


@dataclass(frozen=True)
class Result:
    """What became of one write. `status` is the HTTP status of a refusal, `message` the server's own words."""

    change: Change
    index: int
    write: Write
    outcome: WriteOutcome
    status: int | None = None
    message: str | None = None


Observer = Callable[[Result], None]


class Executor:
    """Writes what a plan says, comparing each object with the plan just before its own write."""

    def __init__(self, reader: Reader, writer: Writer, observe: Observer, stop: Event, *, parallelism: int) -> None:
        self._reader = reader
        self._writer = writer
        self._observe = observe
        self._stop = stop
        self._parallelism = parallelism
        self._broken = 0
        self._counting = Lock()
        self.unreachable = False

    def execute(self, changes: Iterable[Change]) -> list[Result]:
        """Do all writes; one that fails does not stop the others. Returns a result for each, in the plan's order.

        `observe` hears of each write before it is sent (outcome started) and after.
        """
        by_task: dict[int, list[Change]] = defaultdict(list)
        for change in changes:
            by_task[change.task].append(change)
        with ThreadPoolExecutor(max_workers=self._parallelism, thread_name_prefix="apply") as pool:
            return [result for results in pool.map(self._one_task, by_task.values()) for result in results]

    def _one_task(self, changes: list[Change]) -> list[Result]:
        return [
            self._one_write(change, index, write) for change in changes for index, write in enumerate(change.writes)
        ]

    def _one_write(self, change: Change, index: int, write: Write) -> Result:
        def result(outcome: WriteOutcome, status: int | None = None, message: str | None = None) -> Result:
            return Result(change, index, write, outcome, status, message)

        if self._stop.is_set():
            return result(WriteOutcome.SKIPPED)
        ended = self._attempt(change, write, result)
        self._observe(ended)
        self._notice_outage(ended)
        return ended

    def _attempt(self, change: Change, write: Write, result: Callable[..., Result]) -> Result:
        try:
            found = self._read(change)
        except ServerError as error:
            return result(WriteOutcome.FAILED, error.status, f"could not be read just before its write: {error.what}")
        if found is None:
            return result(WriteOutcome.CONFLICT, message="it is gone")
        now = only(found, write.expect)
        if now != write.expect:
            if now == write.gives:
                return result(WriteOutcome.ALREADY)
            return result(WriteOutcome.CONFLICT, message=_found(now, write))
        self._observe(result(WriteOutcome.STARTED))
        try:
            self._send(change, write)
        except ServerError as error:
            return self._after_failure(change, write, error, result)
        return result(WriteOutcome.WRITTEN)

    def _after_failure(self, change: Change, write: Write, error: ServerError, result: Callable[..., Result]) -> Result:
        """A refusal is final. After a broken connection or a failing server only a look tells whether it arrived."""
        if 0 < error.status < 500:
            return result(WriteOutcome.FAILED, error.status, error.what)
        try:
            found = self._read(change)
        except ServerError:
            return result(WriteOutcome.UNKNOWN, error.status or None, error.what)
        now = only(found or {}, write.gives)
        if now == write.gives and write.gives != write.expect:
            return result(WriteOutcome.WRITTEN)
        if now == write.expect:
            return result(WriteOutcome.FAILED, error.status or None, error.what)
        return result(WriteOutcome.UNKNOWN, error.status or None, error.what)

    def _read(self, change: Change) -> State | None:
        if change.kind == "task":
            task = self._reader.task(change.id)
            return task_state(task) if task is not None else None
        job = self._reader.job(change.id)
        return job_state(job) if job is not None else None

    def _send(self, change: Change, write: Write) -> None:
        if change.kind == "task":
            self._writer.patch_task(change.id, write.body)
        else:
            self._writer.patch_job(change.id, write.body)

    def _notice_outage(self, result: Result) -> None:
        """A server that is gone fails every write after a long wait: stop instead, and say so."""
        broken = result.outcome in (WriteOutcome.FAILED, WriteOutcome.UNKNOWN) and not result.status
        with self._counting:
            self._broken = self._broken + 1 if broken else 0
            if self._broken >= UNREACHABLE_AFTER:
                self.unreachable = True
                self._stop.set()


def _found(now: State, write: Write) -> str:
    differing = [f"{field} is {now[field]!r}" for field in write.expect if now[field] != write.expect[field]]
    return f"changed by somebody else since the plan: {', '.join(differing)}"
