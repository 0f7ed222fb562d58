"""Somebody else was there: before the run it is stale, during the run a conflict; nothing of theirs is destroyed."""

from __future__ import annotations

import pytest

from reconciler.apply.staleness import StalePlanError
from reconciler.history.model import RunStatus, WriteOutcome
from reconciler.history.runs import runs

from ..desk import Desk
from .studio import GONE, PROJECT, TASK, annotated, boxes, draw, get, names, results, sent, shapes, told


def _someone(desk: Desk, what: str) -> None:
    calls = {
        "renames the project": ("PATCH", "/api/projects/1", {"name": "Avenue"}),
        "deletes the project": ("DELETE", "/api/projects/1", None),
        "deletes the task": ("DELETE", "/api/tasks/1", None),
        "renames the task": ("PATCH", "/api/tasks/1", {"name": "uno"}),
        "writes the guide": ("PATCH", "/api/guides/1", {"markdown": "# Theirs"}),
        "paints a label": ("PATCH", "/api/projects/1", {"labels": [{"id": 1, "color": "#123456"}]}),
    }
    method, path, body = calls[what]
    status, answer = desk.sandbox.api(method, path, json=body)
    assert status in (200, 204), answer


CHANGED = PROJECT.replace("Street\n", "Road\n").replace("# How", "# Why").replace("#ff0000", "#00ff00") + TASK


@pytest.mark.parametrize(
    ("wanted", "what", "said"),
    [
        (CHANGED, "renames the project", r"project 1 \(project.street\): changed by somebody else.*'Avenue'"),
        (CHANGED, "writes the guide", r"guide 1 \(project.street.guide\): changed by somebody else"),
        (CHANGED, "paints a label", r"label \(project.street.label\[car\]\): changed by somebody else.*#123456"),
        (CHANGED, "deletes the project", "is gone"),
        (GONE, "renames the task", r"task 1 \(task.one\): changed by somebody else.*'uno'"),
        (GONE, "renames the project", "project 1"),
    ],
)
def test_what_changed_since_the_plan_stops_the_run_before_it_begins(
    desk: Desk, wanted: str, what: str, said: str
) -> None:
    desk.apply(annotated())
    plan = desk.plan(wanted)
    _someone(desk, what)
    with pytest.raises(StalePlanError, match=said):
        desk.apply(plan)
    assert len(runs(desk.store)) == 1


def test_what_is_gone_already_need_not_be_deleted(desk: Desk) -> None:
    desk.apply(annotated())
    plan = desk.plan(GONE)
    _someone(desk, "deletes the task")
    outcome = desk.apply(plan)
    assert outcome.run.status is RunStatus.DONE, told(outcome)
    assert results(outcome)["task.one delete_task"] is WriteOutcome.ALREADY
    assert names(desk, "project") == []


def test_what_changes_during_the_run_is_left_alone(desk: Desk) -> None:
    desk.apply(PROJECT)
    plan = desk.plan(CHANGED)
    desk.sandbox.before("PATCH", "/api/projects/1$", lambda: _someone(desk, "writes the guide"))
    outcome = desk.apply(plan)
    assert outcome.run.status is RunStatus.CONFLICT
    assert "changed by somebody else" in told(outcome)["project.street.guide"]
    assert get(desk, "/api/guides/1")["markdown"] == "# Theirs"
    assert names(desk, "project") == ["Road"]


def test_a_task_that_is_annotated_while_it_is_copied_is_not_deleted(desk: Desk) -> None:
    desk.apply(annotated())
    plan = desk.plan(GONE)
    desk.sandbox.before("POST", "/api/tasks/1/backup/export", lambda: draw(desk, 1, 2))
    outcome = desk.apply(plan)
    assert outcome.run.status is not RunStatus.DONE
    assert shapes(desk, 1) == [0, 1, 2, 3]
    assert sent(desk, "DELETE", "/api/tasks/1") == 0
    assert "task.one" in told(outcome)


def test_a_label_that_is_used_more_than_planned_is_not_removed(desk: Desk) -> None:
    desk.apply(annotated())
    plan = desk.plan((PROJECT + TASK).replace('      car: {type: rectangle, color: "#ff0000"}\n', ""))
    draw(desk, 1, 2)
    outcome = desk.apply(plan)
    assert outcome.run.status is RunStatus.CONFLICT
    said = told(outcome)["project.street.label[car]"]
    assert "4 shapes and 0 tracks use it now, but 0 tags, 3 shapes and 0 tracks when it was planned" in said
    assert names(desk, "label") == ["car", "van"]


def test_annotations_that_changed_since_the_plan_are_not_replaced(desk: Desk) -> None:
    desk.apply(annotated("replace"))
    boxes(desk, 2)
    plan = desk.plan(annotated("replace"))
    draw(desk, 1, 3)
    outcome = desk.apply(plan)
    assert outcome.run.status is RunStatus.CONFLICT
    assert shapes(desk, 1) == [0, 1, 3, 3]


def test_what_is_added_is_added_whatever_others_do(desk: Desk) -> None:
    desk.apply(annotated())
    boxes(desk, 0, 1, 2, 3)
    plan = desk.plan(annotated())
    draw(desk, 1, 3)
    outcome = desk.apply(plan)
    assert outcome.run.status is RunStatus.DONE, told(outcome)
    assert shapes(desk, 1) == [0, 1, 2, 3, 3]


def test_a_project_with_a_task_that_nobody_has_copied_is_not_deleted(desk: Desk) -> None:
    desk.apply(PROJECT)
    plan = desk.plan(
        "version: 1\nsettings: {limits: {max_deletes: 9}}\nprojects: {street: {name: Street, ensure: absent}}\n"
    )
    desk.sandbox.api("POST", "/api/tasks", json={"name": "theirs", "project_id": 1})
    outcome = desk.apply(plan)
    assert outcome.run.status is RunStatus.CONFLICT
    assert "tasks are still in it: 1" in told(outcome)["project.street"]
    assert names(desk, "task") == ["theirs"]
