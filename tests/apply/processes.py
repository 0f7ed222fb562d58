"""The command line as a process of its own, to be interrupted and killed in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .desk import Desk, environment

PATIENCE = 60  # seconds; a process that takes longer hangs


@dataclass
class Ended:
    """How a process ended."""

    code: int
    output: str


class Command:
    """`python -m reconciler …`, started but not waited for."""

    def __init__(self, desk: Desk, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "reconciler", *arguments],
            env=environment(desk.sandbox, desk.folder),
            cwd=desk.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._lines: list[str] = []
        self._heard = threading.Event()
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, and return when it says that it is stopping.

        Whoever holds its request back until then knows that it heard before it goes on.
        """
        os.kill(self._process.pid, number)
        assert self._heard.wait(PATIENCE), "it did not hear"

    def kill(self) -> None:
        """Kill it, and return when it is dead: whoever holds its request back until then knows what it has seen."""
        os.kill(self._process.pid, signal.SIGKILL)
        os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)

    def wait(self) -> Ended:
        """Wait until it ends."""
        code = self._process.wait(timeout=PATIENCE)
        self._reading.join(PATIENCE)
        return Ended(code, "".join(self._lines))

    def abandon(self) -> None:
        """Make sure that it is gone."""
        self._process.kill()
        self.wait()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as output:
            for line in output:
                self._lines.append(line)
                if line.startswith("Stopping"):
                    self._heard.set()
        self._heard.set()  # it will not say anything any more


@contextmanager
def command(desk: Desk, *arguments: str) -> Iterator[Command]:
    """Start a command; it does not outlive the block."""
    running = Command(desk, *arguments)
    try:
        yield running
    finally:
        running.abandon()


def run(desk: Desk, *arguments: str) -> Ended:
    """Run a command to its end."""
    with command(desk, *arguments) as running:
        return running.wait()
