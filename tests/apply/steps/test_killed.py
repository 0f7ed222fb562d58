"""kill -9 in the middle of a life: what had arrived is found out, nothing is done twice, all can go back."""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest

from reconciler.history.model import RunStatus
from reconciler.history.runs import last_run, load_run, load_step_records
from reconciler.operations import plan_rollback

from ..desk import Desk
from ..processes import command
from .studio import GONE, annotated, draw, get, names, sent, shapes, told
from .test_annotating import imported

Planned = Callable[[Desk, Callable[[], None]], None]


def _killed(desk: Desk, planned: Planned, *arguments: str) -> str:
    """Run a command and kill it at the planned point; gives its run."""
    with command(desk, *arguments) as running:
        planned(desk, running.kill)
        ended = running.wait()
    assert ended.code == -signal.SIGKILL, ended.output
    run = last_run(desk.store)
    assert run is not None
    assert run.status is RunStatus.RUNNING
    return run.id


def _apply(desk: Desk, text: str) -> tuple[str, ...]:
    desk.manifest(text)
    options = ("--yes", "--allow-destructive", "--parallelism", "1")
    return ("apply", str(desk.folder / "manifest.yaml"), *options)


def _arrives(method: str, path: str, body: Any = None) -> Planned:
    """The request is done for it, and then it is killed: a server may go on with a request whose sender is gone."""

    def plan(desk: Desk, kill: Callable[[], None]) -> None:
        def do_and_kill() -> None:
            status, answer = desk.sandbox.api(method, path, json=body)
            assert status in (200, 201, 204), answer
            kill()

        desk.sandbox.before(method, f"{path}$", do_and_kill)
        desk.sandbox.drop(method, f"{path}$")

    return plan


def _before(method: str, path: str) -> Planned:
    def plan(desk: Desk, kill: Callable[[], None]) -> None:
        desk.sandbox.before(method, path, kill)
        desk.sandbox.drop(method, path)

    return plan


POINTS = {
    "before anything": _before("POST", "/api/projects$"),
    "the project is there": _arrives("POST", "/api/projects", {"name": "Street", "assignee_id": 2}),
    "a label is there": _arrives("PATCH", "/api/projects/1", {"labels": [{"name": "car", "color": "#ff0000"}]}),
    "the guide is there": _arrives("POST", "/api/guides", {"project_id": 1, "markdown": "# How"}),
    "before the task": _before("POST", "/api/tasks$"),
    "the task is there": _arrives(
        "POST", "/api/tasks", {"name": "one", "project_id": 1, "subset": "Train", "segment_size": 2}
    ),
    "the data is sent": _before("GET", "/api/requests/"),
    "before the annotations": _before("PATCH", "/api/tasks/1/annotations$"),
    "a job is set": _arrives("PATCH", "/api/jobs/1", {"assignee": 4}),
    "all is done": lambda desk, kill: desk.sandbox.before(
        "PATCH", "/api/jobs/2$", lambda: desk.sandbox.before("GET", "^/api/tasks$", kill)
    ),
}


@pytest.mark.parametrize("point", POINTS)
def test_the_next_run_goes_on_where_it_was(desk: Desk, point: str) -> None:
    killed = _killed(desk, POINTS[point], *_apply(desk, annotated()))
    plan = desk.plan(annotated())
    if not plan.is_empty:
        outcome = desk.apply(plan)
        assert outcome.run.status is RunStatus.DONE, told(outcome)
        assert load_run(desk.store, killed).status is RunStatus.INTERRUPTED
    assert names(desk, "project") == ["Street"]
    assert names(desk, "task") == ["one"]
    assert names(desk, "label") == ["car", "van"]
    assert shapes(desk, 1) == [0, 1, 3]
    assert {desk.job(number)[2] for number in (1, 2)} == {"carol"}
    assert desk.plan(annotated()).is_empty


@pytest.mark.parametrize("point", POINTS)
def test_what_a_killed_run_had_made_can_go_again(desk: Desk, point: str) -> None:
    killed = _killed(desk, POINTS[point], *_apply(desk, annotated()))
    back = desk.rollback(killed)
    assert back.run.status is RunStatus.DONE, told(back)
    assert names(desk, "project") == names(desk, "task") == names(desk, "label") == []
    assert load_run(desk.store, killed).status is RunStatus.INTERRUPTED


