"""How far fetching many files is: one moving line on a terminal, few plain lines in a log."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from rich.console import Console

from reconciler.report.console import animates
from reconciler.report.layout import show, styled
from reconciler.report.progress import Clock, Pace, bars
from reconciler.report.snapshots_text import size_of
from reconciler.report.wording import lasted
from reconciler.transfer.fetching import End, Fetched


@contextmanager
def fetching(*, total: int, console: Console, clock: Clock = time.monotonic) -> Iterator[Callable[[Fetched], None]]:
    """Show how far it is while the block runs; the block's value is to be told of each file that ends.

    Nobody may be there to see it any more (`2>&1 | head`): that must not stop it.
    """
    counted = _Counted(total, clock)
    if animates(console):
        with bars(console) as shown:
            bar = shown.add_task("Fetching", total=max(total, 1), text=counted.text)

            def on_end(ended: Fetched) -> None:
                with counted.lock, suppress(OSError):
                    counted.take(ended)
                    shown.update(bar, completed=counted.done, text=counted.text)

            yield on_end
        return
    pace = Pace(clock)

    def on_end_plain(ended: Fetched) -> None:
        with counted.lock, suppress(OSError):
            if counted.take(ended) and pace.due(counted.done, total):
                show(console, [styled(f"Fetching: {counted.text}")])

    yield on_end_plain


class _Counted:
    def __init__(self, total: int, clock: Clock) -> None:
        self.lock = threading.Lock()
        self.done = self._failed = self._bytes = 0
        self._total, self._clock, self._start = total, clock, clock()

    def take(self, ended: Fetched) -> bool:
        """Whether it makes a difference."""
        if not ended.item.is_to_fetch or ended.end is End.LEFT:
            return False
        self.done += 1
        self._failed += ended.end is End.FAILED
        self._bytes += ended.entry.size if ended.entry is not None else 0
        return True

    @property
    def text(self) -> str:
        """`120/500 files, 3.4 MB, 1 failed, 12s`."""
        parts = [f"{self.done}/{self._total} files", size_of(self._bytes)]
        parts += [f"{self._failed} failed"] if self._failed else []
        return ", ".join([*parts, lasted(self._clock() - self._start)])
