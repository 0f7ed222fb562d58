"""What the sandbox's own tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.sandbox import Sandbox

from .tasks import Worker

SHARED = Path(__file__).parents[3] / "shared" / "cvat"


@pytest.fixture(scope="module")
def street() -> Iterator[Sandbox]:
    """Give a sandbox with the small street seed, for tests that only read."""
    with Sandbox.start(tasks=20) as sandbox:
        yield sandbox


@pytest.fixture
def small() -> Iterator[Sandbox]:
    """Give a sandbox with a few street scenes, for tests that write."""
    with Sandbox.start(tasks=3) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def empty() -> Iterator[Sandbox]:
    """Give one sandbox to all tests that begin with nothing: emptying is faster than starting."""
    with Sandbox.start(seed="empty") as sandbox:
        yield sandbox


@pytest.fixture
def worker(empty: Sandbox) -> Iterator[Worker]:
    """Give somebody at an empty sandbox."""
    empty.reset({})
    worker = Worker(empty)
    yield worker
    worker.close()


@pytest.fixture(scope="session")
def fixture_folder() -> Path:
    """Give the folder of lists that a real server gave."""
    folder = SHARED / "fixture"
    if not folder.is_dir():
        pytest.skip("the fixture (../shared) is not here")
    return folder
