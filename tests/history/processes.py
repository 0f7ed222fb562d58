"""Other processes to share a store with, and to kill."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def child(code: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """A Python process that runs `code`; it prints when it is ready, and does not outlive the test."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def line_of(process: subprocess.Popen[str]) -> str:
    """The next line the child prints."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


@contextmanager
def unprivileged() -> Iterator[None]:
    """Permissions mean nothing to root; be nobody for a while if the tests run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@contextmanager
def umask(mask: int) -> Iterator[None]:
    """The process's umask, put back afterwards."""
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)
