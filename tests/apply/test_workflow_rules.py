"""Work that goes round among people: to review, back to whoever annotated it, free again when nobody touches it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reconciler import operations
from reconciler.cvat.transport import Answer
from reconciler.errors import ConflictError
from reconciler.history.model import RunStatus, WriteOutcome
from reconciler.sandbox import Sandbox

from .desk import Desk, outcomes, seated
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


BY_TASK = """
version: 1
rules:
  share: {select: {project: {name: Street}}, assign: {to: [alice, bob], by: task}}
"""


@pytest.fixture
def team(server: Sandbox, tmp_path: Path) -> Iterator[Desk]:
    """Four tasks, all of them alice's, none begun: two are to go to bob."""
    server.reset(world([(f"task-{number}", [("annotation", "new", None)]) for number in range(1, 5)]))
    with seated(server, tmp_path) as seat:
        _, people = server.api("GET", "/api/users?search=alice")
        alice = people["results"][0]["id"]
        for number in range(1, 5):
            seat.patch("task", number, assignee_id=alice)
        yield seat


def test_a_task_that_somebody_began_after_the_plan_was_made_is_not_taken_from_them(team: Desk) -> None:
    plan = team.plan(BY_TASK)
    going = [change.id for change in plan.updates]
    assert len(going) == 2
    team.patch("job", going[0], state="in progress")
    with pytest.raises(ConflictError, match=r"task\.begun was False when planned, now it is True"):
        team.apply(plan)
    assert [team.task(number)["assignee"]["username"] for number in going] == ["alice", "alice"]
    assert team.apply(BY_TASK).run.status is RunStatus.DONE
    assert team.task(going[0])["assignee"]["username"] == "alice"
    assert team.plan(BY_TASK).is_empty


def test_a_task_that_somebody_began_between_the_check_and_its_write_is_not_taken_from_them(team: Desk) -> None:
    plan = team.plan(BY_TASK)
    first, second = (change.id for change in plan.updates)
    write = team.session.transport.request

    def begun_meanwhile(method: str, path: str, **options: Any) -> Answer:
        answer = write(method, path, **options)
        if method == "PATCH":  # the first task was written, the second is next
            team.patch("job", second, state="in progress")
        return answer

    team.session.transport.request = begun_meanwhile  # type: ignore[method-assign]
    outcome = team.apply(plan, parallelism=1)
    assert outcome.run.status is RunStatus.CONFLICT
    assert outcomes(outcome) == {("task", first): WriteOutcome.WRITTEN, ("task", second): WriteOutcome.CONFLICT}
    assert team.task(second)["assignee"]["username"] == "alice"


def test_what_is_measured_by_ground_truth_is_not_begun_by_it(team: Desk) -> None:
    """Ground truth stands at acceptance, completed, in every task whose quality is measured."""
    for number in range(1, 5):
        body = {"task_id": number, "type": "ground_truth", "frame_selection_method": "manual", "frames": [0]}
        status, job = team.sandbox.api("POST", "/api/jobs", json=body)
        assert status == 201, job
        team.patch("job", job["id"], stage="acceptance", state="completed")
    assert len(team.plan(BY_TASK).updates) == 2
