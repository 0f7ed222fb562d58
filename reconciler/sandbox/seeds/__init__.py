"""What a new server holds: our own street scenes, or the lists that a real server gave.

A seed only makes a world; how a world gets into the database is the business of ``worlds``.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from reconciler.sandbox import worlds
from reconciler.sandbox.links import Doc
from reconciler.sandbox.seeds.fixture import read_fixture
from reconciler.sandbox.seeds.people import people
from reconciler.sandbox.seeds.street import street
from reconciler.sandbox.store import Store

SEEDS = ("street", "people", "empty")


class UnknownSeed(ValueError):  # noqa: N818 - it says what is unknown
    """A seed that there is not."""


def seed_store(
    store: Store,
    *,
    seed: str = "street",
    tasks: int = 100,
    fixture: Path | None = None,
    world: worlds.World | None = None,
) -> tuple[Doc, str]:
    """Fill a store, unless it was filled before; give the administrator, and a token of theirs."""
    known = store.setting("token")
    if known is not None:
        key = store.setting("administrator")
        return store.get("users", int(key or 0)), known
    if world is None:
        world = _world(seed, tasks, fixture)
    token = secrets.token_urlsafe(24)
    administrator = worlds.load(store, world, token)
    store.remember("token", token)
    store.remember("administrator", str(administrator["id"]))
    return administrator, token


def _world(seed: str, tasks: int, fixture: Path | None) -> worlds.World:
    if fixture is not None:
        return read_fixture(fixture)
    if seed == "street":
        return street(tasks)
    if seed == "people":
        return people()
    if seed == "empty":
        return {}
    raise UnknownSeed(f"There is no seed named {seed!r}; choose one of {', '.join(SEEDS)}.")