@pytest.mark.parametrize(
    "point",
    [
        _before("POST", "/api/tasks/1/backup/export"),
        _before("DELETE", "/api/tasks/1$"),
        _arrives("DELETE", "/api/tasks/1"),
        _arrives("DELETE", "/api/projects/1"),
    ],
)
def test_a_killed_deletion_goes_on_and_comes_back(desk: Desk, point: Planned) -> None:
    desk.apply(annotated())
    killed = _killed(desk, point, *_apply(desk, GONE))
    plan = desk.plan(GONE)
    last = None
    if not plan.is_empty:
        last = desk.apply(plan)
        assert last.run.status is RunStatus.DONE, told(last)
    assert names(desk, "project") == names(desk, "task") == []
    for run in [*([last.run.id] if last is not None else []), killed]:
        way_back = plan_rollback(desk.session, desk.store, run)
        if not way_back.is_empty:
            back = desk.apply(way_back)
            assert back.run.status is RunStatus.DONE, told(back)
    assert names(desk, "project") == ["Street"]
    [task] = get(desk, "/api/tasks")["results"]
    assert task["project_id"] is not None
    assert shapes(desk, task["id"]) == [0, 1, 3]


@pytest.mark.parametrize(
    "point",
    [_before("GET", "/api/requests/"), _before("PATCH", "/api/tasks/2$"), _before("PATCH", "/api/jobs/3$")],
)
def test_a_killed_restoring_is_not_done_twice(desk: Desk, point: Planned) -> None:
    desk.apply(annotated())
    gone = desk.apply(GONE)
    _killed(desk, point, "rollback", gone.run.id, "--yes", "--allow-destructive", "--parallelism", "1")
    back = desk.rollback(gone.run.id)
    assert back.run.status is RunStatus.DONE, told(back)
    [task] = get(desk, "/api/tasks")["results"]
    assert task["id"] == 2
    assert shapes(desk, 2) == [0, 1, 3]
    assert {desk.job(number)[2] for number in (3, 4)} == {"carol"}


def test_the_records_of_both_kinds_stay(desk: Desk) -> None:
    killed = _killed(desk, POINTS["the task is there"], *_apply(desk, annotated()))
    before = load_step_records(desk.store, killed)
    desk.apply(annotated())
    after = load_step_records(desk.store, killed)
    assert after[: len(before)] == before
    assert [(one.address, one.id, one.outcome) for one in after[len(before) :]] == [("task.one", 1, "written")]
    assert sent(desk, "POST", "/api/tasks") == 2  # the one that was cut off, and the one that was done for it
    run = load_run(desk.store, killed)
    assert (run.counts.written, run.counts.skipped) == (5, 3)


def _killed_between_import_and_adding_back(desk: Desk) -> str:
    desk.apply(annotated())
    draw(desk, 1, 3)
    killed = _killed(desk, _before("PATCH", "/api/tasks/1/annotations$"), *_apply(desk, imported(desk, "append")))
    assert shapes(desk, 1) == [2]  # what was there is in the copy alone
    return killed


def test_what_an_import_was_beside_comes_back_with_the_next_apply(desk: Desk) -> None:
    killed = _killed_between_import_and_adding_back(desk)
    outcome = desk.apply(imported(desk, "append"))
    assert outcome.run.status is RunStatus.DONE, told(outcome)
    assert shapes(desk, 1) == [0, 1, 2, 3, 3]
    assert desk.plan(imported(desk, "append")).is_empty
    for run in (outcome.run.id, killed):
        assert desk.rollback(run).run.status is RunStatus.DONE
    assert shapes(desk, 1) == [0, 1, 3, 3]


def test_what_an_import_was_beside_comes_back_with_a_rollback(desk: Desk) -> None:
    killed = _killed_between_import_and_adding_back(desk)
    back = desk.rollback(killed)
    assert back.run.status is RunStatus.DONE, told(back)
    assert shapes(desk, 1) == [0, 1, 3, 3]


def test_what_an_import_is_beside_comes_back_though_the_next_run_only_waits_for_it(desk: Desk) -> None:
    """Killed while the server imports: the next run waits for it; what comes of it was not there in the plan."""
    desk.apply(annotated())
    draw(desk, 1, 3)
    under_way = "^/api/requests/action"
    with ExitStack() as holding:
        holding.enter_context(desk.sandbox.held())
        _killed(desk, _before("GET", under_way), *_apply(desk, imported(desk, "append")))
        desk.sandbox.before("GET", under_way, holding.close)
        waited = desk.apply(imported(desk, "append"))
    assert waited.run.status is RunStatus.CONFLICT
    assert "its annotations were changed by somebody else since the plan" in told(waited)["task.one.annotations"]
    assert shapes(desk, 1) == [2]
    outcome = desk.apply(imported(desk, "append"))
    assert outcome.run.status is RunStatus.DONE, told(outcome)
    assert shapes(desk, 1) == [0, 1, 2, 3, 3]


def test_what_people_take_away_after_an_import_stays_away(desk: Desk) -> None:
    desk.apply(annotated())
    desk.apply(imported(desk, "append"))
    status, _ = desk.sandbox.api("PUT", "/api/tasks/1/annotations", json={"tags": [], "shapes": [], "tracks": []})
    assert status == 200
    draw(desk, 1, 1)
    desk.store.remove("bindings.json")
    desk.apply(imported(desk, "append"))
    assert shapes(desk, 1) == [1, 2]
