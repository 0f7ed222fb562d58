"""Annotations put, added and imported: what was there comes back when not all arrives."""

from __future__ import annotations

import pytest

from reconciler.history.model import RunStatus, WriteOutcome

from ..desk import Desk
from .studio import PROJECT, TASK, annotated, binding, boxes, draw, results, shapes, told

CVAT_XML = """<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <image id="2" name="2.png" width="64" height="48">
    <box label="car" source="manual" occluded="0" xtl="1.00" ytl="2.00" xbr="30.00" ybr="40.00" z_order="0"></box>
  </image>
</annotations>
"""
IMPORTED = PROJECT + TASK + '    annotations: {file: one.xml, format: "CVAT 1.1", mode: MODE}\n'


def imported(desk: Desk, mode: str) -> str:
    (desk.folder / "one.xml").write_text(CVAT_XML)
    return IMPORTED.replace("MODE", mode)


def test_annotations_are_replaced_after_a_copy_and_put_back(desk: Desk) -> None:
    desk.apply(annotated("replace"))
    boxes(desk, 2)
    outcome = desk.apply(annotated("replace"))
    assert outcome.run.status is RunStatus.DONE, told(outcome)
    assert shapes(desk, 1) == [2]
    assert outcome.steps[0].copied == f"snapshots/{outcome.run.id}/task-1"
    assert desk.plan(annotated("replace")).is_empty
    assert desk.rollback().run.status is RunStatus.DONE
    assert shapes(desk, 1) == [0, 1, 3]


def test_a_copy_that_cannot_be_taken_replaces_nothing(desk: Desk) -> None:
    desk.apply(annotated("replace"))
    boxes(desk, 2)
    plan = desk.plan(annotated("replace"))
    desk.sandbox.fail("GET", "/api/issues", status=500, times=None)
    outcome = desk.apply(plan)
    desk.sandbox.app.clear()
    assert outcome.run.status is RunStatus.FAILED
    assert "not copied, so nothing was destroyed" in told(outcome)["task.one.annotations"]
    assert shapes(desk, 1) == [0, 1, 3]


def test_frames_outside_the_task_are_refused_before_anything_is_sent(desk: Desk) -> None:
    """Of a task that is made, only the server knows how many frames it has."""
    boxes(desk, 0, 7, 9)
    outcome = desk.apply(annotated())
    assert outcome.run.status is RunStatus.FAILED
    said = told(outcome)["task.one.annotations"]
    assert "2 of 3 shapes cannot be there: frames 7 and 9 are outside the task, which has 4" in said
    assert shapes(desk, 1) == []


def test_what_the_server_drops_is_told_and_what_was_there_is_put_back(desk: Desk) -> None:
    desk.apply(annotated("replace"))
    boxes(desk, 1, 2)
    plan = desk.plan(annotated("replace"))
    _keeps_nothing(desk)
    outcome = desk.apply(plan)
    assert outcome.run.status is RunStatus.FAILED
    said = told(outcome)["task.one.annotations"]
    assert "1 of 2 shapes did not arrive, though the server took them: on frames 2" in said
    assert "has been put back" in said
    assert shapes(desk, 1) == [0, 1, 3]


def _keeps_nothing(desk: Desk) -> None:
    """The first PUT is answered as if it had been done, and somebody empties the task."""
    empty: dict[str, list[int]] = {"tags": [], "shapes": [], "tracks": []}
    desk.sandbox.fail(
        "PUT", "/api/tasks/1/annotations", status=200, body="{}", content_type="application/vnd.cvat+json"
    )
    desk.sandbox.before(
        "PUT",
        "/api/tasks/1/annotations",
        lambda: desk.sandbox.api("PATCH", "/api/tasks/1/annotations", json=empty, query={"action": "create"}),
    )


@pytest.mark.parametrize("mode", ["append", "replace"])
def test_a_file_is_imported_once(desk: Desk, mode: str) -> None:
    outcome = desk.apply(imported(desk, mode))
    assert outcome.run.status is RunStatus.DONE, told(outcome)
    assert shapes(desk, 1) == [2]
    applied = binding(desk, "task.one").annotations
    assert applied is not None
    assert applied.wish.format == "CVAT 1.1"
    assert desk.plan(imported(desk, mode)).is_empty


def test_what_was_there_stays_when_a_file_is_imported_beside_it(desk: Desk) -> None:
    desk.apply(annotated())
    draw(desk, 1, 3)
    outcome = desk.apply(imported(desk, "append"))
    assert outcome.run.status is RunStatus.DONE, told(outcome)
    assert shapes(desk, 1) == [0, 1, 2, 3, 3]
    assert outcome.steps[0].copied == f"snapshots/{outcome.run.id}/task-1"
    assert desk.plan(imported(desk, "append")).is_empty


def test_what_was_there_goes_when_a_file_is_imported_in_its_place(desk: Desk) -> None:
    desk.apply(annotated())
    outcome = desk.apply(imported(desk, "replace"))
    assert outcome.run.status is RunStatus.DONE, told(outcome)
    assert shapes(desk, 1) == [2]
    assert desk.rollback().run.status is RunStatus.DONE
    assert shapes(desk, 1) == [0, 1, 3]


@pytest.mark.parametrize("mode", ["append", "replace"])
def test_an_import_that_fails_leaves_what_was_there(desk: Desk, mode: str) -> None:
    desk.apply(annotated())
    plan = desk.plan(imported(desk, mode))
    desk.sandbox.fail_work("import:annotations", "CvatImportError: broken")
    outcome = desk.apply(plan)
    assert outcome.run.status is RunStatus.FAILED
    assert "broken" in told(outcome)["task.one.annotations"]
    assert shapes(desk, 1) == [0, 1, 3]
    assert desk.apply(imported(desk, mode)).run.status is RunStatus.DONE


def test_what_is_there_already_is_not_added_again(desk: Desk) -> None:
    plan = desk.plan(annotated())
    desk.apply(plan)
    desk.store.remove("bindings.json")
    assert desk.plan(annotated()).steps == ()
    boxes(desk, 0, 1, 2)
    outcome = desk.apply(annotated())
    assert results(outcome)["task.one.annotations add_annotations"] is WriteOutcome.WRITTEN
    assert shapes(desk, 1) == [0, 1, 2, 3]
