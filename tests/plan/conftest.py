"""One sandbox for all of these tests; each puts its own world into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox import Sandbox

from .planning import Planning
from .worlds import build_world

Put = Callable[..., Planning]


@pytest.fixture(autouse=True)
def _nobody_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the profiles of whoever runs it."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(world={}) as running:
        yield running


@pytest.fixture(scope="session")
def newer_sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(world={}, server_version="2.80") as running:
        yield running


@pytest.fixture
def put(sandbox: Sandbox, tmp_path: Path) -> Put:
    """Put a world (as in `worlds.py`) into the sandbox, ready to be planned for."""

    def put_world(described: dict[str, Any], user: str | None = None) -> Planning:
        sandbox.reset(build_world(described))
        return Planning(sandbox, tmp_path, described.get("organization"), user)

    return put_world
