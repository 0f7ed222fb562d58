"""Laws that hold for any world and any manifest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.errors import PlanError
from reconciler.plan.model import Plan
from reconciler.sandbox import Sandbox

from .conftest import Put
from .observed import Server, job, plan_for, task
from .planning import Planning
from .worlds import build_world

STAGES = ("annotation", "validation", "acceptance")
STATES = ("new", "in progress", "completed", "rejected")
STATUSES = ("annotation", "validation", "completed")
USERS = ("alice", "bob")

positions = st.tuples(st.sampled_from(STAGES), st.sampled_from(STATES), st.sampled_from(["", " @alice", " @bob"]))
jobs = st.lists(st.tuples(positions, st.sampled_from(["", "", " ground_truth"])), max_size=3)
tasks = st.lists(st.tuples(jobs, st.sampled_from(["", "Train"]), st.none() | st.sampled_from(STATUSES)), max_size=4)
people = st.none() | st.sampled_from(USERS)


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, Any]:
    """A project with a few tasks, some with a status that is stale."""
    described: dict[int, Any] = {}
    for number, (of_task, subset, status) in enumerate(draw(tasks), 1):
        texts = {
            number * 10 + place: f"{place * 10}-{place * 10 + 9} {stage}/{state}{assignee}{kind}"
            for place, ((stage, state, assignee), kind) in enumerate(of_task)
        }
        described[number] = {"name": f"t{number}", "project": 1, "subset": subset, "jobs": texts}
        if status is not None and texts:
            described[number]["status"] = status
    return {"organization": "acme", "users": list(USERS), "projects": {1: {"name": "P"}}, "tasks": described}


@st.composite
def manifests(draw: st.DrawFn) -> dict[str, Any]:
    """One rule; what it sets does not contradict itself."""
    wanted: dict[str, Any] = {}
    if draw(st.booleans()):
        wanted["subset"] = draw(st.sampled_from([None, "Train", "Val"]))
    if draw(st.booleans()):
        wanted["assignee"] = draw(people)
    of_jobs: dict[str, Any] = {"assignee": draw(people)} if draw(st.booleans()) else {}
    if draw(st.booleans()):
        wanted["status"] = draw(st.sampled_from(STATUSES))
    else:
        of_jobs |= draw(
            st.fixed_dictionaries({}, optional={"stage": st.sampled_from(STAGES), "state": st.sampled_from(STATES)})
        )
    if of_jobs:
        wanted["jobs"] = of_jobs
    wanted = wanted or {"subset": "Val"}
    select = draw(
        st.sampled_from(
            [
                {"project": "P"},
                {"name": "t[12]"},
                {"project": "P", "job": {"stage": ["annotation", "validation"]}},
                {"not": {"subset": "Train"}},
                {"job": {"assignee": None}},
            ]
        )
    )
    return {"version": 1, "rules": {"r": {"mode": "once", "select": select, "set": wanted}}}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(worlds(), manifests())
def test_applied_nothing_is_left_to_do(
    sandbox: Sandbox, tmp_path: Path, world: dict[str, Any], manifest: dict[str, Any]
) -> None:
    sandbox.reset(build_world(world))
    planning = Planning(sandbox, tmp_path)
    loaded = planning.load(json.dumps(manifest))
    plan = planning.plan(loaded)
    assert planning.plan(loaded) == plan
    addresses = [change.address for change in plan.changes]
    assert len(set(addresses)) == len(addresses)

    planning.apply(plan)

    statuses = {one["id"]: one["status"] for one in sandbox.dump()["tasks"]}
    for change in plan.updates:
        for field in change.fields:
            if field.path == ("status",):
                assert statuses[change.task] == field.after
    rule = plan.rules[0]
    ledger = {"r": {"selected": rule.selected, "selected_jobs": rule.selected_jobs}}
    assert planning.plan(loaded, ledger=ledger).is_empty


def test_a_manifest_that_writes_nothing_plans_nothing(put: Put) -> None:
    planning = put({"tasks": {1: {"name": "t"}}})
    plan = planning.plan("version: 1\n")
    assert (plan.changes, plan.rules, plan.is_empty) == ((), (), True)


def test_planning_never_writes(put: Put) -> None:
    planning = put({"tasks": {1: {"name": "t", "jobs": {11: "0-9 acceptance/completed"}}}})
    planning.plan("version: 1\nrules:\n  r: {mode: once, select: {name: t}, set: {status: annotation, subset: S}}\n")
    assert {one.method for one in planning.sandbox.requests} == {"GET"}


def test_changes_are_in_the_order_of_tasks_and_their_jobs() -> None:
    document = {"rules": {"r": {"select": {"name": "*"}, "set": {"subset": "S", "jobs": {"assignee": "bob"}}}}}
    server = Server([task(1), task(2)], [job(number, of) for number, of in ((12, 2), (13, 1), (14, 2), (15, 1))])
    changes = plan_for(server, document).changes
    assert [(change.kind, change.id) for change in changes] == [
        ("task", 1),
        ("job", 13),
        ("job", 15),
        ("task", 2),
        ("job", 12),
        ("job", 14),
    ]


def test_a_saved_plan_is_the_plan() -> None:
    document = {"rules": {"r": {"select": {"name": "*"}, "set": {"status": "annotation", "assignee": "bob"}}}}
    plan = plan_for(Server([task(status="completed")], [job(stage="acceptance", state="completed")]), document)
    assert Plan.model_validate_json(plan.model_dump_json()) == plan


def test_one_of_two_rules_over_a_task_can_be_targeted() -> None:
    """The address of a change is that of the first rule; it is found by the second all the same."""
    rules = {
        "a": {"select": {"name": "*"}, "set": {"subset": "S"}},
        "b": {"select": {"name": "*"}, "set": {"assignee": "bob"}},
    }
    plan = plan_for(Server([task(1), task(2)]), {"rules": rules}, "rule.b[1]", "rule.a[2]")
    changed = [(change.address, [field.path for field in change.fields]) for change in plan.updates]
    assert changed == [("rule.b[1]", [("assignee",)]), ("rule.a[2]", [("subset",)])]


def test_a_block_that_is_not_targeted_need_not_be_there() -> None:
    document = {"tasks": {"t1": {"subset": "S"}, "gone": {"subset": "S"}}}
    assert len(plan_for(Server([task(1)]), document, "task.t1").updates) == 1
    with pytest.raises(PlanError, match="there is no task called 'gone'"):
        plan_for(Server([task(1)]), document)


def test_a_selection_that_others_share_is_not_rested_on() -> None:
    rules = {
        "wants-what-is": {"select": {"status": "completed"}, "set": {"subset": "S"}},
        "wants-more": {"select": {"name": "t*"}, "set": {"assignee": "bob"}},
    }
    (change,) = plan_for(Server([task(status="completed", subset="S")]), {"rules": rules}).updates
    assert change.rests_on == {"task.name": "t1"}


def test_a_rule_that_disagrees_over_five_hundred_tasks_is_one_problem() -> None:
    rules = {
        "a": {"select": {"name": "*"}, "set": {"jobs": {"assignee": "alice"}}},
        "b": {"select": {"status": "annotation"}, "set": {"jobs": {"assignee": "bob"}}},
    }
    held = [task(number, status="annotation") for number in range(1, 501)]
    with pytest.raises(PlanError) as refused:
        plan_for(Server(held, [job(1000 + one.id, one.id) for one in held]), {"rules": rules})
    (problem,) = refused.value.problems
    assert "of job 1001 of task 1 and of 499 more" in problem.what


def test_a_task_of_a_project_that_cannot_be_seen_still_counts() -> None:
    document = {"settings": {"limits": {"max_changed_percent": 50}}, "tasks": {"t1": {"subset": "S"}}}
    assert plan_for(Server([task(1, project_id=7)]), document).scope == 1
