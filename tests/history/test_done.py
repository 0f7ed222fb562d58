"""What a run did or may have done with whole objects, by its audit."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from reconciler.history.done import steps_done
from reconciler.history.model import StepRecord, WriteOutcome
from reconciler.plan.frozen import Action
from reconciler.plan.model import Plan, ServerRef, Summary
from reconciler.plan.steps import Do, Step

NOW = datetime(2026, 6, 1, tzinfo=UTC)
STEP = Step(
    address="project.x",
    kind="project",
    do=Do.CREATE_PROJECT,
    action=Action.CREATE,
    reason="it is not there",
    expect=None,
    gives={"name": "x"},
)
PLAN = Plan(
    kind="apply",
    server=ServerRef(url="https://cvat.example", version="2.54.1", organization=None, user="admin"),
    steps=(STEP,),
    summary=Summary(tasks_to_change=0, jobs_to_change=0, to_create=1, to_delete=0, unchanged=0),
)


def record(outcome: WriteOutcome, **more: Any) -> StepRecord:
    return StepRecord(
        time=NOW,
        run="R1",
        user="admin",
        operator="me",
        server=PLAN.server.url,
        organization=None,
        address=STEP.address,
        kind="project",
        do=STEP.do,
        request="POST /api/projects",
        outcome=outcome,
        **more,
    )


def ids(*records: StepRecord) -> list[int | None]:
    return [done.own_id for done in steps_done(PLAN, records)]


def test_what_arrived_or_may_have_arrived() -> None:
    assert ids(record(WriteOutcome.STARTED), record(WriteOutcome.WRITTEN, id=7)) == [7]
    assert ids(record(WriteOutcome.STARTED)) == [None]
    assert ids(record(WriteOutcome.STARTED), record(WriteOutcome.UNKNOWN, id=7)) == [7]


def test_what_was_not_done() -> None:
    assert ids() == []
    for outcome in (WriteOutcome.ALREADY, WriteOutcome.CONFLICT, WriteOutcome.SKIPPED, WriteOutcome.FAILED):
        assert ids(record(outcome, id=7)) == []


def test_what_the_server_took_but_not_all_of_it_arrived() -> None:
    assert ids(record(WriteOutcome.STARTED), record(WriteOutcome.FAILED, id=7, gave={"name": "y"})) == [7]


def test_what_only_an_earlier_record_knows_is_kept() -> None:
    records = (record(WriteOutcome.STARTED, id=7, copied="snapshots/R1/project-7"), record(WriteOutcome.UNKNOWN))
    [done] = steps_done(PLAN, records)
    assert (done.own_id, done.record.copied) == (7, "snapshots/R1/project-7")
