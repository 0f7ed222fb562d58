"""The server refuses, fails, or is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import ServerError, SessionError
from reconciler.history.model import RunStatus, WriteOutcome
from reconciler.history.runs import load_run, runs
from reconciler.sandbox import Sandbox

from .desk import REOPEN, SHARE_OUT, Desk, outcomes, seated, token_of
from .worlds import street

PAGE = "<!doctype html><html><body><h1>Server Error (500)</h1></body></html>"


def test_one_refusal_does_not_stop_the_others(desk: Desk) -> None:
    body = '{"detail":"not today"}'
    desk.sandbox.fail("PATCH", "/api/jobs/3$", status=403, body=body, content_type="application/vnd.cvat+json")
    outcome = desk.apply(REOPEN)
    assert outcome.run.status is RunStatus.FAILED
    [failed] = [one for one in outcome.results if one.outcome is WriteOutcome.FAILED]
    assert (failed.change.id, failed.status) == (3, 403)
    assert failed.message == "job 3 cannot be changed (403): not today"
    assert outcome.run.counts.written == 7
    assert desk.ledger()[0].done == (1, 3, 4)


def test_an_assignee_may_not_give_the_task_away(sandbox: Sandbox, tmp_path: Path) -> None:
    with seated(sandbox, tmp_path, token=token_of(sandbox, "bob")) as desk:
        desk.patch("task", 1, assignee_id=3)
        outcome = desk.apply("version: 1\ntasks:\n  batch-1: {assignee: null, jobs: {assignee: null}}\n")
    assert outcomes(outcome) == {
        ("task", 1): WriteOutcome.FAILED,
        ("job", 1): WriteOutcome.WRITTEN,
        ("job", 2): WriteOutcome.WRITTEN,
    }
    assert outcome.results[0].status == 403


def test_a_read_only_token_writes_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    reading = token_of(sandbox, "admin", read_only=True)
    with (
        seated(sandbox, tmp_path, token=reading) as desk,
        pytest.raises(SessionError, match="read-only"),
    ):
        desk.apply(REOPEN)
    assert desk.job(1) == ("acceptance", "completed", "bob")
    assert desk.ledger() == []
    assert not any(request.method == "PATCH" for request in sandbox.requests)


def test_a_server_that_cannot_say_whether_a_token_is_read_only_is_asked_to_write(desk: Desk) -> None:
    desk.sandbox.fail("GET", "/api/auth/access_tokens/self", status=404, body=PAGE)
    assert desk.apply(REOPEN).run.status is RunStatus.DONE


def test_a_page_of_html_is_never_shown(desk: Desk) -> None:
    desk.sandbox.fail("PATCH", "/api/jobs/3$", status=500, body=PAGE)
    outcome = desk.apply(REOPEN)
    [failed] = [one for one in outcome.results if one.outcome is WriteOutcome.FAILED]
    assert (failed.status, failed.message) == (500, "job 3 cannot be changed: the server failed (500)")
    assert "<html" not in "".join(path.read_text() for path in desk.state_files())


def test_a_failure_that_wrote_all_the_same_is_found_out(desk: Desk) -> None:
    desk.sandbox.before("PATCH", "/api/jobs/3$", lambda: _done_by_hand(desk, 3))
    desk.sandbox.fail("PATCH", "/api/jobs/3$", status=500, body=PAGE, times=1)
    outcome = desk.apply(REOPEN)
    assert outcomes(outcome)["job", 3] is WriteOutcome.WRITTEN
    assert outcome.run.status is RunStatus.DONE


def _done_by_hand(desk: Desk, number: int) -> None:
    """What the server did before it failed. The fault itself must not meet this request."""
    store = desk.sandbox._store
    with store.transaction():
        store.save("jobs", {**store.get("jobs", number), "stage": "annotation", "state": "new", "status": "annotation"})


def test_a_success_that_was_cut_off_is_looked_at(desk: Desk) -> None:
    """A 200 whose body is not CVAT's is no refusal: it may well have been written."""
    desk.sandbox.before("PATCH", "/api/jobs/3$", lambda: _done_by_hand(desk, 3))
    desk.sandbox.fail("PATCH", "/api/jobs/3$", status=200, body='{"id": 3, "sta', content_type="application/json")
    outcome = desk.apply(REOPEN)
    assert outcomes(outcome)["job", 3] is WriteOutcome.WRITTEN


def test_a_login_page_instead_of_an_answer_wrote_nothing(desk: Desk) -> None:
    desk.sandbox.fail("PATCH", "/api/jobs/3$", status=200, body=PAGE)
    outcome = desk.apply(REOPEN)
    assert outcomes(outcome)["job", 3] is WriteOutcome.FAILED


def test_a_gateway_that_comes_back_is_waited_for(desk: Desk) -> None:
    desk.sandbox.fail("PATCH", "/api/jobs/3$", status=502, times=2)
    desk.sandbox.fail("GET", "/api/jobs/5$", status=503, times=1)
    assert desk.apply(REOPEN).run.status is RunStatus.DONE


def test_throttling_is_obeyed(desk: Desk) -> None:
    desk.sandbox.fail("PATCH", "/api/jobs/3$", status=429, headers={"Retry-After": "0"}, times=3)
    assert desk.apply(REOPEN).run.status is RunStatus.DONE


