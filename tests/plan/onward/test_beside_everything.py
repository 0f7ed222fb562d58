"""Rules that feed each other beside all else that a manifest may say: moves, labels, deletions, priorities, targets."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.errors import PlanError
from reconciler.history.model import RunStatus
from tests.apply.desk import Desk
from tests.laws.sitting import Sit
from tests.plan.worlds import build_world

LINK = "https://tracker.example/1"


def world(tasks: dict[int, dict[str, Any]], *labels: str) -> Any:
    projects = {1: {"name": "Street", "labels": [*labels]}, 2: {"name": "Yard", "labels": [*labels]}}
    named = {number: {"name": f"task-{number}", "project": 1} | task for number, task in tasks.items()}
    return build_world({"users": ["alice", "bob", "carol"], "projects": projects, "tasks": named})


def manifest(rules: str, rest: str = "") -> str:
    return f"version: 1\n{rest}rules:\n{rules}"


def applied(desk: Desk, text: str) -> None:
    """One apply, proven, after which there is nothing to do."""
    outcome = desk.apply(text)
    assert (outcome.run.status, outcome.run.note, outcome.run.unproven) == (RunStatus.DONE, None, ())
    assert desk.plan(text).is_empty


def test_a_block_that_moves_its_task_is_heard_to_the_end(sit: Sit) -> None:
    desk = sit(world({11: {"subset": "A"}}))
    rules = f'  r: {{select: {{subset: Z}}, set: {{bug_tracker: "{LINK}"}}}}\n'
    applied(
        desk, manifest(rules, "tasks: {a: {id: 11, project: Yard, subset: Z, lifecycle: {ignore: [bug_tracker]}}}\n")
    )
    assert (desk.task(11)["project_id"], desk.task(11)["bug_tracker"]) == (2, "")
    against = manifest(rules, "tasks: {a: {id: 11, project: Yard, subset: Z, bug_tracker: https://other.example}}\n")
    desk = sit(world({11: {"subset": "A"}}))
    with pytest.raises(PlanError, match="want different values for the bug_tracker of task 11"):
        desk.plan(against)


@pytest.mark.parametrize("selected", ["Street", "Yard"])
def test_what_the_plan_moves_is_selected_where_it_is_and_where_it_comes_to(sit: Sit, selected: str) -> None:
    desk = sit(world({11: {}, 12: {}}))
    rules = f'  r: {{select: {{project: {selected}}}, set: {{bug_tracker: "{LINK}"}}}}\n'
    applied(desk, manifest(rules, "tasks: {a: {id: 11, project: Yard}}\n"))
    assert desk.task(11)["project_id"] == 2
    assert desk.task(11)["bug_tracker"] == LINK
    assert desk.task(12)["bug_tracker"] == (LINK if selected == "Street" else "")


def test_labels_that_the_plan_makes_are_selected_by(sit: Sit) -> None:
    desk = sit(world({11: {}}, "car"))
    rules = f'  van: {{select: {{labels: van}}, set: {{bug_tracker: "{LINK}"}}}}\n'
    rules += "  boat: {select: {labels: boat}, set: {assignee: bob}}\n"
    labels = "projects: {s: {name: Street, labels: {van: {renamed_from: car}, boat: {}}}}\n"
    plan = desk.plan(manifest(rules, labels))
    assert plan.warnings == ()
    applied(desk, manifest(rules, labels))
    assert (desk.task(11)["bug_tracker"], desk.task(11)["assignee"]["username"]) == (LINK, "bob")


def test_a_project_that_is_gone_is_no_matter(sit: Sit) -> None:
    desk = sit(world({11: {"subset": "A"}}))
    rules = "  r: {select: {subset: A}, set: {subset: B}}\n  s: {select: {subset: B}, set: {assignee: bob}}\n"
    applied(desk, manifest(rules, "projects: {gone: {id: 77, ensure: absent}}\n"))


def test_priorities_that_follow_one_another(sit: Sit) -> None:
    """Names in between stand nowhere: nobody is told of them, and none is taken."""
    desk = sit(world({11: {"name": "a", "subset": "A"}, 12: {"name": "[P2] a"}}))
    settings = 'settings: {priority: {format: "[P{priority}] {name}"}}\n'
    rules = "  one: {select: {subset: A}, set: {priority: 1}}\n"
    rules += "  two: {select: {priority: 1}, set: {subset: Z}}\n"
    rules += "  three: {select: {subset: Z}, set: {priority: 2}}\n"
    assert desk.plan(manifest(rules, settings)).warnings == ()
    applied(desk, manifest(rules, settings))
    assert (desk.task(11)["name"], desk.task(11)["subset"]) == ("[P2] a", "Z")


def test_begun_is_what_is_begun_now(sit: Sit) -> None:
    """The plan itself starts the jobs anew: carol has begun nothing then, and yet had finished it before."""
    jobs = [{n: "0-9 annotation/completed"} for n in (1, 2)]
    desk = sit(world({10 + n: {"assignee": "carol", "jobs": jobs[n - 1]} for n in (1, 2)}))
    rules = "  rev: {select: {project: Street, job: {stage: annotation, state: completed}}, "
    rules += "set: {subset: R, jobs: {stage: validation, state: new}}}\n"
    applied(desk, manifest(rules + "  share: {select: {subset: R}, assign: {to: [carol, alice], by: task}}\n"))
    assert sorted(desk.task(number)["assignee"]["username"] for number in (11, 12)) == ["alice", "carol"]


def test_what_is_taken_at_every_apply_stays_with_whoever_has_it(sit: Sit) -> None:
    """It is selected again whoever gets it: giving it to others would go round for ever."""
    jobs = {1: "0-9 annotation/rejected @bob", 2: "10-19 annotation/new @alice"}
    desk = sit(world({11: {"jobs": jobs}}))
    rejected = "{project: Street, job: {stage: annotation, state: rejected}}"
    rules = f"  free: {{select: {rejected}, set: {{jobs: {{assignee: null}}}}}}\n"
    rules += "  share: {select: {project: Street}, assign: {to: [bob, alice]}}\n"
    assert desk.plan(manifest(rules)).is_empty


def test_what_is_given_once_counts_for_what_is_shared_out(sit: Sit) -> None:
    jobs = {1: "0-9 annotation/new @carol", 2: "10-19 annotation/in progress @bob"}
    desk = sit(world({11: {"subset": "B", "jobs": jobs}}))
    rules = "  share: {select: {subset: B}, assign: {to: [carol, bob]}}\n"
    rules += "  given: {mode: once, select: {project: Street}, set: {jobs: {assignee: bob}}}\n"
    applied(desk, manifest(rules))
    assert (desk.job(1)[2], desk.job(2)[2]) == ("carol", "bob")


CHAIN = "  one: {select: {subset: A}, set: {subset: B}}\n  two: {select: {subset: B}, set: {assignee: bob}}\n"


def test_targets_of_a_chain(sit: Sit) -> None:
    """A block that is not targeted, and whose task is not there, is no matter; what has a part in it is not unmet."""
    desk = sit(world({11: {"subset": "A"}, 12: {"subset": "A"}}))
    (desk.folder / "one.png").write_bytes(b"x")
    new = "tasks: {new: {project: Street, data: {files: [one.png]}, lifecycle: {ignore: [subset]}}}\n"
    plan = desk.plan(manifest(CHAIN, new), "rule.one[11]", "rule.two")
    assert plan.warnings == ()
    assert [(change.task, [field.path[0] for field in change.fields]) for change in plan.updates] == [
        (11, ["subset", "assignee"])
    ]


def test_a_long_way_is_no_circle(sit: Sit) -> None:
    """A counter of four digits, as it were: every rule acts again and again, and it ends."""
    desk = sit(world({11: {"owner": "bob", "assignee": "bob", "subset": "B"}}))
    rules = "  a: {select: {subset: B}, set: {subset: C}}\n"
    rules += "  b: {select: {subset: C, assignee: bob}, set: {subset: B, assignee: carol}}\n"
    rules += "  c: {select: {subset: C, assignee: carol, owner: bob}, set: {subset: B, assignee: bob, owner: carol}}\n"
    applied(desk, manifest(rules))
    task = desk.task(11)
    assert (task["subset"], task["assignee"]["username"], task["owner"]["username"]) == ("C", "carol", "carol")


def test_jobs_of_what_the_plan_renames_or_moves_are_found(sit: Sit) -> None:
    """The server's own filters find them by the name and the project that they have now."""
    jobs = {1: "0-9 annotation/new"}
    desk = sit(world({11: {"name": "yard-1", "jobs": jobs}}))
    rules = '  r: {select: {name: "street*", job: {state: new}}, set: {bug_tracker: "https://tracker.example/1"}}\n'
    applied(desk, manifest(rules, "tasks: {a: {id: 11, name: street-1}}\n"))
    assert (desk.task(11)["name"], desk.task(11)["bug_tracker"]) == ("street-1", LINK)
    desk = sit(world({11: {"jobs": jobs}}))
    rules = "  r: {select: {project: Yard, job: {state: new}}, set: {jobs: {assignee: bob}}}\n"
    applied(desk, manifest(rules, "tasks: {a: {id: 11, project: Yard}}\n"))
    assert (desk.task(11)["project_id"], desk.job(1)[2]) == (2, "bob")


