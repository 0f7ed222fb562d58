from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.sandbox import Sandbox

from ..desk import Desk, seated
from ..worlds import new_maker
from .studio import boxes, pictures


@pytest.fixture
def desk(server: Sandbox, tmp_path: Path) -> Iterator[Desk]:
    """Nothing on the server but people; four pictures and an annotation file on the desk."""
    server.reset(new_maker().world)
    server.requests.clear()
    with seated(server, tmp_path) as seat:
        pictures(seat)
        boxes(seat, 0, 1, 3)
        yield seat
