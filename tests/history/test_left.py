"""What is left of one-time rules: laws of the parts, of what a run leaves, and of the ledger that keeps it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.history.ledger import find, freeze, left_by_task, mark_left, withdraw
from reconciler.history.left import left_after
from reconciler.history.model import AuditRecord, Ledger, Unproven, WriteOutcome
from reconciler.history.taking_back import Part
from reconciler.plan.left import together, without
from reconciler.plan.model import Change, FieldChange, Left, Plan, Write

from . import samples
from .samples import NOW, RULE

KEY = ("https://cvat.example", "acme", RULE, 1)
JOBS = st.sets(st.integers(11, 16)).map(lambda jobs: tuple(sorted(jobs)))
PARTS = st.builds(Left, task=st.just(1), jobs=JOBS, fields=st.booleans(), status=st.booleans())
MANY = st.lists(st.builds(Left, task=st.integers(1, 5), jobs=JOBS, fields=st.booleans()), max_size=6)
STEPS = st.lists(st.tuples(st.integers(0, 5), st.sampled_from(WriteOutcome)), max_size=20)


def frozen(*tasks: int) -> Ledger:
    return freeze(Ledger(), KEY[0], KEY[1], samples.standing(*tasks), run="r1", now=NOW)


def states(ledger: Ledger) -> dict[int, Left]:
    entry = find(ledger, *KEY)
    assert entry is not None
    return left_by_task(entry)


def own_change(task: int, *, source: str = RULE) -> Change:
    write = Write(body={"subset": "Train"}, expect={"subset": ""}, gives={"subset": "Train"})
    fields = (
        FieldChange(path=("subset",), before="", after="Train", source=source),
        FieldChange(path=("status",), before="completed", after="annotation", source=RULE),
    )
    return samples.job_change(task).model_copy(
        update={"kind": "task", "id": task, "address": f"{RULE}[{task}]", "fields": fields, "writes": (write,)}
    )


def job_of(task: int, number: int, *, source: str = RULE) -> Change:
    return samples.job_change(task, source=source).model_copy(update={"id": number})


def renewal(task: int, number: int) -> Change:
    same = {"stage": "annotation", "state": "new"}
    write = Write(body=same, expect=same, gives=same)
    return job_of(task, number).model_copy(update={"fields": (), "writes": (write,)})


def record(change: Change, outcome: WriteOutcome) -> AuditRecord:
    update = {"kind": change.kind, "id": change.id, "task": change.task}
    return samples.record("r1", 101, outcome).model_copy(update=update)


def unproven(change: Change, field: str, found: str | None, *, missing: bool = False) -> Unproven:
    where = {"address": change.address, "kind": change.kind, "id": change.id, "task": change.task}
    return Unproven.model_validate({**where, "field": field, "wanted": "w", "found": found, "missing": missing})


CHANGES = (own_change(1), job_of(1, 11), job_of(1, 12), job_of(1, 13, source="task.one"), own_change(2), job_of(2, 21))
PLAN = samples.plan(*CHANGES, rules=(samples.standing(1, 2, 3),))


def left(plan: Plan, audit: list[AuditRecord], *found: Unproven) -> dict[int, Left]:
    return {one.task: one for one in left_after(plan, audit, found)[RULE]}


# Parts


@given(PARTS, PARTS)
def test_parts_add_and_take_away(one: Left, other: Left) -> None:
    assert together(one, other) == together(other, one)
    assert together(without(one, other), other) == together(one, other)
    assert without(one, one).nothing
    assert without(together(one, other), other) == without(one, other)


# What a run leaves


def test_all_that_is_planned_for_the_rule_is_left_before_the_first_write() -> None:
    assert left(PLAN, []) == {
        1: Left(task=1, jobs=(11, 12), fields=True),
        2: Left(task=2, jobs=(21,), fields=True),
        3: Left(task=3),
    }


@given(STEPS)
def test_what_arrived_is_taken_out_and_nothing_else(steps: list[tuple[int, WriteOutcome]]) -> None:
    audit = [record(CHANGES[which], outcome) for which, outcome in steps]
    last = {CHANGES[which].id: outcome for which, outcome in steps}
    arrived = {number for number, outcome in last.items() if outcome in (WriteOutcome.WRITTEN, WriteOutcome.ALREADY)}
    now = left(PLAN, audit)
    for task, planned in left(PLAN, []).items():
        assert set(now[task].jobs) == set(planned.jobs) - arrived
        assert now[task].fields == (planned.fields and task not in arrived)


@given(st.permutations(CHANGES))
def test_the_order_of_the_plan_does_not_matter(changes: list[Change]) -> None:
    assert left_after(samples.plan(*changes, rules=PLAN.rules)) == left_after(PLAN)


def test_a_position_sent_once_more_leaves_the_status_and_moves_no_job() -> None:
    plan = samples.plan(renewal(1, 11), rules=(samples.standing(1),))
    assert left(plan, []) == {1: Left(task=1, status=True)}
    assert left(plan, [record(plan.changes[0], WriteOutcome.WRITTEN)])[1].nothing


def test_what_a_target_leaves_aside_is_left() -> None:
    aside = samples.standing(1, pending=()).model_copy(update={"aside": (Left(task=1, jobs=(12,)),)})
    plan = samples.plan(job_of(1, 11), rules=(aside,))
    assert left(plan, []) == {1: Left(task=1, jobs=(11, 12))}
    assert left(plan, [record(plan.changes[0], WriteOutcome.WRITTEN)]) == {1: Left(task=1, jobs=(12,))}


def position(before: tuple[str, str], after: tuple[str, str]) -> Change:
    expect, gives = ({"stage": stage, "state": state} for stage, state in (before, after))
    fields = tuple(
        FieldChange(path=(name,), before=expect[name], after=gives[name], source=RULE)
        for name in gives
        if gives[name] != expect[name]
    )
    return job_of(1, 11).model_copy(update={"fields": fields, "writes": (Write(body={}, expect=expect, gives=gives),)})


@pytest.mark.parametrize(
    ("found", "is_left"),
    [
        ({"stage": "acceptance", "state": "completed"}, True),  # as if it had not been written
        ({"state": "completed"}, False),  # an annotator was quick
        ({"stage": "validation"}, False),
    ],
)
def test_what_did_not_stay_is_left_unless_somebody_moved_it_on(found: dict[str, str], is_left: bool) -> None:
    change = position(("acceptance", "completed"), ("annotation", "new"))
    plan = samples.plan(change, rules=(samples.standing(1),))
    written = [record(change, WriteOutcome.WRITTEN)]
    shown = [unproven(change, field, value) for field, value in found.items()]
    assert left(plan, written, *shown) == {1: Left(task=1, jobs=(11,) * is_left)}


def test_what_is_gone_when_it_is_read_again_is_not_left() -> None:
    plan = samples.plan(job_of(1, 11), rules=(samples.standing(1),))
    written = [record(plan.changes[0], WriteOutcome.WRITTEN)]
    assert left(plan, written, unproven(plan.changes[0], "", None, missing=True))[1].nothing


def test_a_status_that_did_not_follow_is_left_to_the_rule_that_wanted_it() -> None:
    plan = samples.plan(own_change(1, source="task.one"), rules=(samples.standing(1),))
    written = [record(plan.changes[0], WriteOutcome.WRITTEN)]
    found = unproven(plan.changes[0], "status", "completed")
    assert left(plan, written, found.model_copy(update={"wanted": "annotation"})) == {1: Left(task=1, status=True)}
    assert left(plan, written, found) == {1: Left(task=1)}  # that another block wants another is not the rule's


# The ledger


@given(MANY)
def test_a_task_is_done_begun_or_whole(parts: list[Left]) -> None:
    ledger = mark_left(frozen(3, 1, 2), *KEY, parts)
    entry = find(ledger, *KEY)
    assert entry is not None
    last = {one.task: one for one in parts if one.task in (1, 2, 3)}
    assert states(ledger) == last
    assert entry.done == tuple(task for task in (3, 1, 2) if task in last and last[task].nothing)
    assert [one.task for one in entry.left] == [task for task in (3, 1, 2) if task in last and not last[task].nothing]


@given(MANY, MANY)
def test_what_is_said_last_of_a_task_counts(some: list[Left], more: list[Left]) -> None:
    start = frozen(1, 2, 3)
    assert mark_left(mark_left(start, *KEY, some), *KEY, more) == mark_left(start, *KEY, [*some, *more])


@given(MANY, st.sets(st.integers(1, 5)))
def test_what_is_withdrawn_is_whole_again(parts: list[Left], tasks: set[int]) -> None:
    ledger = mark_left(frozen(1, 2, 3), *KEY, parts)
    kept = {task: part for task, part in states(ledger).items() if task not in tasks}
    after = withdraw(ledger, *KEY, tasks)
    assert (find(after, *KEY) is not None) == bool(kept)
    if kept:
        assert states(after) == kept


# Taking back


@given(st.none() | PARTS, PARTS, PARTS)
def test_taken_back_and_taken_back_again_is_where_we_were(before: Left | None, after: Left, written: Left) -> None:
    part = Part(before, after, written)
    assert part.undone(after) == before
    assert part.redone(part.undone(after)) == after


@given(PARTS, PARTS, PARTS)
def test_what_others_did_since_stays_done(now: Left, after: Left, written: Left) -> None:
    then = Part(None, after, without(written, after)).undone(now)
    if then is not None:
        assert set(then.jobs) <= {*now.jobs, *written.jobs}
        assert set(then.jobs) >= set(now.jobs)
    else:
        assert now == after
