"""Applied means proven: after an apply a second plan over what was written must be empty."""

from __future__ import annotations

import pytest

from reconciler.errors import PlanError
from reconciler.history.model import RunStatus

from .desk import Desk

CHAIN = """
version: 1
rules:
  first: {select: {project: {name: Street}, subset: null}, set: {subset: Train}}
  second: {select: {project: {name: Street}, subset: Train}, set: {bug_tracker: "https://tracker.example"}}
"""
CIRCLE = """
version: 1
rules:
  there: {select: {name: "batch-*", subset: A}, set: {subset: B}}
  back: {select: {name: "*-1", subset: B}, set: {subset: A}}
"""
"""Offline only a warning: whether they meet hangs on names."""


def test_rules_that_feed_each_other_are_done_at_the_first_apply(desk: Desk) -> None:
    outcome = desk.apply(CHAIN)
    assert outcome.run.status is RunStatus.DONE
    assert {desk.task(number)["bug_tracker"] for number in (1, 2, 3, 4)} == {"https://tracker.example"}
    assert desk.plan(CHAIN).is_empty


def test_rules_that_undo_each_other_are_refused_where_they_meet(desk: Desk) -> None:
    assert desk.plan(CIRCLE).is_empty
    desk.patch("task", 1, subset="A")
    desk.sandbox.requests.clear()
    with pytest.raises(
        PlanError, match=r"rule.there and rule.back chase each other in a circle, at every apply: task 1"
    ):
        desk.apply(CIRCLE)
    assert desk.patches() == []


def test_what_is_proven_is_the_second_plan(desk: Desk) -> None:
    """Somebody undoes what was written, before it is read again."""
    wanted = "version: 1\nrules: {all: {select: {project: {name: Street}}, set: {subset: Train}}}\n"
    plan = desk.plan(wanted)
    desk.sandbox.before("PATCH", "/api/tasks/4$", lambda: desk.patch("task", 1, subset="Val"))
    outcome = desk.apply(plan, parallelism=1)
    assert outcome.run.status is RunStatus.FAILED
    assert [(one.task, one.field, one.found) for one in outcome.run.unproven] == [(1, "subset", "Val")]


def test_a_name_that_is_taken_is_told_where_nothing_is_remembered(desk: Desk) -> None:
    taken = desk.task(2)["name"]
    manifest = f"""
version: 1
tasks:
  kept: {{project: {{name: Street}}, name: {taken!r}, subset: Train}}
  renamed: {{id: 1, name: {taken!r}}}
"""
    assert desk.apply(manifest).run.status is RunStatus.DONE
    assert desk.plan(manifest).is_empty, "the addresses are bound to their tasks"
    desk.store.remove("bindings.json")
    with pytest.raises(PlanError, match="2 tasks are called"):
        desk.plan(manifest)


def test_what_others_add_meanwhile_is_no_failure_of_the_run(desk: Desk) -> None:
    desk.patch("task", 1, subset="A")
    desk.sandbox.before("PATCH", "/api/tasks/1$", lambda: desk.patch("task", 2, subset="A"))
    hand_over = "version: 1\nrules: {hand-over: {select: {subset: A}, set: {assignee: bob}}}\n"
    assert desk.apply(hand_over).run.status is RunStatus.DONE
    assert {change.task for change in desk.plan(hand_over).updates} == {2}
