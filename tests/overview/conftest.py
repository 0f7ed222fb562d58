"""A sandbox to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from reconciler.around import server_ref
from reconciler.cvat import Credentials, connect
from reconciler.cvat.reading import Reader
from reconciler.overview.looking import Looking
from reconciler.sandbox import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(seed="street", tasks=6) as running:
        yield running


Look = Callable[..., Looking]


@pytest.fixture
def reader(sandbox: Sandbox) -> Iterator[Reader]:
    with connect(credentials=Credentials(sandbox.url, token=sandbox.token), organization="acme", environ={}) as session:
        yield Reader(session)


@pytest.fixture
def looking(reader: Reader) -> Look:
    def look(**options: object) -> Looking:
        return Looking(reader, server_ref(reader.session), **options)  # type: ignore[arg-type]

    return look
