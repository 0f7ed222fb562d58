"""The command line as a process of its own, to be interrupted and killed in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
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

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self._process.pid, number)

    def kill(self) -> None:
        """Kill it, and return when it is dead: whoever holds its request back until then knows what it has seen."""
        self.signal(signal.SIGKILL)
        os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)

    def wait(self) -> Ended:
        """Wait until it ends."""
        output, _ = self._process.communicate(timeout=PATIENCE)
        return Ended(self._process.returncode, output)

    def abandon(self) -> None:
        """Make sure that it is gone."""
        self._process.kill()
        self._process.communicate()


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
