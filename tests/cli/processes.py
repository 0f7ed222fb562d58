"""The program as a process of its own: with pipes, and on a terminal."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from reconciler.sandbox import Sandbox

PATIENCE = 30.0
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# The slave side becomes the controlling terminal, so that a typed Ctrl-C is a signal.
_ON_A_TERMINAL = """\
import fcntl, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from reconciler.cli import main
main()
"""


def surroundings(sandbox: Sandbox | None, **more: str) -> dict[str, str]:
    """The whole environment of a process: nothing of the developer's comes along."""
    environ = {"PATH": os.defpath, "HOME": str(Path.cwd() / "home"), "TERM": "xterm", "LANG": "C.UTF-8"}
    for name in ("PYTHONPATH", "SYSTEMROOT"):
        if name in os.environ:
            environ[name] = os.environ[name]
    if sandbox is not None:
        environ |= {"CVAT_HOST": sandbox.url, "CVAT_ACCESS_TOKEN": sandbox.token}
    return environ | more


def ended(
    *arguments: str, environ: Mapping[str, str], stdin: str = "", **more: Any
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    command = [sys.executable, "-m", "reconciler", *arguments]
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more
    return subprocess.run(
        command, env=environ, input=stdin, text=True, encoding="utf-8", timeout=PATIENCE, check=False, **streams
    )


class Terminal:
    """A command on a terminal of its own, and what stands on that terminal so far."""

    def __init__(self, process: subprocess.Popen[bytes], master: int) -> None:
        self.process = process
        self.screen = ""
        self._master = master

    @property
    def text(self) -> str:
        """The screen without colours and cursor movements."""
        return ESCAPES.sub("", self.screen)

    def until(self, text: str) -> None:
        """Wait for something to be shown."""
        self._read(lambda: text in self.text)
        assert text in self.text, self.text

    def type(self, keys: str) -> None:
        """What a person types."""
        os.write(self._master, keys.encode())

    def end(self) -> int:
        """The exit code, once all is shown."""
        self._read(lambda: False)
        return self.process.wait(PATIENCE)

    def _read(self, enough: Any) -> None:
        deadline = time.monotonic() + PATIENCE
        while not enough() and time.monotonic() < deadline:
            if not select.select([self._master], [], [], 1)[0]:
                continue
            try:
                data = os.read(self._master, 65536)
            except OSError:  # Linux's way to say that the other side is closed
                return
            if not data:
                return
            self.screen += data.decode("utf-8", "replace")


@contextmanager
def terminal(*arguments: str, environ: Mapping[str, str], **streams: Any) -> Iterator[Terminal]:
    """Run a command on a terminal."""
    master, slave = os.openpty()
    sides: dict[str, Any] = {"stdin": slave, "stdout": slave, "stderr": slave} | streams
    process = subprocess.Popen(
        [sys.executable, "-c", _ON_A_TERMINAL, *arguments], env=environ, start_new_session=True, **sides
    )
    os.close(slave)
    try:
        yield Terminal(process, master)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        with suppress(OSError):
            os.close(master)
