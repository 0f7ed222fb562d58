from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from rich.console import Console

from reconciler.history.model import WriteOutcome
from reconciler.report.progress import progress, reading

from .test_console import Terminal


class Clock:
    """Time that passes when told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_first_line_comes_at_once(console: Console, written: Callable[[], str]) -> None:
    with progress(total_tasks=98, total_writes=294, console=console, clock=Clock()):
        assert written() == "Applying: 0/98 tasks, 0/294 writes, 0s\n"


def test_few_lines_for_many_writes(console: Console, written: Callable[[], str]) -> None:
    with progress(total_tasks=1000, total_writes=3000, console=console, clock=Clock()) as shown:
        for _ in range(1000):
            for _ in range(3):
                shown.write_done(WriteOutcome.WRITTEN)
            shown.task_done()
    lines = written().splitlines()
    assert len(lines) == 11
    assert lines[-1] == "Applying: 1000/1000 tasks, 3000/3000 writes, 0s"


def test_a_slow_run_is_heard_of_every_five_seconds(console: Console, written: Callable[[], str]) -> None:
    clock = Clock()
    with progress(total_tasks=1000, total_writes=1000, console=console, verb="Rolling back", clock=clock) as shown:
        for outcome in (WriteOutcome.FAILED, WriteOutcome.CONFLICT, WriteOutcome.UNKNOWN, WriteOutcome.WRITTEN):
            clock.now += 2.5
            shown.write_done(outcome)
    assert written().splitlines() == [
        "Rolling back: 0/1000 tasks, 0/1000 writes, 0s",
        "Rolling back: 0/1000 tasks, 2/1000 writes, 1 failed, 1 conflict, 5s",
        "Rolling back: 0/1000 tasks, 4/1000 writes, 2 failed, 1 conflict, 10s",
    ]


def test_steps_tell_what_they_are_doing(console: Console, written: Callable[[], str]) -> None:
    clock = Clock()
    with progress(total_tasks=0, total_writes=0, total_steps=40, console=console, clock=clock) as shown:
        clock.now += 5
        shown.step_doing("task.monday.data (sending the data, 40%)")
        shown.step_done(WriteOutcome.WRITTEN)
        clock.now += 5
        shown.step_done(WriteOutcome.FAILED)
    assert written().splitlines() == [
        "Applying: 0/40 steps, 0s",
        "Applying: 0/40 steps, 5s: task.monday.data (sending the data, 40%)",
        "Applying: 2/40 steps, 1 failed, 10s",
    ]


def test_steps_and_writes_are_counted_apart(console: Console, written: Callable[[], str]) -> None:
    with progress(total_tasks=1, total_writes=1, total_steps=1, console=console, clock=Clock()) as shown:
        shown.step_done(WriteOutcome.WRITTEN)
        shown.write_done(WriteOutcome.WRITTEN)
        shown.task_done()
    assert written().splitlines()[-1] == "Applying: 1/1 steps, 1/1 tasks, 1/1 writes, 0s"


def test_many_threads(console: Console, written: Callable[[], str]) -> None:
    with (
        progress(total_tasks=400, total_writes=400, console=console, clock=Clock()) as shown,
        ThreadPoolExecutor(8) as pool,
    ):
        for _ in range(400):
            pool.submit(shown.write_done, WriteOutcome.WRITTEN)
            pool.submit(shown.task_done)
    assert written().splitlines()[-1] == "Applying: 400/400 tasks, 400/400 writes, 0s"


def test_reading(console: Console, written: Callable[[], str]) -> None:
    with reading(console, clock=Clock()) as on_page:
        on_page("tasks", 500, None)
        on_page("tasks", 600, None)
        for done in range(0, 1001, 10):
            on_page("jobs", done, 1000)
    lines = written().splitlines()
    assert lines[:3] == ["Reading tasks: 500", "Reading jobs: 0/1000", "Reading jobs: 100/1000"]
    assert lines[-1] == "Reading jobs: 1000/1000"
    assert len(lines) == 12


def test_a_terminal_gets_one_line_that_goes_away() -> None:
    stream: io.StringIO = Terminal()
    console = Console(file=stream, force_terminal=True, width=100, _environ={"TERM": "xterm"})
    with progress(total_tasks=2, total_writes=2, console=console) as shown:
        shown.write_done(WriteOutcome.FAILED)
        shown.task_done()
    with reading(console) as on_page:
        on_page("[red]tasks\x1b[2J", 5, 10)
    text = stream.getvalue()
    assert "1/2 tasks, 1/2 writes, 1 failed" in text
    assert "Reading [red]tasks\\x1b[2J" in text
