from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.sandbox import Sandbox
from tests.apply.desk import seated
from tests.apply.worlds import street
from tests.sandbox.tasks import Worker

from .shop import Shop


@pytest.fixture(scope="package")
def server() -> Iterator[Sandbox]:
    """One server for all tests; each resets what it holds."""
    with Sandbox.start(world=street(), throttle=False) as running:
        yield running


@pytest.fixture(scope="package")
def newer() -> Iterator[Sandbox]:
    """A server that can do what 2.54 cannot."""
    with Sandbox.start(world=street(), throttle=False, server_version="2.80") as running:
        yield running


@pytest.fixture
def shop(server: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    yield from _open(server, tmp_path, monkeypatch)


@pytest.fixture
def newer_shop(newer: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    yield from _open(newer, tmp_path, monkeypatch)


def _open(server: Sandbox, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    server.reset(street())
    worker = Worker(server)
    with seated(server, folder) as desk:
        yield Shop(desk, worker)
    worker.close()
