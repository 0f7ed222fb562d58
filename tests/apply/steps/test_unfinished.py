"""Uploads that were not finished: continued with the same files, never mixed with others, never doubled."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable

import pytest

from reconciler import operations
from reconciler.apply.running import Outcome
from reconciler.cvat.sending import start_upload
from reconciler.errors import LimitError, PlanError
from reconciler.history.model import RunStatus, WriteOutcome
from reconciler.sandbox.pictures import stand_in

from ..desk import Desk
from ..processes import command
from .studio import FRAMES, binding, get, names, pictures, results, told

TEXT = """
version: 1
projects:
  street:
    name: Street
    labels: {car: {type: rectangle}}
tasks:
  one:
    project: street
    data: {files: ["FOLDER/*.png"], segment_size: 2}
"""
ONE, TWO = TEXT.replace("FOLDER", "one"), TEXT.replace("FOLDER", "two")
DATA = "/api/tasks/1/data$"


def _apply(desk: Desk, text: str) -> Outcome:
    """Nobody has allowed that anything is destroyed, and `max_deletes` is 0."""
    return operations.apply(desk.plan(text), desk.session, desk.store)


def _frames(desk: Desk, task: int) -> list[str]:
    return [frame["name"] for frame in get(desk, f"/api/tasks/{task}/data/meta")["frames"]]


def _cut(desk: Desk) -> None:
    """All files have arrived, the data request has not."""
    desk.sandbox.fail_work("create:task", "ValueError: broken")
    assert _apply(desk, ONE).run.status is RunStatus.FAILED
    assert get(desk, "/api/tasks/1")["size"] == 0


def _kill(desk: Desk) -> None:
    """The process is killed when it is about to say that it has sent all."""
    desk.manifest(ONE)

    def at_the_third(kill: Callable[[], None]) -> None:
        def at_the_second() -> None:
            desk.sandbox.before("POST", DATA, kill)
            desk.sandbox.drop("POST", DATA)

        desk.sandbox.before("POST", DATA, lambda: desk.sandbox.before("POST", DATA, at_the_second))

    with command(desk, "apply", str(desk.folder / "manifest.yaml"), "--yes") as running:
        at_the_third(running.kill)
        assert running.wait().code == -signal.SIGKILL
    assert get(desk, "/api/tasks/1")["size"] == 0


@pytest.mark.parametrize("begun", [_cut, _kill])
def test_the_same_files_are_taken_over(desk: Desk, begun: Callable[[Desk], None]) -> None:
    begun(desk)
    outcome = _apply(desk, ONE)
    assert outcome.run.status is RunStatus.DONE, told(outcome)
    assert _frames(desk, 1) == [f"{number}.png" for number in range(FRAMES)]
    assert names(desk, "task") == ["one"]


@pytest.mark.parametrize("begun", [_cut, _kill])
def test_other_files_are_not_laid_among_them(desk: Desk, begun: Callable[[Desk], None]) -> None:
    begun(desk)
    (desk.folder / "two").mkdir()
    for name in ("x", "y"):
        (desk.folder / "two" / f"{name}.png").write_bytes(stand_in(name))
    outcome = _apply(desk, TWO)
    assert outcome.run.status is RunStatus.DONE, told(outcome)
    [task] = get(desk, "/api/tasks")["results"]
    assert (task["id"], task["name"], task["size"]) == (2, "one", 2)
    assert _frames(desk, 2) == ["x.png", "y.png"]
    assert binding(desk, "task.one").id == 2
    assert desk.plan(TWO).is_empty


def test_a_file_that_was_corrected_takes_the_place_of_the_broken_one(desk: Desk) -> None:
    _cut(desk)
    broken = desk.folder / "one" / "0.png"
    corrected = bytearray(broken.read_bytes())
    corrected[-1] ^= 1
    broken.write_bytes(corrected)  # of the same name, and just as large
    then = broken.stat().st_mtime + 10
    os.utime(broken, (then, then))
    outcome = _apply(desk, ONE)
    assert outcome.run.status is RunStatus.DONE, told(outcome)
    assert "task.one create_task" in results(outcome)
    assert names(desk, "task") == ["one"]
    assert desk.plan(ONE).is_empty


def test_making_it_anew_is_continued_where_it_broke_off(desk: Desk) -> None:
    _cut(desk)
    pictures(desk, "two", 3)
    desk.sandbox.fail_work("create:task", "OSError: no space")
    broken = _apply(desk, TWO)
    assert "no space" in told(broken)["task.one.data"]
    assert names(desk, "task") == ["one", "one"]  # the old one goes last
    outcome = _apply(desk, TWO)
    assert outcome.run.status is RunStatus.DONE, told(outcome)
    [task] = get(desk, "/api/tasks")["results"]
    assert (task["id"], task["size"]) == (2, 3)
    assert desk.plan(TWO).is_empty


def test_an_empty_task_that_somebody_fills_meanwhile_stays(desk: Desk) -> None:
    _cut(desk)
    pictures(desk, "two", 3)
    plan = desk.plan(TWO)
    order = ("POST", "/api/tasks/1/data")
    with desk.sandbox.held():
        desk.sandbox.before("GET", "/api/tasks/2$", lambda: desk.sandbox.api(*order, json={"image_quality": 70}))
        threading.Timer(1, desk.sandbox._background.release).start()
        outcome = operations.apply(plan, desk.session, desk.store)
    assert "task.one.replaced[1]" in told(outcome)
    assert get(desk, "/api/tasks/1")["size"] == FRAMES


def test_a_protected_task_is_not_made_anew(desk: Desk) -> None:
    _cut(desk)
    pictures(desk, "two", 3)
    with pytest.raises(LimitError, match="prevent_delete"):
        _apply(desk, TWO + "    lifecycle: {prevent_delete: true}\n")
    assert get(desk, "/api/tasks")["count"] == 1


def _of_somebody_else(desk: Desk) -> None:
    """A task of that name, with an upload that nobody here knows of."""
    _apply(desk, TEXT.partition("tasks:")[0])
    status, _ = desk.sandbox.api("POST", "/api/tasks", json={"name": "one", "project_id": 1, "segment_size": 2})
    assert status == 201
    _begins(desk)


def _begins(desk: Desk) -> None:
    start_upload(desk.session, "/api/tasks/1/data", "it cannot begin")


def test_an_upload_of_somebody_else_is_left_alone(desk: Desk) -> None:
    _of_somebody_else(desk)
    with pytest.raises(PlanError, match=r"task 1 .* an upload to it has begun that nothing is recorded of"):
        desk.plan(ONE)
    replaced = ONE.replace("projects:", "settings: {limits: {max_deletes: 1}}\nprojects:") + "    replace: true\n"
    outcome = desk.apply(replaced)  # unless a person says so
    assert outcome.run.status is RunStatus.DONE, told(outcome)
    assert [task["id"] for task in get(desk, "/api/tasks")["results"]] == [2]


def test_an_upload_that_begins_after_the_plan_is_not_joined(desk: Desk) -> None:
    _apply(desk, TEXT.partition("tasks:")[0])
    desk.sandbox.api("POST", "/api/tasks", json={"name": "one", "project_id": 1, "segment_size": 2})
    plan = desk.plan(ONE)
    _begins(desk)
    desk.sandbox.requests.clear()
    outcome = desk.apply(plan)
    assert results(outcome)["task.one.data upload_data"] is WriteOutcome.FAILED
    assert "somebody has begun to give it some" in told(outcome)["task.one.data"]
    assert not [one for one in desk.sandbox.requests if one.method == "POST"]


def test_what_the_server_makes_of_other_files_is_waited_for_and_then_compared(
    desk: Desk, ctrl_c: Callable[[], None]
) -> None:
    (desk.folder / "two").mkdir()
    for name in "wxyz":
        (desk.folder / "two" / f"{name}.png").write_bytes(stand_in(name))
    with desk.sandbox.held():
        desk.sandbox.before("GET", "/api/requests/", ctrl_c)
        assert _apply(desk, ONE).run.status is RunStatus.INTERRUPTED
        with pytest.raises(PlanError, match="the server is making task 1"):
            desk.plan(TWO)
    with pytest.raises(PlanError, match=r"0\.png, 1\.png, 2\.png and 1 more are not among these files"):
        desk.plan(TWO)  # as many frames as wanted, but others
    assert desk.plan(ONE).steps == ()


def test_making_it_anew_can_be_rolled_back(desk: Desk) -> None:
    _cut(desk)
    pictures(desk, "two", 3)
    assert _apply(desk, TWO).run.status is RunStatus.DONE
    back = desk.rollback()
    assert back.run.status is RunStatus.DONE, told(back)
    [task] = get(desk, "/api/tasks")["results"]
    assert (task["name"], task.get("size")) == ("one", None)  # as empty as before, and nothing of an upload in it
    outcome = _apply(desk, ONE)
    assert outcome.run.status is RunStatus.DONE, told(outcome)
    assert names(desk, "task") == ["one"]
