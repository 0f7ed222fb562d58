"""Rules of mode once: frozen at their first apply, continued until all of it is reached, withdrawn by a rollback."""

from __future__ import annotations

import pytest

from reconciler import operations
from reconciler.errors import ConflictError
from reconciler.history.ledger import load_ledger, save_ledger
from reconciler.history.model import RunStatus
from reconciler.plan.model import RulePhase

from .desk import REOPEN, Desk
from .worlds import FINISHED, world

AGAIN = REOPEN.replace("mode: once", "mode: once\n    revision: 2")


def _finish(desk: Desk, job: int) -> None:
    desk.patch("job", job, stage="acceptance", state="completed")


def test_a_rule_that_was_applied_leaves_alone_what_is_finished_later(desk: Desk) -> None:
    desk.apply(REOPEN)
    for job in (1, 2):
        _finish(desk, job)
    assert desk.plan(REOPEN).is_empty
    assert {change.task for change in desk.plan(AGAIN).updates} == {1}


def test_the_selection_is_frozen_with_the_run_that_applied_it(desk: Desk) -> None:
    outcome = desk.apply(REOPEN)
    [entry] = desk.ledger()
    assert (entry.address, entry.revision, entry.run) == ("rule.reopen", 1, outcome.run.id)
    assert (entry.server, entry.organization) == (desk.sandbox.url, None)
    assert entry.selected == entry.done == (1, 2, 3, 4)


def test_an_empty_selection_is_frozen_too(desk: Desk) -> None:
    desk.sandbox.reset(world([("batch-1", [("annotation", "new", None)])]))
    plan = desk.plan(REOPEN)
    assert plan.is_empty
    assert operations.record_nothing_to_do(plan, desk.session, desk.store)
    _finish(desk, 1)
    later = desk.plan(REOPEN)
    assert later.is_empty
    assert later.rules[0].phase is RulePhase.DONE
    assert not operations.record_nothing_to_do(later, desk.session, desk.store)


def test_applying_an_empty_plan_freezes_the_empty_selection(desk: Desk) -> None:
    desk.sandbox.reset(world([("batch-1", [("annotation", "new", None)])]))
    desk.apply(REOPEN)
    _finish(desk, 1)
    assert desk.plan(REOPEN).is_empty


def test_recording_nothing_to_do_does_not_hide_what_another_run_did(desk: Desk) -> None:
    desk.sandbox.reset(world([("batch-1", [("annotation", "new", None)])]))
    plan = desk.plan(REOPEN)
    _finish(desk, 1)
    desk.apply(REOPEN)
    with pytest.raises(ConflictError, match="was applied or taken back by run"):
        operations.record_nothing_to_do(plan, desk.session, desk.store)


def test_what_failed_is_continued_and_nothing_else(desk: Desk) -> None:
    desk.sandbox.fail("PATCH", "/api/jobs/3$", status=403)
    desk.apply(REOPEN)
    _finish(desk, 1)
    _finish(desk, 2)
    rest = desk.plan(REOPEN)
    assert rest.rules[0].phase is RulePhase.CONTINUES
    assert rest.rules[0].pending == (2,)
    assert {change.task for change in rest.updates} == {2}
    assert desk.apply(rest).run.status is RunStatus.DONE
    assert desk.job(1)[0] == "acceptance"
    assert desk.ledger()[0].done == (1, 2, 3, 4)


def test_what_fails_for_another_block_does_not_hold_a_rule_back(desk: Desk) -> None:
    both = REOPEN + "tasks:\n  batch-2: {subset: Train}\n"
    desk.sandbox.fail("PATCH", "/api/tasks/2$", status=403)
    assert desk.apply(both).run.status is RunStatus.FAILED
    assert desk.ledger()[0].done == (1, 2, 3, 4)
    _finish(desk, 3)
    _finish(desk, 4)
    assert [change.kind for change in desk.plan(both).updates] == ["task"]


def test_a_renewal_that_failed_holds_its_rule_back(desk: Desk) -> None:
    """It changes no field: only the sending computes the status anew."""
    stale = world([("batch-1", [("annotation", "new", None)]), ("batch-2", [FINISHED])])
    stale["jobs"][0]["status"] = stale["tasks"][0]["status"] = "completed"
    desk.sandbox.reset(stale)
    desk.sandbox.fail("PATCH", "/api/jobs/1$", status=403)
    desk.apply(REOPEN)
    assert desk.ledger()[0].done == (2,)
    assert desk.apply(REOPEN).run.status is RunStatus.DONE
    assert desk.task(1)["status"] == "annotation"


