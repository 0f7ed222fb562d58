"""Random manifests over a world. Each field has one block or rule that may set it, so that none contradict."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from .worlds import PROJECTS, STAGES, STATES, SUBSETS, TRACKERS, World, people

_STATUSES = ("annotation", "validation", "completed")


@st.composite
def manifests(draw: st.DrawFn, world: World) -> str:
    """A manifest as text: task blocks and up to two rules, or one rule that selects by what it changes."""
    if draw(st.booleans()):
        rule = {"mode": "once", "select": draw(_by_workflow()), "set": draw(_workflow(overrides=False))}
        return json.dumps({"version": 1, "rules": {"move": rule}})
    whose = {field: draw(st.integers(0, 2)) for field in ("subset", "bug_tracker", "assignee", "workflow")}
    blocks = draw(st.lists(st.sampled_from(world["tasks"]), unique_by=lambda task: task["id"], min_size=1))
    tasks = {f"task-{task['id']}": draw(_block(task, world, whose)) for task in blocks}
    rules = {f"rule-{number}": draw(_rule(number, world, whose)) for number in (1, 2)}
    setting = {key: rule for key, rule in rules.items() if rule["set"]}
    return json.dumps({"version": 1, "tasks": tasks, "rules": setting})


def unchanging(world: World) -> str:
    """A manifest that wants everything to be as it is."""
    tasks = {}
    for task in world["tasks"]:
        overrides = [
            {"job": job["id"], "stage": job["stage"], "state": job["state"], "assignee": _name(job["assignee"])}
            for job in world["jobs"]
            if job["task_id"] == task["id"]
        ]
        tasks[f"task-{task['id']}"] = {
            "id": task["id"],
            "name": task["name"],
            "subset": task["subset"] or None,
            "bug_tracker": task["bug_tracker"] or None,
            "assignee": _name(task["assignee"]),
            "owner": _name(task["owner"]),
            "job_overrides": overrides,
        }
    return json.dumps({"version": 1, "tasks": tasks})


def _name(user: dict[str, Any] | None) -> str | None:
    return str(user["username"]) if user else None


@st.composite
def _block(draw: st.DrawFn, task: dict[str, Any], world: World, whose: dict[str, int]) -> dict[str, Any]:
    block: dict[str, Any] = {"id": task["id"], **draw(_own_fields(whose, 0))}
    if draw(st.booleans()):
        block["name"] = f"renamed-{task['id']}"
    jobs = [job["id"] for job in world["jobs"] if job["task_id"] == task["id"]]
    if whose["workflow"] == 0:
        block |= draw(_workflow(overrides=bool(jobs)))
    if "job_overrides" in block:
        block["job_overrides"] = [{"job": draw(st.sampled_from(jobs)), **block["job_overrides"]}]
    return block


@st.composite
def _rule(draw: st.DrawFn, number: int, world: World, whose: dict[str, int]) -> dict[str, Any]:
    wanted = draw(_own_fields(whose, number))
    if whose["workflow"] == number:
        wanted |= draw(_workflow(overrides=False))
    ids = st.lists(st.sampled_from([task["id"] for task in world["tasks"]]), min_size=1, unique=True)
    select = draw(
        st.one_of(
            st.fixed_dictionaries({"project": st.sampled_from(PROJECTS).map(lambda number: {"id": number})}),
            st.fixed_dictionaries({"id": ids}),
            st.just({"name": "batch-*"}),
        )
    )
    return {"mode": "once" if whose["workflow"] == number else "always", "select": select, "set": wanted}


@st.composite
def _own_fields(draw: st.DrawFn, whose: dict[str, int], who: int) -> dict[str, Any]:
    values = {
        "subset": st.sampled_from(SUBSETS).map(lambda value: value or None),
        "bug_tracker": st.sampled_from(TRACKERS).map(lambda value: value or None),
        "assignee": people,
    }
    return {field: draw(value) for field, value in values.items() if whose[field] == who and draw(st.booleans())}


@st.composite
def _workflow(draw: st.DrawFn, *, overrides: bool) -> dict[str, Any]:
    stage, state, assignee = st.sampled_from(STAGES), st.sampled_from(STATES), people
    spot = st.one_of(
        st.fixed_dictionaries({"stage": stage}, optional={"state": state, "assignee": assignee}),
        st.fixed_dictionaries({"state": state}),
        st.fixed_dictionaries({"assignee": assignee}),
    )
    wanted: dict[str, Any] = draw(
        st.one_of(
            st.fixed_dictionaries({"status": st.sampled_from(_STATUSES)}, optional={"jobs": _assigned()}),
            st.fixed_dictionaries({"jobs": spot}),
        )
    )
    if overrides and draw(st.booleans()):
        wanted["job_overrides"] = draw(spot)
    return wanted


def _assigned() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"assignee": people})


def _by_workflow() -> st.SearchStrategy[dict[str, Any]]:
    status = st.sampled_from(_STATUSES).map(lambda value: {"status": value})
    job = st.one_of(
        st.sampled_from(STAGES).map(lambda value: {"stage": value}),
        st.sampled_from(STATES).map(lambda value: {"state": value}),
        people.map(lambda value: {"assignee": value}),
    ).map(lambda value: {"job": value})
    return st.one_of(status, job)
