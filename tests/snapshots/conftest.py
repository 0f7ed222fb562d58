"""A sandbox with somebody who annotates there, a session, and a state store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.cvat import Credentials, connect
from reconciler.history.store import StateStore
from reconciler.sandbox import Sandbox
from tests.apply.desk import NO_WAITING
from tests.sandbox.tasks import Worker

from .studio import Studio


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(seed="empty") as running:
        yield running


@pytest.fixture
def studio(sandbox: Sandbox, tmp_path: Path) -> Iterator[Studio]:
    worker = Worker(sandbox)
    with connect(credentials=Credentials(sandbox.url, token=sandbox.token), environ={}, retry=NO_WAITING) as session:
        yield Studio(sandbox, worker, session, StateStore(tmp_path / "state"))
    worker.close()
