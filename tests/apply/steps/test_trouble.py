"""Lost answers, refusals, uploads that fail, full disks: nothing is done twice, and the next run goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from reconciler.apply.running import UnrecordedError
from reconciler.errors import LimitError, PlanFileError
from reconciler.history.model import RunStatus, WriteOutcome
from reconciler.history.runs import runs

from ..desk import Desk
from ..disks import full
from .studio import GONE, PROJECT, TASK, annotated, binding, boxes, get, names, results, sent, shapes, told


@pytest.mark.parametrize("after_write", [True, False])
@pytest.mark.parametrize("path", ["/api/projects", "/api/tasks", "/api/guides"])
def test_a_creation_whose_answer_is_lost_is_not_made_twice(desk: Desk, path: str, after_write: bool) -> None:
    desk.sandbox.drop("POST", f"{path}$", after_write=after_write)
    outcome = desk.apply(annotated())
    if after_write:
        assert outcome.run.status is RunStatus.DONE, told(outcome)
    else:
        assert outcome.run.status is RunStatus.FAILED
        assert desk.apply(annotated()).run.status is RunStatus.DONE
    assert sent(desk, "POST", path) == (1 if after_write else 2)
    assert names(desk, "project") == ["Street"]
    assert names(desk, "task") == ["one"]
    assert desk.plan(annotated()).is_empty


@pytest.mark.parametrize(
    ("method", "path"),
    [("PATCH", "/api/projects/1$"), ("PATCH", "/api/tasks/1/annotations$"), ("PATCH", "/api/jobs/1$")],
)
def test_a_change_whose_answer_is_lost_has_arrived(desk: Desk, method: str, path: str) -> None:
    desk.sandbox.drop(method, path, after_write=True)
    outcome = desk.apply(annotated())
    assert outcome.run.status is RunStatus.DONE, told(outcome)
    assert shapes(desk, 1) == [0, 1, 3]


def test_what_needs_something_that_failed_is_skipped_and_says_so(desk: Desk) -> None:
    desk.sandbox.fail("POST", "/api/projects$", status=403, body="no")
    outcome = desk.apply(annotated())
    assert outcome.run.status is RunStatus.FAILED
    assert outcome.run.counts.failed == 1
    assert outcome.run.counts.skipped == 7
    said = told(outcome)
    assert said["project.street"].startswith("failed: the project cannot be created (403)")
    assert "needs project.street" in said["task.one"]
    assert "needs task.one" in said["task.one.data"]
    assert names(desk, "task") == []


def test_chains_that_do_not_need_each_other_go_on(desk: Desk) -> None:
    two = PROJECT + TASK + '  two: {project: street, data: {files: ["one/*.png"]}}\n'
    desk.sandbox.fail_work("create:task", "ValueError: broken")
    outcome = desk.apply(two, parallelism=1)
    assert results(outcome)["task.one.data upload_data"] is WriteOutcome.FAILED
    assert results(outcome)["task.two.data upload_data"] is WriteOutcome.WRITTEN


def test_an_upload_that_failed_is_continued(desk: Desk) -> None:
    desk.sandbox.fail_work("create:task", "ValueError: broken")
    outcome = desk.apply(annotated())
    assert outcome.run.status is RunStatus.FAILED
    assert "broken" in told(outcome)["task.one.data"]
    assert binding(desk, "task.one").data is None
    again = desk.apply(annotated())
    assert again.run.status is RunStatus.DONE, told(again)
    assert "task.one create_task" not in results(again)
    assert names(desk, "task") == ["one"]
    assert shapes(desk, 1) == [0, 1, 3]


def test_what_the_server_still_works_on_is_waited_for_by_the_next_run(desk: Desk, ctrl_c: Callable[[], None]) -> None:
    with desk.sandbox.held():
        desk.sandbox.before("GET", "/api/requests/", ctrl_c)
        outcome = desk.apply(PROJECT + TASK)
        assert outcome.run.status is RunStatus.INTERRUPTED
        assert "the next run, or a rollback, waits for it" in told(outcome)["task.one.data"]
        uploads = _uploads(desk)
    again = desk.apply(PROJECT + TASK)
    assert again.run.status is RunStatus.DONE, told(again)
    assert _uploads(desk) == uploads


def test_a_data_request_that_still_runs_is_attached_to(desk: Desk, ctrl_c: Callable[[], None]) -> None:
    with desk.sandbox.held():
        desk.sandbox.before("GET", "/api/requests/", ctrl_c)
        desk.apply(PROJECT + TASK)
        uploads = _uploads(desk)
        again = desk.plan(PROJECT + TASK)
        threading.Timer(1, desk.sandbox._background.release).start()
        outcome = desk.apply(again)
    assert outcome.run.status is RunStatus.DONE, told(outcome)
    assert _uploads(desk) == uploads


def _uploads(desk: Desk) -> int:
    return sum(
        one.method in ("POST", "PATCH") and one.path.startswith("/api/tasks/1/data") for one in desk.sandbox.requests
    )


def test_a_refused_copy_destroys_nothing(desk: Desk) -> None:
    desk.apply(annotated())
    desk.sandbox.fail_work("export:backup", "OSError: no space")
    outcome = desk.apply(GONE)
    assert outcome.run.status is RunStatus.FAILED
    assert "not copied, so nothing was destroyed" in told(outcome)["task.one"]
    assert "no space" in told(outcome)["task.one"]
    assert "needs task.one" in told(outcome)["project.street"]
    assert shapes(desk, 1) == [0, 1, 3]
    again = desk.apply(GONE)
    assert again.run.status is RunStatus.DONE, told(again)


def test_a_disk_that_is_full_of_copies_destroys_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.apply(annotated())
    monkeypatch.setattr(desk.store, "write", full(desk.store.write, "annotations.json"))
    outcome = desk.apply(GONE)
    assert outcome.run.status is RunStatus.FAILED
    assert "disk is full" in told(outcome)["task.one"]
    assert shapes(desk, 1) == [0, 1, 3]


def test_a_disk_that_is_full_of_records_stops_the_run(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.store, "append", full(desk.store.append, "audit.jsonl", after=5))
    with pytest.raises(UnrecordedError, match="disk is full"):
        desk.apply(annotated(), parallelism=1)
    assert names(desk, "label") == ["car", "van"]  # the second was begun: its end could not be recorded
    assert get(desk, "/api/projects/1")["guide_id"] is None
    assert names(desk, "task") == []
    monkeypatch.undo()
    assert desk.apply(annotated()).run.status is RunStatus.DONE


def test_bindings_that_cannot_be_saved_stop_the_run(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.store, "write", full(desk.store.write, "bindings.json"))
    with pytest.raises(UnrecordedError, match="disk is full"):
        desk.apply(annotated(), parallelism=1)
    assert names(desk, "task") == []
    monkeypatch.undo()
    assert desk.apply(annotated()).run.status is RunStatus.DONE
    assert names(desk, "project") == ["Street"]


def test_a_server_that_is_gone_ends_the_run(desk: Desk) -> None:
    plan = desk.plan("version: 1\nprojects: {" + ", ".join(f"p{n}: {{}}" for n in range(6)) + "}\n")
    desk.sandbox.fail("POST", "/api/projects$", status=503, times=None)
    outcome = desk.apply(plan, parallelism=1)
    assert outcome.run.status is RunStatus.FAILED
    assert outcome.run.note == "stopped: the server could not be reached any more"
    assert outcome.run.counts.failed == 3
    assert outcome.run.counts.skipped == 3
    desk.sandbox.app.clear()


def test_work_that_the_server_cannot_do_does_not_end_the_run(desk: Desk) -> None:
    tasks = "".join(f"  t{n}: {{labels: {{car: }}, data: {{files: [one/0.png]}}}}\n" for n in range(6))
    desk.apply(annotated())
    desk.sandbox.fail_work("create:task", "PIL.UnidentifiedImageError: cannot identify image file", times=4)
    outcome = desk.apply(f"version: 1\ntasks:\n{tasks}", parallelism=1)
    assert outcome.run.note is None
    assert (outcome.run.counts.failed, outcome.run.counts.skipped) == (4, 0)


def test_backups_that_the_server_cannot_make_do_not_end_the_run(desk: Desk) -> None:
    tasks = "".join(f"  t{n}: {{labels: {{car: }}, data: {{files: [one/0.png]}}}}\n" for n in range(5))
    desk.apply(annotated())
    desk.apply(f"version: 1\ntasks:\n{tasks}")
    desk.sandbox.fail_work("export:backup", times=4)
    gone = "".join(f"  t{n}: {{ensure: absent}}\n" for n in range(5))
    outcome = desk.apply(f"version: 1\nsettings: {{limits: {{max_deletes: 9}}}}\ntasks:\n{gone}", parallelism=1)
    assert outcome.run.note is None
    assert (outcome.run.counts.failed, outcome.run.counts.written) == (4, 1)


def test_a_file_that_changed_since_the_plan_is_refused(desk: Desk) -> None:
    plan = desk.plan(annotated())
    boxes(desk, 2)
    with pytest.raises(PlanFileError, match=r"one\.json is not what it was"):
        desk.apply(plan)
    boxes(desk, 0, 1, 3)
    (desk.folder / "one" / "0.png").write_bytes(b"other")
    with pytest.raises(PlanFileError, match="bytes now"):
        desk.apply(plan)
    assert runs(desk.store) == []
    assert names(desk, "project") == []


def test_what_is_protected_is_not_deleted_and_nothing_else_is_done(desk: Desk) -> None:
    protected = PROJECT + "    lifecycle: {prevent_delete: true}\n"
    desk.apply(protected)
    plan = desk.plan(GONE)
    with pytest.raises(LimitError, match="prevent_delete"):
        desk.apply(plan)
    assert get(desk, "/api/projects/1")["name"] == "Street"
