"""A sandbox, somebody who works on it, and a reader."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reconciler.cvat import Credentials, connect
from reconciler.cvat.reading import Reader
from reconciler.sandbox import Sandbox

from ..sandbox.tasks import Worker


@pytest.fixture(scope="module")
def empty() -> Iterator[Sandbox]:
    with Sandbox.start(seed="empty") as sandbox:
        yield sandbox


@pytest.fixture
def worker(empty: Sandbox) -> Iterator[Worker]:
    empty.reset({})
    worker = Worker(empty)
    yield worker
    worker.close()


@pytest.fixture
def reader(empty: Sandbox) -> Iterator[Reader]:
    session = connect(credentials=Credentials(empty.url, token=empty.token), environ={})
    yield Reader(session)
    session.close()
