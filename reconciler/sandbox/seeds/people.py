"""The people of our own seeds: an organization and who is in it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from reconciler.sandbox.clock import written
from reconciler.sandbox.seeds.makers import Maker

_JOINED = datetime(2025, 12, 2, 8, tzinfo=UTC)
_PEOPLE = (
    ("admin", "Ada", "owner"),
    ("alice", "Alice", "maintainer"),
    ("bob", "Bob", "worker"),
    ("carol", "Carol", "worker"),
    ("dave", "Dave", "worker"),
    ("erin", "Erin", "supervisor"),
)
ACME = 1


def people() -> dict[str, Any]:
    """Make the world of people without work: no project, no task."""
    maker = Maker()
    add_people(maker)
    return maker.world


def add_people(maker: Maker) -> None:
    """Add them, and the organization `acme` that they are members of."""
    joined = written(_JOINED)
    for username, first_name, _ in _PEOPLE:
        maker.add_user(username, first_name, joined)
    maker.add(
        "organizations",
        {
            "slug": "acme",
            "name": "Acme",
            "description": "Streets and warehouses",
            "created_date": joined,
            "updated_date": joined,
            "contact": {"email": "office@acme.example"},
            "owner": maker.user("admin"),
        },
    )
    for username, _, role in _PEOPLE:
        membership = {"user": maker.user(username), "organization": ACME, "role": role}
        maker.add("memberships", {**membership, "joined_date": joined, "is_active": True, "invitation": None})
