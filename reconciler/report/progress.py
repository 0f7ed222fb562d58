"""How far a run is, from its first second: one moving line on a terminal, few plain lines in a log."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn

from reconciler.history.model import WriteOutcome
from reconciler.report.console import animates
from reconciler.report.layout import show, styled
from reconciler.report.wording import lasted
from reconciler.wording import counted

Clock = Callable[[], float]

EVERY_SECONDS = 5.0
EVERY_SHARE = 0.1


class ApplyProgress(Protocol):
    """What an executor reports to, from any thread."""

    def write_done(self, outcome: WriteOutcome) -> None:
        """One write has ended, however."""

    def task_done(self) -> None:
        """One task and its jobs are through."""

    def step_doing(self, words: str) -> None:
        """What is being done to a whole object, and how far it is."""

    def step_done(self, outcome: WriteOutcome) -> None:
        """One step has ended, however."""


class PageHook(Protocol):
    """What a reader of the server reports to, from any thread."""

    def __call__(self, what: str, done: int, total: int | None) -> None:
        """So many of `what` (`tasks`, `jobs`) are read, of so many; None: not known yet."""


class Pace:
    """When the next plain line is due: the first at once, then after five seconds or a tenth of the whole."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last: tuple[float, int] | None = None

    def due(self, done: int, total: int | None) -> bool:
        """Whether to write a line now; a yes is remembered."""
        now = self._clock()
        if self._last is not None:
            when, before = self._last
            step = total is not None and done - before >= max(1, total * EVERY_SHARE)
            last = done == total and done != before
            if not (now - when >= EVERY_SECONDS or step or last):
                return False
        self._last = (now, done)
        return True


class _Apply:
    """Counts what is reported and passes the new state on."""

    def __init__(self, tasks: int, writes: int, steps: int, clock: Clock, changed: Callable[[_Apply], None]) -> None:
        self.total_tasks, self.total_writes, self.total_steps = tasks, writes, steps
        self.tasks = self.steps = 0
        self._doing = ""
        self._outcomes: Counter[WriteOutcome] = Counter()
        self._clock, self._start, self._changed = clock, clock(), changed
        self._lock = threading.Lock()

    @property
    def writes(self) -> int:
        """Writes that have ended."""
        return self._outcomes.total() - self.steps

    @property
    def done(self) -> int:
        """All that has ended."""
        return self.writes + self.steps + self.tasks

    @property
    def total(self) -> int:
        """All that there is to do."""
        return self.total_writes + self.total_steps + self.total_tasks

    @property
    def text(self) -> str:
        """`12/98 tasks, 36/294 writes, 1 failed, 4s`; with steps, theirs and what is being done."""
        failed = self._outcomes[WriteOutcome.FAILED] + self._outcomes[WriteOutcome.UNKNOWN]
        conflicts = self._outcomes[WriteOutcome.CONFLICT]
        parts = [f"{self.steps}/{self.total_steps} steps"] if self.total_steps else []
        if self.total_writes or not self.total_steps:
            parts += [f"{self.tasks}/{self.total_tasks} tasks", f"{self.writes}/{self.total_writes} writes"]
        parts += [f"{failed} failed"] if failed else []
        parts += [counted(conflicts, "conflict")] if conflicts else []
        said = ", ".join([*parts, lasted(self._clock() - self._start)])
        return f"{said}: {self._doing}" if self._doing else said

    def write_done(self, outcome: WriteOutcome) -> None:
        """One write has ended, however."""
        with self._lock:
            self._outcomes[outcome] += 1
            self._changed(self)

    def task_done(self) -> None:
        """One task and its jobs are through."""
        with self._lock:
            self.tasks += 1
            self._changed(self)

    def step_doing(self, words: str) -> None:
        """What is being done to a whole object, and how far it is."""
        with self._lock:
            self._doing = words
            self._changed(self)

    def step_done(self, outcome: WriteOutcome) -> None:
        """One step has ended, however."""
        with self._lock:
            self.steps += 1
            self._outcomes[outcome] += 1
            self._doing = ""
            self._changed(self)


@contextmanager
def progress(
    *,
    total_tasks: int,
    total_writes: int,
    total_steps: int = 0,
    console: Console,
    verb: str = "Applying",
    clock: Clock = time.monotonic,
) -> Iterator[ApplyProgress]:
    """Show how far an apply is while the block runs."""
    if animates(console):
        with bars(console) as shown:
            bar = shown.add_task(verb, total=max(total_writes + total_steps, 1), text="")

            def moved(now: _Apply) -> None:
                shown.update(bar, completed=now.writes + now.steps, text=styled(now.text).plain)

            state = _Apply(total_tasks, total_writes, total_steps, clock, moved)
            shown.update(bar, text=state.text)
            yield state
        return
    pace = Pace(clock)

    def line(now: _Apply) -> None:
        if pace.due(now.done, now.total):
            show(console, [styled(f"{verb}: {now.text}")])

    state = _Apply(total_tasks, total_writes, total_steps, clock, line)
    line(state)
    yield state


@contextmanager
def reading(console: Console, *, clock: Clock = time.monotonic) -> Iterator[PageHook]:
    """Show what is read from the server while the block runs; the block's value is the hook to call after each page."""
    lock = threading.Lock()
    if animates(console):
        known: dict[str, TaskID] = {}
        with bars(console) as shown:

            def on_page(what: str, done: int, total: int | None) -> None:
                with lock:
                    if what not in known:
                        known[what] = shown.add_task(f"Reading {styled(what).plain}", total=total, text="")
                    shown.update(known[what], completed=done, total=total, text=_of(done, total))

            yield on_page
        return
    paces: dict[str, Pace] = {}

    def on_page_plain(what: str, done: int, total: int | None) -> None:
        with lock:
            if paces.setdefault(what, Pace(clock)).due(done, total):
                show(console, [styled(f"Reading {what}: {_of(done, total)}")])

    yield on_page_plain


def _of(done: int, total: int | None) -> str:
    return str(done) if total is None else f"{done}/{total}"


def bars(console: Console) -> Progress:
    """Gone when done: what remains on the screen is the result."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[text]}", markup=False),
    )
    # stdout stays untouched: it may be a pipe that wants the JSON and nothing else.
    return Progress(*columns, console=console, transient=True, redirect_stdout=False)
