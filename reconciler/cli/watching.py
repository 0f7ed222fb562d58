"""Looking again and again: a picture that refreshes on a terminal, block after block anywhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Event

import typer
from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from reconciler.cli.showing import say
from reconciler.errors import InterruptedRunError, ReconcilerError, ServerError
from reconciler.overview.model import Overview
from reconciler.report.layout import styled
from reconciler.report.wording import moment

_REFUSED = frozenset({401, 403})


@contextmanager
def interruptible() -> Iterator[None]:
    """Ctrl-C is how a watch ends: nothing to complain of, and the exit code says it."""
    try:
        yield
    except KeyboardInterrupt:
        raise typer.Exit(InterruptedRunError.exit_code) from None


class Watch:
    """Shows how it is, again and again, until it is stopped. A server that is away for a while is waited for."""

    def __init__(self, look: Callable[[], Overview], *, every: float, stop: Event | None = None) -> None:
        self._look, self._every, self._stop = look, every, stop or Event()
        self._last: Overview | None = None

    def in_place(self, console: Console, lines: Callable[[Overview], Sequence[Text]]) -> None:
        """On a terminal, in one place; what was seen last stays when it ends."""
        picture: list[Text] = []
        live = Live(console=console, auto_refresh=False, transient=True, redirect_stdout=False, redirect_stderr=False)
        try:
            with live:

                def show(seen: Overview | None, trouble: str | None) -> None:
                    if seen is not None:
                        picture[:] = lines(seen)
                    told = [Text(), styled(trouble, "yellow")] if trouble else []
                    shown = [line.copy() for line in [*picture, *told]]
                    for line in shown:
                        line.no_wrap, line.overflow = True, "crop"
                    live.update(Group(*shown), refresh=True)

                self._go_on(show)
        finally:
            for line in picture:
                console.print(line, soft_wrap=True)

    def one_after_the_other(self, show: Callable[[Overview], None]) -> None:
        """Each picture after the one before it; trouble is told on standard error."""

        def each(seen: Overview | None, trouble: str | None) -> None:
            if seen is not None:
                show(seen)
            elif trouble:
                say(trouble)

        self._go_on(each)

    def _go_on(self, show: Callable[[Overview | None, str | None], None]) -> None:
        while not self._stop.is_set():
            try:
                self._last = self._look()
                show(self._last, None)
            except ReconcilerError as error:
                if self._last is None or (isinstance(error, ServerError) and error.status in _REFUSED):
                    raise
                show(None, f"seen last {moment(self._last.taken)}: {error.what}; trying again")
            self._stop.wait(self._every)
