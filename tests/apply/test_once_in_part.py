"""A rule of mode once that got through a part of a task: only what is left of it is dealt with, whatever people did."""

from __future__ import annotations

import signal

import pytest

from reconciler import operations
from reconciler.errors import ConflictError
from reconciler.history.model import RunStatus
from reconciler.plan.model import Left, RulePhase

from .desk import REOPEN, Desk
from .processes import command
from .worlds import FINISHED, Spot, street, world

WITH_SUBSET = REOPEN.replace("{status: annotation}", "{status: annotation, subset: Train}")
WITH_ASSIGNEE = REOPEN.replace("status: completed", "name: 'batch-*'").replace(
    "{status: annotation}", "{jobs: {stage: annotation, assignee: carol}}"
)
REVIEWED = ("validation", "completed", "bob")


@pytest.fixture
def three(desk: Desk) -> Desk:
    """One finished task of three jobs."""
    desk.sandbox.reset(street(tasks=1, jobs=3))
    return desk


def move_on(desk: Desk, *jobs: int) -> None:
    """An annotator is done with them."""
    for job in jobs:
        desk.patch("job", job, stage="validation", state="completed")


def changed_jobs(desk: Desk, manifest: str) -> list[int]:
    return [change.id for change in desk.plan(manifest).updates if change.kind == "job"]


def begin(desk: Desk, manifest: str = REOPEN, *, failing: int = 2) -> None:
    """A first apply in which one job fails."""
    desk.sandbox.fail("PATCH", f"/api/jobs/{failing}$", status=500, times=1)
    assert desk.apply(manifest).run.status is RunStatus.FAILED


def test_what_arrived_of_a_task_is_not_done_again(three: Desk) -> None:
    begin(three)
    [entry] = three.ledger()
    assert (entry.done, entry.left) == ((), (Left(task=1, jobs=(2,)),))
    move_on(three, 1, 3)
    plan = three.plan(REOPEN)
    assert [change.id for change in plan.updates if change.kind == "job"] == [2]
    assert plan.rules[0].note.endswith("1 of 1 task left, 1 in part")
    three.sent.clear()
    assert three.apply(plan).run.status is RunStatus.DONE
    assert [path for path, _ in three.sent] == ["/api/jobs/2"]
    assert three.job(1) == three.job(3) == REVIEWED
    assert three.job(2) == ("annotation", "new", "bob")
    assert (three.ledger()[0].done, three.ledger()[0].left) == ((1,), ())
    move_on(three, 2)
    assert three.plan(REOPEN).is_empty