def test_targets_do_a_part_and_freeze_the_whole(desk: Desk) -> None:
    desk.apply(desk.plan(REOPEN, "rule.reopen[2]"))
    [entry] = desk.ledger()
    assert (entry.selected, entry.done) == ((1, 2, 3, 4), (2,))
    assert {change.task for change in desk.plan(REOPEN).updates} == {1, 3, 4}


def test_a_target_of_one_job_does_not_finish_its_task(desk: Desk) -> None:
    desk.apply(desk.plan(REOPEN, "rule.reopen[2].job[3]"))
    assert desk.ledger()[0].done == ()
    assert {change.id for change in desk.plan(REOPEN).updates if change.kind == "job"} == {1, 2, 4, 5, 6, 7, 8}


def test_an_edited_rule_is_not_run_again_unasked(desk: Desk) -> None:
    desk.apply(REOPEN)
    for job in range(1, 9):
        _finish(desk, job)
    edited = REOPEN.replace("status: annotation", "status: validation")
    plan = desk.plan(edited)
    assert plan.is_empty
    assert "was edited since it was applied" in plan.warnings[0].text


def test_a_plan_that_another_run_has_overtaken_is_refused(desk: Desk) -> None:
    plan = desk.plan(REOPEN)
    desk.apply(REOPEN)
    for job in range(1, 9):
        _finish(desk, job)  # the server is as the plan found it; only the ledger knows
    with pytest.raises(ConflictError, match=r"rule.reopen was applied or taken back by run") as refused:
        desk.apply(plan)
    assert refused.value.exit_code == 4
    assert desk.job(1)[0] == "acceptance"


def test_a_continuation_that_another_run_has_overtaken_is_refused(desk: Desk) -> None:
    desk.sandbox.fail("PATCH", "/api/jobs/3$", status=403)
    desk.apply(REOPEN)
    rest = desk.plan(REOPEN)
    desk.apply(REOPEN)
    _finish(desk, 3)
    with pytest.raises(ConflictError, match="applied or taken back"):
        desk.apply(rest)


def test_a_continuation_of_a_rule_that_was_taken_back_is_refused(desk: Desk) -> None:
    desk.sandbox.fail("PATCH", "/api/jobs/[34]$", status=403, times=2)
    desk.apply(REOPEN)
    rest = desk.plan(REOPEN)
    desk.rollback()
    desk.patch("task", 2, name="other")
    desk.apply(REOPEN.replace("status: completed", "status: completed, name: 'batch-*'"))
    with pytest.raises(ConflictError):
        desk.apply(rest)


def test_a_rollback_withdraws_and_its_rollback_reinstates(desk: Desk) -> None:
    first = desk.apply(REOPEN)
    back = desk.rollback()
    assert desk.ledger() == []
    assert desk.plan(REOPEN).rules[0].phase is RulePhase.FIRST
    desk.rollback(back.run.id)
    [entry] = desk.ledger()
    assert (entry.run, entry.done) == (first.run.id, (1, 2, 3, 4))
    _finish(desk, 1)
    assert desk.plan(REOPEN).is_empty


def test_what_a_rollback_had_to_leave_stays_done(desk: Desk) -> None:
    desk.apply(REOPEN)
    desk.patch("job", 3, stage="validation", state="new")
    outcome = desk.rollback()
    assert outcome.run.status is RunStatus.CONFLICT
    assert outcome.plan.summary.conflicts == 1
    assert desk.ledger()[0].done == (2,)
    assert {change.task for change in desk.plan(REOPEN).updates} == {1, 3, 4}


def test_a_rollback_of_the_first_part_leaves_the_second_done(desk: Desk) -> None:
    """Two runs did one rule: taking one back must not throw back what people did with the other's tasks since."""
    desk.sandbox.fail("PATCH", "/api/jobs/[56]$", status=403, times=2)
    first = desk.apply(REOPEN)
    desk.apply(REOPEN)
    desk.patch("job", 5, stage="validation", state="new")
    desk.rollback(first.run.id)
    assert desk.ledger()[0].done == (3,)
    assert {change.task for change in desk.plan(REOPEN).updates} == {1, 2, 4}


def test_a_ledger_that_vanished_is_made_again(desk: Desk) -> None:
    desk.apply(REOPEN)
    save_ledger(desk.store, load_ledger(desk.store).model_copy(update={"entries": ()}))
    _finish(desk, 1)
    assert {change.task for change in desk.plan(REOPEN).updates} == set()
