"""Priorities shown in names: applied, found again without them, shown otherwise, taken out again."""

from __future__ import annotations

import pytest

from reconciler import operations
from reconciler.cvat.reading import Reader
from reconciler.errors import PlanError
from reconciler.history.model import RunStatus
from reconciler.history.priorities import load_priorities
from reconciler.manifest.loading import load
from reconciler.manifest.models import Selector
from reconciler.snapshots.selecting import selected_tasks

from .desk import Desk

FORMAT = 'settings: {priority: {format: "[P{priority}] {name}"}}\n'
OTHERWISE = 'settings: {priority: {format: "{name} (prio {priority})"}}\n'


def manifest(*, settings: str = FORMAT, tasks: str = "", rules: str = "") -> str:
    return "version: 1\n" + settings + (f"tasks:\n{tasks}" if tasks else "") + (f"rules:\n{rules}" if rules else "")


def named(desk: Desk) -> dict[int, str]:
    _, page = desk.sandbox.api("GET", "/api/tasks?page_size=100&sort=id")
    return {task["id"]: task["name"] for task in page["results"]}


TASKS = """\
  batch-1: {project: {name: Street}, priority: 1}
  second: {project: {name: Street}, name: batch-2, priority: 2, subset: Train}
"""
BY_RULE = """\
  urgent: {select: {project: {name: Street}, name: "batch-[12]"}, set: {priority: 1}}
"""


def test_there_and_back(desk: Desk) -> None:
    before = named(desk)
    outcome = desk.apply(manifest(tasks=TASKS))
    assert outcome.run.status is RunStatus.DONE
    assert named(desk) == before | {1: "[P1] batch-1", 2: "[P2] batch-2"}
    assert ("/api/tasks/1", {"name": "[P1] batch-1"}) in desk.sent
    assert desk.plan(manifest(tasks=TASKS)).is_empty
    assert desk.rollback().run.status is RunStatus.DONE
    assert named(desk) == before
    assert not desk.plan(manifest(tasks=TASKS)).is_empty


def test_a_task_is_found_without_its_priority_by_whoever_lost_the_state(desk: Desk) -> None:
    desk.patch("task", 1, name="[P3] batch-1")
    desk.apply(manifest(tasks=TASKS))
    assert named(desk)[1] == "[P1] batch-1"


def test_two_tasks_of_one_name_are_two(desk: Desk) -> None:
    desk.patch("task", 3, name="[P3] batch-1")
    with pytest.raises(PlanError, match=r"2 tasks are called 'batch-1' in project 'Street': 1 and 3"):
        desk.plan(manifest(tasks=TASKS))


def test_null_takes_it_out(desk: Desk) -> None:
    desk.apply(manifest(rules=BY_RULE))
    assert named(desk)[2] == "[P1] batch-2"
    desk.apply(manifest(rules=BY_RULE.replace("priority: 1", "priority: null")))
    assert named(desk)[2] == "batch-2"


def test_another_format_renames(desk: Desk) -> None:
    """Also what no block speaks of any more."""
    desk.apply(manifest(rules=BY_RULE))
    other = manifest(settings=OTHERWISE, tasks="  batch-1: {project: {name: Street}, subset: Test}\n")
    outcome = desk.apply(other)
    assert outcome.run.status is RunStatus.DONE
    assert named(desk)[1] == "batch-1 (prio 1)"
    assert named(desk)[2] == "batch-2 (prio 1)"
    assert desk.plan(other).is_empty
    desk.rollback()
    assert named(desk)[2] == "[P1] batch-2"
    # What was rolled back is known as well, in both directions.
    assert desk.plan(manifest(rules=BY_RULE)).is_empty
    desk.apply(other)
    assert named(desk)[2] == "batch-2 (prio 1)"


@pytest.mark.parametrize("settings", ["", "settings: {priority: null}\n"])
def test_no_format_restores(desk: Desk, settings: str) -> None:
    before = named(desk)
    desk.apply(manifest(tasks=TASKS))
    gone = manifest(settings=settings, tasks="  batch-1: {project: {name: Street}, subset: Test}\n")
    assert desk.apply(gone).run.status is RunStatus.DONE
    assert named(desk) == before
    assert desk.plan(gone).is_empty


def test_another_manifest_leaves_it_alone_and_finds_the_tasks(desk: Desk) -> None:
    desk.apply(manifest(tasks=TASKS))
    other = desk.folder / "other.yaml"
    other.write_text('version: 1\nrules: {all: {select: {name: "batch-*"}, set: {subset: Val}}}\n')
    plan = operations.plan(load([str(other)], environ={}), desk.session, desk.store)
    assert sorted(change.task for change in plan.updates) == [1, 2, 3, 4]
    assert {field.path[0] for change in plan.updates for field in change.fields} == {"subset"}


def test_commands_without_a_manifest_find_the_tasks_as_well(desk: Desk) -> None:
    desk.apply(manifest(tasks=TASKS))
    reader, selector = Reader(desk.session), Selector.model_validate({"name": "batch-1"})
    assert [task.id for task in selected_tasks(reader, selector, store=desk.store)] == [1]
    with pytest.raises(PlanError, match="no task is selected"):
        selected_tasks(reader, selector)


