"""Numbers in names that look like a priority, which nobody gave."""

from __future__ import annotations

import pytest

from reconciler.errors import PlanError

from .desk import Desk
from .test_priorities import manifest, named

COPIES = 'settings: {priority: {format: "{name} ({priority})"}}\n'


def warnings(desk: Desk, rules: str) -> list[str]:
    return [one.text for one in desk.plan(manifest(settings=COPIES, rules=rules)).warnings]


def rule(said: str) -> str:
    return f"  r: {{select: {{id: [1, 2]}}, set: {said}}}\n"


def test_a_name_that_changes_for_it_is_told(desk: Desk) -> None:
    desk.patch("task", 1, name="Clip (1)")
    desk.patch("task", 2, name="Other (7)")
    assert warnings(desk, rule("{priority: null}")) == [
        "2 names are read as having a priority that this tool never gave, and are changed: 'Clip (1)' (task 1) becomes "
        "'Clip' and 'Other (7)' (task 2) becomes 'Other'; if that is a part of the name, choose another "
        "`settings.priority.format`"
    ]
    [one] = warnings(desk, rule("{priority: 7}"))
    assert one.startswith("1 name is read as having a priority that this tool never gave, and is changed: 'Clip (1)'")
    assert warnings(desk, rule("{subset: Val}")) == []


def test_many_are_told_by_a_few(desk: Desk) -> None:
    for number in (1, 2, 3, 4):
        desk.patch("task", number, name=f"Clip {number} (9)")
    [one] = warnings(desk, "  r: {select: {project: {name: Street}}, set: {priority: 1}}\n")
    assert one.startswith("4 names are read")
    assert "'Clip 3 (9)' (task 3) becomes 'Clip 3 (1)' and 1 more; if that" in one


def test_what_this_tool_gave_it_takes_without_a_word(desk: Desk) -> None:
    desk.apply(manifest(settings=COPIES, rules=rule("{priority: 3}")))
    assert named(desk)[1] == "batch-1 (3)"
    assert warnings(desk, rule("{priority: 4}")) == []
    assert warnings(desk, rule("{priority: null}")) == []


def test_who_says_the_name_loses_none(desk: Desk) -> None:
    desk.patch("task", 1, name="Clip (1)")
    tasks = "  clip: {id: 1, name: Opening, priority: 2}\n"
    assert desk.plan(manifest(settings=COPIES, tasks=tasks)).warnings == ()


@pytest.mark.parametrize(("priority", "becomes"), [("null", "Clip"), ("5", "Clip (5)"), ("2", "Clip (2)")])
def test_two_names_that_would_become_one(desk: Desk, priority: str, becomes: str) -> None:
    desk.patch("task", 1, name="Clip (1)")
    desk.patch("task", 2, name="Clip (2)")
    with pytest.raises(PlanError) as told:
        desk.plan(manifest(settings=COPIES, rules=rule(f"{{priority: {priority}}}")))
    [problem] = [one for one in told.value.problems if one.severity == "error"]
    assert problem.what == (
        f"2 tasks of project 'Street' that have different names now would all be called {becomes!r}: "
        "'Clip (1)' (task 1) and 'Clip (2)' (task 2)"
    )
    assert problem.hint == (
        "rename one of them, or choose a `settings.priority.format` in which none of their names has a priority"
    )


@pytest.mark.parametrize(("priority", "other"), [("null", "Clip"), ("5", "Clip (5)")])
def test_nor_one_that_another_task_has(desk: Desk, priority: str, other: str) -> None:
    desk.patch("task", 1, name="Clip (1)")
    desk.patch("task", 3, name=other)
    with pytest.raises(PlanError, match=r"'Clip \(1\)' \(task 1\) and 'Clip"):
        desk.plan(manifest(settings=COPIES, rules=rule(f"{{priority: {priority}}}")))


def test_two_tasks_that_always_had_one_name_may_keep_it(desk: Desk) -> None:
    desk.patch("task", 2, name="batch-1")
    desk.apply(manifest(settings=COPIES, rules="  r: {select: {id: 1}, set: {priority: 1}}\n"))
    desk.apply(manifest(settings=COPIES, rules="  r: {select: {id: 2}, set: {priority: 2}}\n"))
    outcome = desk.apply(manifest(settings=COPIES, rules=rule("{priority: 3}")))
    assert (outcome.run.unproven, named(desk)[1], named(desk)[2]) == ((), "batch-1 (3)", "batch-1 (3)")
