"""Stopping a run cleanly: Ctrl-C (or a pipeline's SIGTERM) finishes the writes in flight, and no more are begun."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_SAME_KEYPRESS = 1.0  # seconds: `make`, `uv run` and others pass on a Ctrl-C that the terminal has sent us already


@contextmanager
def stopping_on_signals(
    on_stop: Callable[[], None], *, clock: Callable[[], float] = time.monotonic
) -> Iterator[threading.Event]:
    """An event that SIGINT or SIGTERM sets. `on_stop` is called at the first one, to tell the person it was heard.

    A second Ctrl-C, if it is not the first one heard twice, ends the process at once: a request in flight can take
    minutes to fail, and what it leaves is what any killed run leaves, which the next one sorts out.

    Signals that are ignored (`nohup`) stay so. Only the main thread can handle signals; elsewhere the event is simply
    never set from here.
    """
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    heard: list[float] = []

    def handle(number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGINT and heard and clock() - heard[0] > _SAME_KEYPRESS:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        if not heard:
            heard.append(clock())
            stop.set()
            # In a handler what is raised surfaces anywhere in the run, and would lose its record.
            with suppress(Exception, SystemExit):
                on_stop()

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    handled = {number: handler for number, handler in before.items() if handler is not signal.SIG_IGN}
    for number in handled:
        signal.signal(number, handle)
    try:
        yield stop
    finally:
        for number, handler in handled.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
