"""Small worlds for a sandbox."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from reconciler.sandbox.seeds.makers import Maker

START = datetime(2026, 1, 1, 8, tzinfo=UTC)
PEOPLE = ("admin", "alice", "bob", "carol", "dave")
FINISHED = ("acceptance", "completed", "bob")
Spot = tuple[str, str, str | None]
"""A job's stage, state and assignee."""


def street(tasks: int = 4, jobs: int = 2, spot: Spot = FINISHED) -> dict[str, Any]:
    """A project "Street" with tasks batch-1, batch-2, … (ids from 1), whose jobs (ids from 1) are all at one spot."""
    return world([(f"batch-{number}", [spot] * jobs) for number in range(1, tasks + 1)])


def world(tasks: list[tuple[str, list[Spot]]]) -> dict[str, Any]:
    """A project "Street" with these tasks. The jobs of a task have ten frames each."""
    maker = new_maker()
    project = maker.add_project("Street", None, "2026-01-01T08:00:00Z", ())
    for name, spots in tasks:
        task = maker.add_task(name, START, project=project, size=10 * len(spots), segment=10)
        for place, (stage, state, assignee) in enumerate(spots):
            maker.add_job(task, place * 10, place * 10 + 9, stage=stage, state=state, assignee=assignee)
    maker.finish_project(project)
    return maker.world


def new_maker() -> Maker:
    """A world in which there are only people."""
    maker = Maker()
    for name in PEOPLE:
        maker.add_user(name, name.title(), "2026-01-01T08:00:00Z")
    return maker
