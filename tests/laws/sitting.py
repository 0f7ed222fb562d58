"""Sitting down before one world after the other, each time with an empty state folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from reconciler.sandbox import Sandbox
from tests.apply.desk import Desk, seated

from .worlds import World

Sit = Callable[[World], Desk]


@pytest.fixture(scope="module")
def sit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sit]:
    """Sit down before a world. One server and one session for all examples of a module."""
    with Sandbox.start(seed="empty") as sandbox, seated(sandbox, tmp_path_factory.mktemp("first")) as seat:

        def before(world: World) -> Desk:
            sandbox.reset(world)
            sandbox.requests.clear()
            return Desk(sandbox, tmp_path_factory.mktemp("desk"), seat.session)

        yield before
