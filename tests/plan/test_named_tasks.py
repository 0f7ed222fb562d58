from __future__ import annotations

import json
from urllib.parse import quote

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import PlanError
from reconciler.plan.named_tasks import in_requests

from .conftest import Put

HOSTILE = [
    'it\'s 100% "quoted"',
    "back\\slash",
    "tab\tand newline\nin it",
    "ünïcödé ﷽",
    "🚗🚕🚙",
    '{"in": [1, 2]}',
    "a,b;c&d=e#f?g+h",
    "null",
    "rule.r[42].job[7]",
    "\u202eright to left",
    "x" * 256,
    "🚗" * 64,
]


def test_any_name_finds_its_task(put: Put) -> None:
    planning = put({"tasks": {number: {"name": name} for number, name in enumerate(HOSTILE, 1)}})
    blocks = {f"k{number}": {"name": name, "subset": "S"} for number, name in enumerate(HOSTILE, 1)}
    plan = planning.plan(yaml.safe_dump({"version": 1, "tasks": blocks}))
    assert [change.id for change in plan.updates] == list(range(1, len(HOSTILE) + 1))


def test_case_counts(put: Put) -> None:
    planning = put({"tasks": {1: {"name": "Batch"}, 2: {"name": "batch"}}})
    (change,) = planning.plan("version: 1\ntasks:\n  batch: {subset: S}\n").updates
    assert change.id == 2


def test_five_hundred_names_take_few_requests(put: Put) -> None:
    planning = put({"tasks": {number: {"name": f"task number {number}"} for number in range(1, 501)}})
    blocks = {f"k{number}": {"name": f"task number {number}", "subset": "S"} for number in range(1, 501)}
    plan = planning.plan(yaml.safe_dump({"version": 1, "tasks": blocks}))
    assert plan.summary.tasks_to_change == 500
    assert len(planning.sandbox.requests) < 12


def test_five_hundred_wrong_names_are_looked_for_once(put: Put) -> None:
    planning = put({"tasks": {1: {"name": "task number 1"}}})
    blocks = {f"k{number}": {"name": f"tusk number {number}", "subset": "S"} for number in range(1, 501)}
    with pytest.raises(PlanError) as refused:
        planning.plan(yaml.safe_dump({"version": 1, "tasks": blocks}))
    assert len(refused.value.problems) == 500
    assert sum(problem.hint is not None for problem in refused.value.problems) == 20
    assert len(planning.sandbox.requests) < 14


def test_one_name_in_two_projects_is_told_apart_by_the_project(put: Put) -> None:
    world = {
        "projects": {1: {"name": "A"}, 2: {"name": "B"}},
        "tasks": {1: {"name": "t", "project": 1}, 2: {"name": "t", "project": 2}, 3: {"name": "t"}},
    }
    planning = put(world)
    (change,) = planning.plan("version: 1\ntasks:\n  t: {project: B, subset: S}\n").updates
    assert change.id == 2
    with pytest.raises(PlanError, match="3 tasks are called 't': 1, 2 and 3"):
        planning.plan("version: 1\ntasks:\n  t: {subset: S}\n")


def test_a_task_of_another_organization_is_not_there(put: Put) -> None:
    planning = put({"organization": "acme", "tasks": {1: {"name": "t"}}})
    planning.organization = ""
    with pytest.raises(PlanError, match="there is no task 1, or you cannot see it in this organization"):
        planning.plan("version: 1\ntasks:\n  t: {id: 1, subset: S}\n")


def test_a_task_renamed_before_it_is_read_is_not_taken_for_another(put: Put) -> None:
    planning = put({"tasks": {1: {"name": "old"}}})
    rename = lambda: planning.sandbox.api("PATCH", "/api/tasks/1", json={"name": "new"})  # noqa: E731
    planning.sandbox.before("GET", "^/api/tasks", rename)
    with pytest.raises(PlanError, match="there is no task called 'old'"):
        planning.plan("version: 1\ntasks:\n  old: {subset: S}\n")


@given(st.lists(st.text(min_size=1, max_size=256), max_size=60))
def test_portions_fit_and_lose_nothing(names: list[str]) -> None:
    portions = list(in_requests(names))
    assert [name for portion in portions for name in portion] == names
    for portion in portions:
        encoded = len(quote(json.dumps(portion, ensure_ascii=False, separators=(",", ":")), safe="", errors="ignore"))
        assert encoded <= 4100 or len(portion) == 1
