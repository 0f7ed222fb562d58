"""A run from the plan to its proof and back."""

from __future__ import annotations

from pathlib import Path

from reconciler.history.model import RunStatus, WriteOutcome
from reconciler.history.runs import load_run, load_snapshot
from reconciler.sandbox import Sandbox

from .desk import REOPEN, SHARE_OUT, Desk, outcomes, seated, without_dates
from .worlds import FINISHED, street, world


def test_reopening_finished_tasks(desk: Desk) -> None:
    outcome = desk.apply(REOPEN)
    assert outcome.run.status is RunStatus.DONE
    assert outcome.run.counts.written == 8
    assert [desk.job(number) for number in range(1, 9)] == [("annotation", "new", "bob")] * 8
    assert {desk.task(number)["status"] for number in range(1, 5)} == {"annotation"}


def test_a_second_plan_is_empty(desk: Desk) -> None:
    desk.apply(REOPEN)
    assert desk.plan(REOPEN).is_empty
    desk.apply(SHARE_OUT)
    assert desk.plan(SHARE_OUT).is_empty


def test_a_rollback_restores_everything_but_the_dates(desk: Desk) -> None:
    before = without_dates(desk.sandbox.dump())
    desk.apply(SHARE_OUT)
    assert without_dates(desk.sandbox.dump()) != before
    assert desk.rollback().run.status is RunStatus.DONE
    after = without_dates(desk.sandbox.dump())
    for project in (*before["projects"], *after["projects"]):
        project.pop("task_subsets")
    assert after == before


def test_every_write_is_the_smallest(desk: Desk) -> None:
    desk.sandbox.reset(world([("batch-1", [("annotation", "in progress", "carol"), FINISHED])]))
    desk.apply(
        """
        version: 1
        tasks:
          batch-1: {status: annotation, subset: Train, bug_tracker: "", jobs: {assignee: carol}}
        """
    )
    assert desk.sent == [
        ("/api/tasks/1", {"subset": "Train"}),
        ("/api/jobs/2", {"stage": "annotation", "state": "new", "assignee": 4}),
    ]


def test_a_stage_is_never_sent_without_a_state(desk: Desk) -> None:
    desk.sandbox.reset(world([("batch-1", [("validation", "new", None)])]))
    desk.apply("version: 1\ntasks:\n  batch-1: {jobs: {stage: annotation}}\n")
    assert desk.sent == [("/api/jobs/1", {"stage": "annotation", "state": "new"})]


def test_what_is_as_wanted_is_never_written(desk: Desk) -> None:
    desk.sandbox.reset(world([("batch-1", [FINISHED, ("annotation", "new", None)]), ("batch-2", [FINISHED])]))
    desk.apply("version: 1\ntasks:\n  batch-1: {status: annotation}\n")
    assert desk.patches() == ["/api/jobs/1"]


def test_a_tasks_jobs_follow_one_another_in_the_plans_order(desk: Desk) -> None:
    """The server computes a task's status without a lock: two of its jobs are never under way at once."""
    desk.sandbox.reset(street(tasks=4, jobs=5))
    desk.apply(SHARE_OUT)
    written = {number: [] for number in range(1, 5)}  # type: dict[int, list[int]]
    for path in desk.patches():
        kind, number = path.split("/")[2], int(path.split("/")[3])
        if kind == "jobs":
            written[(number - 1) // 5 + 1].append(number)
    assert written == {task: list(range(task * 5 - 4, task * 5 + 1)) for task in written}


def test_the_audit_says_who_wrote_what_when(desk: Desk) -> None:
    outcome = desk.apply("version: 1\ntasks:\n  batch-1: {jobs: {assignee: carol}}\n")
    records = desk.audit(outcome)
    assert [(record.id, record.outcome) for record in records] == [
        (number, outcome) for number in (1, 2) for outcome in (WriteOutcome.STARTED, WriteOutcome.WRITTEN)
    ]
    first = records[0]
    assert (first.user, first.server, first.organization) == ("admin", desk.sandbox.url, None)
    assert (first.address, first.request, first.task) == ("task.batch-1.job[1]", "PATCH /api/jobs/1", 1)
    assert [(one.field, one.before, one.after) for one in first.fields] == [("assignee", "bob", "carol")]
    assert "@" in first.operator
    assert first.run == outcome.run.id
    assert first.time <= records[1].time


def test_a_write_is_on_record_before_it_is_sent(desk: Desk) -> None:
    seen: list[bool] = []

    def look() -> None:
        [audit] = [path for path in desk.state_files() if path.name == "audit.jsonl"]
        last = audit.read_text().splitlines()[-1]
        seen.append('"outcome":"started"' in last and '"id":1,' in last)

    desk.sandbox.before("PATCH", "/api/jobs/1$", look)
    desk.apply(REOPEN, parallelism=1)
    assert seen == [True]


def test_the_snapshot_holds_everything_as_it_was(desk: Desk) -> None:
    outcome = desk.apply(REOPEN)
    snapshot = load_snapshot(desk.store, outcome.run.id)
    jobs = {one.id: one.fields for one in snapshot.objects if one.kind == "job"}
    assert jobs == {number: {"stage": "acceptance", "state": "completed", "assignee": "bob"} for number in range(1, 9)}
    tasks = {one.id: one.fields["status"] for one in snapshot.objects if one.kind == "task"}
    assert tasks == dict.fromkeys(range(1, 5), "completed")


def test_plan_and_snapshot_are_stored_before_the_first_write(desk: Desk) -> None:
    seen: list[set[str]] = []
    desk.sandbox.before("PATCH", "/api/", lambda: seen.append({path.name for path in desk.state_files()}))
    desk.apply(REOPEN, parallelism=1)
    assert {"plan.json", "snapshot.json", "run.json", "ledger.json"} <= seen[0]


def test_no_secret_is_stored_and_all_is_private(desk: Desk, sandbox: Sandbox) -> None:
    desk.apply(REOPEN)
    desk.rollback()
    for path in desk.state_files():
        content = path.read_bytes()
        assert sandbox.token.encode() not in content
        assert sandbox.password.encode() not in content
        if path.name != ".gitignore":
            assert path.stat().st_mode & 0o777 == 0o600, path
    assert desk.store.folder.stat().st_mode & 0o777 == 0o700


def test_an_empty_plan_makes_a_run_that_writes_nothing(desk: Desk) -> None:
    outcome = desk.apply("version: 1\ntasks:\n  batch-1: {status: completed}\n")
    assert outcome.run.status is RunStatus.DONE
    assert desk.patches() == []
    assert load_run(desk.store, outcome.run.id) == outcome.run


def test_organizations_are_respected(tmp_path: Path) -> None:
    with Sandbox.start(seed="street", tasks=3) as sandbox, seated(sandbox, tmp_path) as desk:
        outcome = desk.apply("version: 1\nrules:\n  r: {select: {name: 'batch-*'}, set: {subset: New}}\n")
        assert set(outcomes(outcome).values()) == {WriteOutcome.WRITTEN}