def test_begun_changes_by_the_plans_own_writes(sit: Sit) -> None:
    jobs = {1: "0-9 annotation/completed"}
    desk = sit(
        world(
            {
                11: {"assignee": "alice", "jobs": jobs},
                12: {"assignee": "alice", "jobs": {2: "0-9 acceptance/completed"}},
            }
        )
    )
    rules = "  reopen: {mode: once, select: {project: Street, assignee: alice}, set: {status: annotation}}\n"
    applied(desk, manifest(rules + "  share: {select: {project: Street}, assign: {by: task, to: [alice, bob]}}\n"))


def test_who_loses_everything_stays_in_the_table(sit: Sit) -> None:
    jobs = {number: f"{number}0-{number}9 annotation/new @carol" for number in (1, 2)}
    desk = sit(world({11: {"subset": "A", "jobs": jobs}}))
    rules = "  share: {select: {project: Street, job: {assignee: carol}}, assign: {to: [alice]}}\n"
    rules += "  on: {select: {subset: A}, set: {subset: B}}\n  marked: {select: {subset: B}, set: {assignee: bob}}\n"
    plan = desk.plan(manifest(rules))
    assert [(load.person, load.before, load.after) for load in plan.assignments] == [("alice", 0, 2), ("carol", 2, 0)]
    applied(desk, manifest(rules))