def test_what_is_left_is_known_before_the_first_write(three: Desk) -> None:
    seen: list[tuple[Left, ...]] = []
    three.sandbox.before("PATCH", "/api/jobs/1$", lambda: seen.append(three.ledger()[0].left))
    three.apply(REOPEN)
    assert seen == [(Left(task=1, jobs=(1, 2, 3)),)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_was_stopped_within_a_task_goes_on_with_its_rest(three: Desk, number: signal.Signals) -> None:
    manifest = str(three.folder / "manifest.yaml")
    three.manifest(REOPEN)
    with command(three, "apply", manifest, "--yes", "--parallelism", "1") as applying:

        def stop() -> None:
            applying.kill() if number is signal.SIGKILL else applying.signal(number)

        three.sandbox.before("GET", "/api/jobs/2$", stop)
        applying.wait()
    reached = [job for job in (1, 2, 3) if three.job(job)[0] == "annotation"]
    assert reached in ([1], [1, 2])  # a signal lets the write in flight end
    move_on(three, *reached)
    assert changed_jobs(three, REOPEN) == [job for job in (1, 2, 3) if job not in reached]
    assert three.apply(REOPEN).run.status is RunStatus.DONE
    assert {three.job(job) for job in reached} == {REVIEWED}
    assert three.ledger()[0].done == (1,)


def test_a_job_that_was_as_wanted_when_it_was_frozen_stays_where_it_is_moved(desk: Desk) -> None:
    begun: Spot = ("annotation", "in progress", "carol")
    desk.sandbox.reset(world([("batch-1", [begun, FINISHED, FINISHED])]))
    begin(desk, WITH_ASSIGNEE)
    move_on(desk, 1)
    assert changed_jobs(desk, WITH_ASSIGNEE) == [2]
    desk.apply(WITH_ASSIGNEE)
    assert desk.job(1) == ("validation", "completed", "carol")


def test_a_field_that_was_written_stays_as_somebody_changed_it(three: Desk) -> None:
    begin(three, WITH_SUBSET)
    assert three.task(1)["subset"] == "Train"
    three.patch("task", 1, subset="Test")
    assert [change.kind for change in three.plan(WITH_SUBSET).updates] == ["job"]
    assert three.apply(WITH_SUBSET).run.status is RunStatus.DONE
    assert three.task(1)["subset"] == "Test"


def test_a_field_that_failed_is_all_that_is_left(three: Desk) -> None:
    three.sandbox.fail("PATCH", "/api/tasks/1$", status=500, times=1)
    three.apply(WITH_SUBSET)
    assert three.ledger()[0].left == (Left(task=1, fields=True),)
    for job in (1, 2, 3):
        three.patch("job", job, stage="acceptance", state="completed")
    three.apply(WITH_SUBSET)
    assert three.task(1)["subset"] == "Train"
    assert three.task(1)["status"] == "completed"
    assert three.plan(WITH_SUBSET).warnings == ()


def test_a_target_first_and_then_the_whole(desk: Desk) -> None:
    desk.sandbox.fail("PATCH", "/api/jobs/3$", status=500, times=1)
    desk.apply(desk.plan(REOPEN, "rule.reopen[2]"))
    assert desk.ledger()[0].left == (Left(task=2, jobs=(3,)),)
    move_on(desk, 4)
    desk.sandbox.fail("PATCH", "/api/jobs/5$", status=500, times=1)
    desk.apply(REOPEN)
    assert desk.ledger()[0].left == (Left(task=3, jobs=(5,)),)
    move_on(desk, 1, 2, 3, 6)
    assert changed_jobs(desk, REOPEN) == [5]
    assert desk.job(4) == REVIEWED


def test_a_target_of_one_job_leaves_the_others_and_is_not_done_again(three: Desk) -> None:
    three.apply(three.plan(REOPEN, "rule.reopen[1].job[2]"))
    assert three.ledger()[0].left == (Left(task=1, jobs=(1, 3)),)
    move_on(three, 2)
    three.apply(three.plan(REOPEN, "rule.reopen[1].job[1]"))
    move_on(three, 1)
    assert changed_jobs(three, REOPEN) == [3]
    three.apply(three.plan(REOPEN, "rule.reopen[1].job[3]"))
    assert three.ledger()[0].done == (1,)
    assert three.job(1) == three.job(2) == REVIEWED


def test_a_rollback_opens_the_whole_task_again(three: Desk) -> None:
    begin(three)
    three.rollback()
    assert three.ledger() == []
    assert three.plan(REOPEN).rules[0].phase is RulePhase.FIRST
    assert changed_jobs(three, REOPEN) == [1, 2, 3]
    assert three.apply(REOPEN).run.status is RunStatus.DONE


def test_a_rollback_of_the_continuation_leaves_what_the_first_run_did(three: Desk) -> None:
    begin(three)
    before = three.ledger()
    move_on(three, 1, 3)
    three.apply(REOPEN)
    back = three.rollback()
    assert three.ledger() == before
    assert changed_jobs(three, REOPEN) == [2]
    three.rollback(back.run.id)
    assert three.ledger()[0].done == (1,)


def test_a_rollback_of_the_first_run_leaves_what_the_continuation_did(three: Desk) -> None:
    begin(three)
    first = three.ledger()[0].run
    three.apply(REOPEN)
    move_on(three, 2)
    back = three.rollback(first)
    assert three.ledger()[0].left == (Left(task=1, jobs=(1, 3)),)
    assert changed_jobs(three, REOPEN) == [1, 3]
    three.rollback(back.run.id)
    assert three.ledger()[0].done == (1,)
    assert three.job(2) == REVIEWED


def test_what_a_partial_rollback_had_to_leave_stays_in_part(three: Desk) -> None:
    begin(three)
    move_on(three, 1)
    assert three.rollback().plan.summary.conflicts
    assert three.ledger()[0].left == (Left(task=1, jobs=(2,)),)


def test_what_somebody_did_meanwhile_is_recorded_as_done(three: Desk) -> None:
    begin(three)
    three.patch("job", 2, stage="annotation", state="new")
    plan = three.plan(REOPEN)
    assert plan.is_empty
    assert operations.record_nothing_to_do(plan, three.session, three.store)
    assert three.ledger()[0].done == (1,)


def test_a_status_that_is_not_reached_any_more_is_told(three: Desk) -> None:
    finish = REOPEN.replace("status: completed", "name: 'batch-*'").replace("annotation}", "completed}")
    three.sandbox.reset(street(tasks=1, jobs=3, spot=("annotation", "completed", "bob")))
    begin(three, finish)
    three.patch("job", 1, stage="validation", state="new")
    plan = three.plan(finish)
    assert [(change.kind, change.id) for change in plan.updates] == [("job", 2)]
    [warning] = plan.warnings
    assert warning.text == (
        "task 1 ('batch-1') will have status validation, not completed, because of annotation job 1: "
        "what was done once is not done again"
    )
    assert three.apply(plan).run.status is RunStatus.DONE


def test_what_was_moved_on_before_the_proof_is_not_left(three: Desk) -> None:
    plan = three.plan(REOPEN)
    three.sandbox.before("GET", "^/api/jobs$", lambda: None)  # the check before the first write
    three.sandbox.before("GET", "^/api/jobs$", lambda: three.patch("job", 1, state="completed"))
    assert three.apply(plan).run.status is RunStatus.FAILED
    assert three.ledger()[0].done == (1,)
    assert three.plan(REOPEN).is_empty


def test_a_continuation_that_knows_less_than_the_ledger_is_refused(three: Desk) -> None:
    """Another run got further, and people finished its jobs again: the server is as the plan found it."""
    three.sandbox.fail("PATCH", "/api/jobs/[123]$", status=500, times=3)
    three.apply(REOPEN)
    rest = three.plan(REOPEN)
    begin(three)
    for job in (1, 3):
        three.patch("job", job, stage="acceptance", state="completed")
    with pytest.raises(ConflictError, match="applied or taken back"):
        three.apply(rest)


def test_a_renewal_that_failed_moves_nobody_later(desk: Desk) -> None:
    """The job was as wanted: sending its position once more was all that was to do."""
    stale = world([("batch-1", [("annotation", "new", None)]), ("batch-2", [FINISHED])])
    stale["jobs"][0]["status"] = stale["tasks"][0]["status"] = "completed"
    desk.sandbox.reset(stale)
    desk.sandbox.fail("PATCH", "/api/jobs/1$", status=403, times=1)
    desk.apply(REOPEN)
    assert desk.ledger()[0].left == (Left(task=1, status=True),)
    move_on(desk, 1)
    assert desk.plan(REOPEN).is_empty


ONWARD = """
version: 1
rules:
  moved: {mode: once, select: {project: {name: Street}, subset: null}, set: {subset: A, assignee: null}}
  on: {select: {project: {name: Street}, subset: A}, set: {subset: B}}
"""


def test_what_other_rules_go_on_from_is_left_as_well(desk: Desk) -> None:
    """Written is what the last of them wants; that the first one, which runs once, has it still to do is not lost."""
    for number in (1, 2, 3, 4):
        desk.patch("task", number, assignee_id=3)
    plan = desk.plan(ONWARD)
    [subset] = [one for one in plan.updates[0].fields if one.path == ("subset",)]
    assert (subset.before, subset.after, subset.source, subset.via) == ("", "B", "rule.on", ("rule.moved",))
    desk.sandbox.fail("PATCH", "/api/tasks/2$", status=500, times=1)
    assert desk.apply(plan).run.status is RunStatus.FAILED
    [entry] = desk.ledger()
    assert (entry.done, entry.left) == ((1, 3, 4), (Left(task=2, fields=True),))
    assert desk.apply(ONWARD).run.status is RunStatus.DONE
    assert {desk.task(number)["subset"] for number in (1, 2, 3, 4)} == {"B"}
    assert [desk.task(number)["assignee"] for number in (1, 2, 3, 4)] == [None] * 4
    assert desk.plan(ONWARD).is_empty
