"""Work that goes round among people: to review, back to whoever annotated it, free again when nobody touches it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler import operations
from reconciler.errors import ConflictError
from reconciler.history.model import RunStatus
from reconciler.sandbox import Sandbox

from .desk import Desk, seated
from .worlds import world

RULES = """
version: 1
rules:
  review:
    select: {job: {stage: annotation, state: completed}}
    set: {jobs: {stage: validation, state: new, assignee: alice}}
  back:
    select: {job: {stage: validation, state: rejected}}
    set: {jobs: {stage: annotation, state: new, assignee: {previous: annotator}}}
"""
STALE = """
version: 1
rules:
  stale:
    select: {job: {state: in progress, updated: {older_than: 14d}}}
    set: {jobs: {assignee: null}}
"""


@pytest.fixture
def desk(server: Sandbox, tmp_path: Path) -> Iterator[Desk]:
    """Two tasks: 1 with jobs 1 (bob's, finished) and 2 (carol's, in work), 2 with job 3, rejected at dave's."""
    finished, working = ("annotation", "completed", "bob"), ("annotation", "in progress", "carol")
    server.reset(world([("one", [finished, working]), ("two", [("validation", "rejected", "dave")])]))
    with seated(server, tmp_path) as seat:
        yield seat


def test_it_comes_back_to_whoever_annotated_it(desk: Desk) -> None:
    desk.apply(RULES)
    assert desk.job(1) == ("validation", "new", "alice")
    desk.patch("job", 1, state="rejected")
    outcome = desk.apply(RULES)
    assert outcome.run.status is RunStatus.DONE
    assert desk.job(1) == ("annotation", "new", "bob")
    assert desk.plan(RULES).is_empty
    desk.rollback()
    assert desk.job(1) == ("validation", "rejected", "alice")


def test_where_nobody_is_known_the_assignee_stays(desk: Desk) -> None:
    plan = desk.plan(RULES)
    [told] = [one for one in plan.warnings if one.address == "rule.back"]
    assert told.text == "nobody is recorded, or can be seen, who annotated 1 job: its assignee stays as it is"
    desk.apply(plan)
    assert desk.job(3) == ("annotation", "new", "dave")


def test_what_nobody_touched_is_free_again(desk: Desk) -> None:
    outcome = desk.apply(STALE)
    assert outcome.run.status is RunStatus.DONE
    assert desk.job(2) == ("annotation", "in progress", None)
    assert desk.plan(STALE).is_empty
    desk.rollback()
    assert desk.job(2)[2] == "carol"


def test_how_long_ago_counts_from_when_it_was_planned(desk: Desk) -> None:
    early = datetime(2026, 1, 5, tzinfo=UTC)
    assert operations.plan(desk.manifest(STALE), desk.session, desk.store, now=early).is_empty
    late = datetime(2026, 3, 1, tzinfo=UTC)
    plan = operations.plan(desk.manifest(STALE), desk.session, desk.store, now=late)
    assert plan.as_of == late
    assert operations.replan(plan, desk.session, desk.store) == plan


def test_who_has_just_worked_on_it_keeps_it(desk: Desk) -> None:
    plan = desk.plan(STALE)
    desk.patch("job", 2, state="in progress")  # changes nothing, but when it was last worked on
    with pytest.raises(ConflictError, match=r"job\.updated was"):
        desk.apply(plan)
    assert desk.job(2)[2] == "carol"


def test_the_most_urgent_is_given_out_first(desk: Desk) -> None:
    text = """
version: 1
settings: {priority: {format: "[P{priority}] {name}"}}
tasks: {two: {project: {name: Street}, priority: 1}}
rules:
  share:
    select: {project: {name: Street}, job: {state: [in progress, rejected]}}
    assign: {to: [alice], max_per_person: 1, order_by: priority}
"""
    desk.apply(text)
    assert (desk.job(2)[2], desk.job(3)[2]) == ("carol", "alice")
    assert desk.plan(text).is_empty
    desk.rollback()
    other = text.replace("{project: {name: Street}, priority: 1}", "{project: {name: Street}, priority: null}")
    desk.apply(other)
    assert (desk.job(2)[2], desk.job(3)[2]) == ("alice", "dave")