def test_what_others_called_so_stays(desk: Desk) -> None:
    """A format that is not the manifest's any more counts only where this tool put it."""
    desk.patch("task", 4, name="[P9] batch-4")
    desk.apply(manifest(tasks=TASKS))
    desk.apply(manifest(settings="", tasks="  batch-1: {project: {name: Street}, subset: Test}\n"))
    assert named(desk)[4] == "[P9] batch-4"


def test_the_name_and_the_priority_are_one_name(desk: Desk) -> None:
    """A block renames, a rule gives the priority: one write."""
    tasks = "  first: {id: 1, name: avenue-1}\n"
    rules = "  urgent: {select: {id: 1}, set: {priority: 1}}\n"
    desk.apply(manifest(tasks=tasks, rules=rules))
    assert [one for one in desk.sent if one[0] == "/api/tasks/1"] == [("/api/tasks/1", {"name": "[P1] avenue-1"})]
    assert desk.plan(manifest(tasks=tasks, rules=rules)).is_empty
    desk.apply(manifest(tasks="  first: {id: 1, name: boulevard}\n"))
    assert named(desk)[1] == "[P1] boulevard"  # a priority that nothing is said of stays


def test_two_priorities_are_told(desk: Desk) -> None:
    rules = "  later: {select: {project: {name: Street}, subset: null}, set: {priority: 7}}\n"
    with pytest.raises(PlanError) as told:
        desk.plan(manifest(tasks=TASKS, rules=rules))
    assert "want different values for the priority of task 1 ('batch-1'): 1" in str(told.value)


def test_selected_by_priority(desk: Desk) -> None:
    desk.apply(manifest(tasks=TASKS + "  batch-3: {project: {name: Street}, priority: 5}\n"))

    def selected(said: str) -> list[int]:
        rule = f"  r: {{select: {{project: {{name: Street}}, priority: {said}}}, set: {{bug_tracker: 'http://x/1'}}}}\n"
        return sorted(change.task for change in desk.plan(manifest(rules=rule)).updates)

    assert selected("1") == [1]
    assert selected("[1, 5]") == [1, 3]
    assert selected("{max: 2}") == [1, 2]
    assert selected("{min: 2}") == [2, 3]
    assert selected("null") == [4]
    assert selected("[null, 2]") == [2, 4]


def test_names_that_become_too_long(desk: Desk) -> None:
    desk.patch("task", 3, name="x" * 254)
    rules = "  all: {select: {project: {name: Street}}, set: {priority: 1}}\n"
    with pytest.raises(PlanError, match=r"rule\.all makes the name of task 3 longer than CVAT's 256 characters"):
        desk.plan(manifest(rules=rules))


def test_what_is_ignored_keeps_its_name(desk: Desk) -> None:
    tasks = "  batch-1: {project: {name: Street}, lifecycle: {ignore: [priority]}}\n"
    desk.apply(manifest(tasks=tasks, rules=BY_RULE))
    assert (named(desk)[1], named(desk)[2]) == ("batch-1", "[P1] batch-2")


def test_one_target_renames_nothing_else(desk: Desk) -> None:
    desk.apply(manifest(rules=BY_RULE))
    other = manifest(settings=OTHERWISE, rules=BY_RULE)
    assert [change.task for change in desk.plan(other, "rule.urgent[1]").updates] == [1]


def test_once_means_once(desk: Desk) -> None:
    rules = BY_RULE.replace("{select", "{mode: once, select")
    desk.apply(manifest(rules=rules))
    desk.patch("task", 1, name="[P4] batch-1")
    assert desk.plan(manifest(rules=rules)).is_empty


def test_one_around_the_other_the_outermost_counts(desk: Desk) -> None:
    desk.patch("task", 4, name="[P2] [P3] batch-4")
    rule = '  r: {{select: {{name: "batch-4", priority: {}}}, set: {{priority: {}}}}}\n'
    outcome = desk.apply(manifest(rules=rule.format(2, 7)))
    assert (outcome.run.status, named(desk)[4]) == (RunStatus.DONE, "[P7] batch-4")
    desk.patch("task", 4, name="[P2] [P3] batch-4")
    outcome = desk.apply(manifest(rules=rule.format(2, "null")))
    assert outcome.run.status is RunStatus.DONE
    assert named(desk)[4] == "batch-4"


def test_also_in_two_formats(desk: Desk) -> None:
    desk.apply(manifest(rules=BY_RULE))
    desk.patch("task", 1, name="[P1] batch-1 (prio 4)")
    planned = desk.plan(manifest(settings=OTHERWISE, rules=BY_RULE.replace("priority: 1", "priority: null")))
    assert [one.after for change in planned.updates for one in change.fields] == ["batch-1", "batch-2"]


def test_what_is_remembered(desk: Desk) -> None:
    desk.apply(manifest(rules=BY_RULE))
    [one] = load_priorities(desk.store).used
    assert (one.format, one.tasks) == ("[P{priority}] {name}", (1, 2))
