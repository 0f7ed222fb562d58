"""What all tests share: nothing of the developer's own CVAT connection or state may get into a test."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from .laws.sitting import sit

__all__ = ["sit"]

# The same examples in every run, and no time limit for a single one: the machine may be busy.
settings.register_profile("reconciler", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("reconciler")

CONFORMANCE = Path(__file__).parent / "conformance"


@pytest.fixture(autouse=True)
def _no_connection_of_the_developer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No CVAT_* variables, no saved profile, no state folder. Conformance tests may use a real server on purpose."""
    if CONFORMANCE in request.path.parents:
        return
    for name in os.environ:
        if name.startswith(("CVAT_", "RECONCILER_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(request.path.parent / "there-is-no-such-folder"))


@pytest.fixture
def ctrl_c() -> Iterator[Callable[[], None]]:
    """Ctrl-C for this process, from any of its threads; returns when it was heard.

    Python handles signals in the order of their numbers, so after SIGINT comes SIGUSR1.
    """
    heard = threading.Event()
    main = threading.main_thread().ident
    assert main is not None

    def press() -> None:
        # To the main thread by name: of two signals to a process, the second may wake another thread.
        for number in (signal.SIGINT, signal.SIGUSR1):
            signal.pthread_kill(main, number)
        assert heard.wait(20), "nobody heard"

    before = signal.signal(signal.SIGUSR1, lambda *_: heard.set())
    yield press
    signal.signal(signal.SIGUSR1, before)
