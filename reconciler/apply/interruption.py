"""Stopping a run cleanly: Ctrl-C (or a pipeline's SIGTERM) finishes the writes in flight, and no more are begun."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


@contextmanager
def stopping_on_signals(on_stop: Callable[[], None]) -> Iterator[threading.Event]:
    """An event that a signal sets. `on_stop` is called at the first one, to tell the person that it was heard.

    Only the main thread can handle signals; elsewhere the event is simply never set from here.
    """
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def handle(_number: int, _frame: FrameType | None) -> None:
        if not stop.is_set():
            stop.set()
            on_stop()

    before: dict[int, Any] = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
