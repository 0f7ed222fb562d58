"""Rules that feed each other: whatever they are, one apply does it all, and it goes back."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from reconciler.errors import ManifestError, PlanError
from reconciler.history.model import RunStatus
from reconciler.plan.workflow import job_status
from tests.apply.desk import Desk, without_dates
from tests.laws.sitting import Sit
from tests.laws.worlds import PEOPLE, STAGES, STATES, SUBSETS, World, people, worlds

subsets = st.sampled_from([subset or None for subset in SUBSETS])
statuses = st.sampled_from(["annotation", "validation", "completed"])


@st.composite
def selections(draw: st.DrawFn) -> dict[str, Any]:
    select: dict[str, Any] = draw(
        st.fixed_dictionaries({}, optional={"subset": subsets, "assignee": people, "status": statuses})
    )
    job = draw(
        st.fixed_dictionaries(
            {}, optional={"stage": st.sampled_from(STAGES), "state": st.sampled_from(STATES), "assignee": people}
        )
    )
    if job and (not select or draw(st.booleans())):
        select["job"] = job
    if draw(st.integers(0, 3)) == 0:
        select["not"] = draw(
            st.one_of(subsets.map(lambda one: {"subset": one}), people.map(lambda one: {"assignee": one}))
        )
    return select or {"name": "batch-*"}


@st.composite
def settings_of_rules(draw: st.DrawFn) -> dict[str, Any]:
    jobs = st.fixed_dictionaries(
        {}, optional={"stage": st.sampled_from(STAGES), "state": st.sampled_from(STATES), "assignee": people}
    )
    wanted: dict[str, Any] = draw(
        st.fixed_dictionaries(
            {}, optional={"subset": subsets, "assignee": people, "owner": st.sampled_from(PEOPLE[1:]), "jobs": jobs}
        )
    )
    wanted = {name: value for name, value in wanted.items() if value != {}}
    return wanted or {"subset": draw(subsets)}


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Two to four rules, one of which may share work out."""
    found: dict[str, Any] = {}
    for number in range(draw(st.integers(2, 4))):
        rule: dict[str, Any] = {"select": draw(selections()), "set": draw(settings_of_rules())}
        rule["mode"] = draw(st.sampled_from(["always", "always", "always", "once"]))
        found[f"r{number}"] = rule
    if draw(st.booleans()):
        team = draw(st.lists(st.sampled_from(PEOPLE[1:]), min_size=1, unique=True))
        found["share"] = {
            "select": draw(selections()),
            "assign": {"to": team, "by": draw(st.sampled_from(["job", "task"]))},
        }
    return json.dumps({"version": 1, "rules": found})


def managed(desk: Desk) -> Any:
    dump = without_dates(desk.sandbox.dump())
    return {"tasks": dump["tasks"], "jobs": dump["jobs"]}


def consistent(world: World) -> World:
    """Without statuses that are stale: those are renewed by whatever is written, and cannot come back."""
    for job in world["jobs"]:
        job["status"] = job_status(job["stage"], job["state"])
    for task in world["tasks"]:
        stored = {job["status"] for job in world["jobs"] if job["task_id"] == task["id"]}
        named = [status for status in ("annotation", "validation", "completed") if status in stored]
        task["status"] = named[0] if named else task["status"]
    return world


@given(worlds(), rules())
@settings(
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
def test_one_apply_does_it_all_and_it_goes_back(sit: Sit, world: World, text: str) -> None:
    desk = sit(consistent(world))
    start = managed(desk)
    try:
        plan = desk.plan(text)
        assert desk.plan(text) == plan, "planning twice gives the same plan"
    except (ManifestError, PlanError):  # they contradict each other, or go round
        assume(False)
    outcome = desk.apply(plan)
    assert (outcome.run.status, outcome.run.note) == (RunStatus.DONE, None)
    assert desk.plan(text).is_empty, "after an apply nothing is left to do"
    back = desk.rollback(outcome.run.id)
    assert back.run.status is RunStatus.DONE
    assert managed(desk) == start, "a rollback restores every field"
