from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import Location, PlanError
from reconciler.manifest.loading import in_order
from reconciler.sandbox import Sandbox

from .planning import Planning
from .test_cases import CASES
from .worlds import read_world

HEAD = "version: 1\norganization: acme\n"
WRONG = "settings: {limits: {max_changes: none at all}}\n"


@pytest.fixture
def planning(sandbox: Sandbox, tmp_path: Path) -> Planning:
    """The world of the cases."""
    sandbox.reset(read_world(CASES / "world.yaml"))
    return Planning(sandbox, tmp_path)


NAMED: dict[str, tuple[str, list[str]]] = {
    "people who get work": (
        "tasks:\n"
        "  a: {id: 11, assignee: nix, owner: alice}\n"
        "  b: {id: 12, job_overrides: [{frames: 0-9, assignee: nox}]}\n"
        "rules:\n"
        "  r: {select: {name: x}, set: {owner: nux, jobs: {assignee: zoe}}}\n",
        ["nix", "nox", "nux", "zoe"],
    ),
    "people selected by, once": (
        "rules:\n"
        "  r:\n"
        "    mode: once\n"
        "    select: {owner: nix, assignee: [bob, nox, null], job: {assignee: nux}}\n"
        "    set: {subset: x}\n",
        ["nix", "nox", "nux"],
    ),
    "people left out, at any depth": (
        "rules:\n"
        "  r:\n"
        "    select: {owner: old, not: {owner: nix, not: {assignee: [nox], not: {job: {assignee: nux}}}}}\n"
        "    set: {subset: x}\n",
        ["nix", "nox", "nux"],
    ),
    "labels": (
        "rules:\n"
        "  r: {mode: once, select: {labels: [car, carr]}, set: {subset: x}}\n"
        "  s: {select: {labels: gone, not: {labels: [vaan], not: {labels: boxx}}}, set: {bug_tracker: null}}\n",
        ["carr", "vaan", "boxx"],
    ),
    "projects": (
        "rules:\n"
        "  r: {select: {project: [Street scenes, Nix, {name: Nox}, {id: 77}]}, set: {subset: x}}\n"
        "  s: {select: {name: x, not: {project: Nux, not: {project: [{id: 78}]}}}, set: {bug_tracker: null}}\n",
        ["Nix", "{name: Nox}", "{id: 77}", "Nux", "{id: 78}"],
    ),
    "tasks": (
        "tasks:\n"
        "  a: {id: 998, subset: x}\n"
        "  b: {id: 997, ensure: absent}\n"
        "  c: {id: 994, project: Street scenes, data: {share: [a.jpg]}}\n"
        "rules:\n"
        "  r: {select: {id: [11, 996], not: {id: [995]}}, set: {subset: x}}\n",
        ["998", "994", "996"],
    ),
}


@pytest.mark.parametrize(("text", "named"), NAMED.values(), ids=NAMED.keys())
def test_what_a_plan_would_say_is_said_of_a_manifest_that_does_not_hold_together(
    planning: Planning, text: str, named: list[str]
) -> None:
    with pytest.raises(PlanError) as refused:
        planning.plan(HEAD + text)
    in_a_plan = in_order([one for one in refused.value.problems if one.severity == "error"])
    assert planning.unknown(HEAD + text) == in_a_plan
    unsound = HEAD + WRONG + text
    told = planning.unknown(unsound)
    assert [(one.what, one.hint) for one in told] == [(one.what, one.hint) for one in in_a_plan]
    for name, problem in zip(named, told, strict=True):
        assert name.strip("{}").rpartition(" ")[2] in problem.what
        assert problem.where is not None
        assert _from(problem.where, unsound).startswith(name)


def _from(where: Location, text: str) -> str:
    """The text from a place on."""
    return text.splitlines()[where.line - 1][where.column - 1 :]


QUIET: dict[str, tuple[str, Mapping[str, Any], Mapping[str, Any]]] = {
    "a rule that always holds may outlive them": (
        "rules:\n  r: {select: {owner: nix, labels: boat}, set: {subset: x}}\n",
        {},
        {},
    ),
    "who is shown by tasks exists": (
        "rules:\n  r: {mode: once, select: {id: 12, assignee: gone}, set: {subset: x}}\n",
        {},
        {},
    ),
    "a rule that has selected": (
        "rules:\n  r: {mode: once, select: {project: Nix, owner: nox, id: 998}, set: {owner: nux}}\n",
        {"r": {"selected": [11], "done": [11]}},
        {},
    ),
    "what is to go": ("tasks:\n  a: {id: 998, ensure: absent, assignee: nix}\n", {}, {}),
    "a task that was made anew": ("tasks:\n  a: {id: 998, subset: x}\n", {}, {"task.a": {"id": 11, "name": "a"}}),
    "a key of a project": (
        "projects: {nix: {}}\ntasks:\n  a: {id: 11, project: nix}\n",
        {},
        {},
    ),
}


@pytest.mark.parametrize(("text", "ledger", "bindings"), QUIET.values(), ids=QUIET.keys())
def test_nothing_is_said_of(
    planning: Planning, text: str, ledger: Mapping[str, Any], bindings: Mapping[str, Any]
) -> None:
    if "gone" in text:
        _leaves_with_a_task(planning.sandbox)
    assert planning.unknown(HEAD + WRONG + text, ledger=ledger, bindings=bindings) == []


def _leaves_with_a_task(sandbox: Sandbox) -> None:
    """Somebody who is no member any more, and has a task."""
    world = read_world(CASES / "world.yaml")
    gone = {"id": 90, "username": "gone"}
    world["users"] = [*world["users"], gone]
    next(one for one in world["tasks"] if one["id"] == 12)["assignee"] = gone
    sandbox.reset(world)


def test_values_that_were_reported_are_not_looked_up(planning: Planning) -> None:
    text = (
        'tasks:\n  a: {id: "${vars.nope}", project: "${vars.nope}"}\n  b: {id: 11, project: {name: "${vars.nope}"}}\n'
        'rules:\n  r: {mode: once, select: {project: ["${vars.nope}", Nix], owner: "${vars.nope}", '
        'labels: "${vars.nope}"}, set: {subset: x}}\n'
    )
    [problem] = planning.unknown(HEAD + text)
    assert "'Nix'" in problem.what


def test_where_nothing_is_named_nothing_is_asked(planning: Planning) -> None:
    assert planning.unknown(HEAD + WRONG + "rules:\n  r: {select: {name: x}, set: {subset: x}}\n") == []
    assert planning.sandbox.requests == []