@pytest.mark.parametrize("after_write", [False, True])
def test_a_connection_that_is_cut_once_is_made_again(desk: Desk, after_write: bool) -> None:
    desk.sandbox.drop("PATCH", "/api/jobs/3$", after_write=after_write)
    outcome = desk.apply(REOPEN)
    assert outcome.run.status is RunStatus.DONE
    assert outcomes(outcome)["job", 3] is WriteOutcome.WRITTEN


def test_a_write_whose_answers_are_all_lost_is_found_by_looking(desk: Desk) -> None:
    desk.sandbox.drop("PATCH", "/api/jobs/3$", times=10, after_write=True)
    outcome = desk.apply(REOPEN)
    assert outcomes(outcome)["job", 3] is WriteOutcome.WRITTEN
    assert outcome.run.status is RunStatus.DONE


def test_a_write_that_never_arrives_failed(desk: Desk) -> None:
    desk.sandbox.drop("PATCH", "/api/jobs/3$", times=10)
    outcome = desk.apply(REOPEN)
    [failed] = [one for one in outcome.results if one.outcome is WriteOutcome.FAILED]
    assert (failed.change.id, failed.status) == (3, None)
    assert failed.message == "job 3 cannot be changed: the connection broke"
    assert outcome.run.status is RunStatus.FAILED


def test_a_write_whose_object_vanished_with_the_answer_is_unknown(desk: Desk) -> None:
    """Nothing is not the same as nobody: the job is gone, not unassigned."""
    plan = desk.plan("version: 1\ntasks:\n  batch-2: {jobs: {assignee: null}}\n")

    def vanish() -> None:
        desk.sandbox.api("DELETE", "/api/tasks/2")
        desk.sandbox.fail("PATCH", "/api/jobs/3$", status=500)

    desk.sandbox.before("PATCH", "/api/jobs/3$", vanish)
    desk.sandbox.drop("PATCH", "/api/jobs/3$")
    outcome = desk.apply(plan)
    assert outcomes(outcome)["job", 3] is WriteOutcome.UNKNOWN


def test_a_write_that_cannot_be_looked_at_is_unknown(desk: Desk) -> None:
    def go_blind() -> None:
        desk.sandbox.fail("GET", "/api/jobs/3$", status=500)

    desk.sandbox.before("PATCH", "/api/jobs/3$", go_blind)
    desk.sandbox.drop("PATCH", "/api/jobs/3$", times=3, after_write=True)
    outcome = desk.apply(REOPEN)
    assert outcomes(outcome)["job", 3] is WriteOutcome.UNKNOWN
    assert outcome.run.status is RunStatus.FAILED
    assert desk.rollback(outcome.run.id).run.status is RunStatus.DONE  # it was written, and is taken back
    assert desk.job(3) == ("acceptance", "completed", "bob")


def test_a_server_that_is_gone_for_good_stops_the_run(desk: Desk) -> None:
    desk.sandbox.reset(street(tasks=20, jobs=1))
    plan = desk.plan(REOPEN)

    def leave() -> None:
        desk.sandbox.drop("*", "/api/", times=None)

    desk.sandbox.before("PATCH", "/api/jobs/2$", leave)
    outcome = desk.apply(plan, parallelism=1)
    desk.sandbox.app.clear()
    assert outcome.run.status is RunStatus.FAILED
    assert outcome.run.counts.written == 2
    assert outcome.run.counts.failed == 3
    assert outcome.run.counts.skipped == 15
    assert outcome.run.note is not None
    assert outcome.run.note.startswith("stopped: the server could not be reached any more")
    assert load_run(desk.store, outcome.run.id) == outcome.run


def test_a_gateway_without_a_server_behind_it_stops_the_run(desk: Desk) -> None:
    desk.sandbox.reset(street(tasks=20, jobs=1))
    plan = desk.plan(REOPEN)
    desk.sandbox.before("PATCH", "/api/jobs/1$", lambda: desk.sandbox.fail("*", "/api/", status=503, times=None))
    outcome = desk.apply(plan, parallelism=1)
    desk.sandbox.app.clear()
    assert outcome.run.counts.failed == 3
    assert outcome.run.counts.skipped == 16


def test_a_login_that_ended_stops_the_run_at_once(desk: Desk) -> None:
    desk.sandbox.reset(street(tasks=20, jobs=1))
    plan = desk.plan(REOPEN)
    desk.sandbox.before("PATCH", "/api/jobs/2$", lambda: desk.sandbox.fail("*", "/api/", status=401, times=None))
    outcome = desk.apply(plan, parallelism=1)
    desk.sandbox.app.clear()
    assert outcome.run.counts.written == 2
    assert outcome.run.counts.failed == 1
    assert outcome.run.note is not None
    assert outcome.run.note.startswith("stopped: the server does not accept the credentials any more")
    assert desk.apply(REOPEN).run.counts.written == 18


def test_a_server_that_fails_before_the_first_write_leaves_no_run(desk: Desk) -> None:
    plan = desk.plan(SHARE_OUT)
    desk.sandbox.fail("GET", "^/api/tasks$", status=500)
    with pytest.raises(ServerError):
        desk.apply(plan)
    assert runs(desk.store) == []
    assert desk.patches() == []
