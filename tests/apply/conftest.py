from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.sandbox import Sandbox

from .desk import Desk, seated
from .worlds import street


@pytest.fixture(autouse=True)
def _nobody_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the profiles of whoever runs it."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture(scope="session")
def server() -> Iterator[Sandbox]:
    """One server for all tests; each resets what it holds."""
    with Sandbox.start(world=street()) as running:
        yield running


@pytest.fixture
def sandbox(server: Sandbox) -> Sandbox:
    """The project Street with four finished tasks (1 to 4) of two jobs each (1 to 8), without planned faults."""
    server.reset(street())
    server.requests.clear()
    return server


@pytest.fixture
def desk(sandbox: Sandbox, tmp_path: Path) -> Iterator[Desk]:
    with seated(sandbox, tmp_path) as seat:
        yield seat
