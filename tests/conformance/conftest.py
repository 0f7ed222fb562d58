"""The server that is asked, once a session; every test removes what it made."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reconciler.sandbox import Sandbox

from .server import Server, real_server


@pytest.fixture(scope="session")
def _server() -> Iterator[Server]:
    real = real_server()
    if real is not None:
        yield real
        real.close()
        return
    with Sandbox.start(tasks=5) as sandbox:
        server = Server(sandbox.url, f"Bearer {sandbox.token}")
        yield server
        server.close()


@pytest.fixture
def server(_server: Server) -> Iterator[Server]:
    yield _server
    _server.clean_up()
