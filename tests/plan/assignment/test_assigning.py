"""Sharing out as a whole, over real HTTP: planned, applied, proven, changed, taken back."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.apply.staleness import StalePlanError
from reconciler.errors import PlanError
from reconciler.history.annotators import recorded_annotators
from reconciler.history.model import RunStatus
from reconciler.history.runs import runs
from reconciler.sandbox import Sandbox
from tests.apply.desk import Desk, seated
from tests.laws.sitting import Sit
from tests.laws.worlds import World, worlds
from tests.plan.worlds import build_world

DOCS = Path(__file__).parents[3] / "docs" / "assignment.md"
PEOPLE = ("alice", "bob", "carol")


def plain_world(jobs: dict[int, str], more: dict[int, Any] | None = None) -> World:
    """One task with these jobs, and more tasks."""
    described = {"users": ["alice", "bob", "carol", "dan"], "projects": {1: {"name": "Street"}}}
    return build_world(described | {"tasks": {11: {"name": "one", "project": 1, "jobs": jobs}} | (more or {})})


def rule(*to: str, **assign: Any) -> str:
    return json.dumps(
        {"version": 1, "rules": {"share": {"select": {"project": "Street"}, "assign": {"to": to, **assign}}}}
    )


def holders(desk: Desk) -> dict[int, str | None]:
    return {job["id"]: _name(job["assignee"]) or None for job in desk.sandbox.dump()["jobs"]}


def applied(desk: Desk, text: str) -> set[int]:
    """Apply; the jobs that changed hands. Afterwards nothing is left to do."""
    before = holders(desk)
    outcome = desk.apply(text)
    assert (outcome.run.status, outcome.run.note) == (RunStatus.DONE, None)
    assert desk.plan(text).is_empty
    return {number for number, person in holders(desk).items() if person != before[number]}


def managed(desk: Desk) -> Any:
    """Who has what, and where it stands."""
    dump = desk.sandbox.dump()
    jobs = [(job["id"], job["stage"], job["state"], _name(job["assignee"])) for job in dump["jobs"]]
    return sorted(jobs), sorted((task["id"], _name(task["assignee"])) for task in dump["tasks"])


def _name(user: dict[str, Any] | None) -> str:
    return str(user["username"]) if user else ""


def test_a_teams_life(sit: Sit) -> None:
    """The example of the documentation: shared out, somebody joins, begins, leaves; everything is taken back."""
    desk = sit(plain_world({number: f"{number * 10}-{number * 10 + 9} annotation/new" for number in range(1, 13)}))
    start = managed(desk)
    assert applied(desk, rule("alice", "bob")) == set(range(1, 13))
    assert Counter(holders(desk).values()) == {"alice": 6, "bob": 6}

    plan = desk.plan(rule("alice", "bob", "carol"))
    assert [(load.person, load.before, load.after, load.frames) for load in plan.assignments] == [
        ("alice", 6, 4, 40),
        ("bob", 6, 4, 40),
        ("carol", 0, 4, 40),
    ]
    assert len(applied(desk, rule("alice", "bob", "carol"))) == 4
    assert Counter(holders(desk).values()) == {"alice": 4, "bob": 4, "carol": 4}

    mine = [number for number, person in holders(desk).items() if person == "alice"]
    desk.patch("job", mine[0], state="in progress")
    desk.patch("job", mine[1], state="completed")
    assert applied(desk, rule("bob", "carol")) == {mine[0], *mine[2:]}, "what she completed stays hers"

    for run in reversed(runs(desk.store)):
        assert desk.rollback(run.id).run.status is RunStatus.DONE
    desk.patch("job", mine[0], state="new")
    desk.patch("job", mine[1], state="new")
    assert managed(desk) == start


def test_weights_and_a_maximum(sit: Sit) -> None:
    """The numbers of the documentation."""
    world = plain_world({number: f"{number * 10}-{number * 10 + 9} annotation/new" for number in range(1, 13)})
    desk = sit(world)
    applied(desk, rule("alice", "bob", weights={"alice": 2}))
    assert Counter(holders(desk).values()) == {"alice": 8, "bob": 4}
    desk = sit(world)
    capped = rule("alice", "bob", max_per_person=5)
    assert applied(desk, capped) == set(range(1, 11))
    assert Counter(holders(desk).values()) == {"alice": 5, "bob": 5, None: 2}
    (warning,) = desk.plan(capped).warnings
    assert warning.text == "2 jobs stay as they are: everybody in the list has 5 (max_per_person)"
    desk.patch("job", 1, state="completed")
    assert applied(desk, capped) == {11}


@pytest.mark.parametrize("text", re.findall(r"^```yaml\n(.*?)^```", DOCS.read_text(encoding="utf-8"), re.M | re.S))
def test_the_documented_manifests_are_ones(text: str, sit: Sit) -> None:
    desk = sit(plain_world({1: "0-9 annotation/completed @alice"}))
    desk.plan(text.replace("erin", "carol"))


def test_new_work_is_shared_out_and_nothing_else_moves(sit: Sit) -> None:
    desk = sit(plain_world({number: f"{number * 10}-{number * 10 + 9} annotation/new" for number in range(1, 6)}))
    applied(desk, rule(*PEOPLE))
    had = {number: f"0-9 annotation/new @{person}" for number, person in holders(desk).items()}
    desk.sandbox.reset(plain_world(had | dict.fromkeys((6, 7, 8), "0-9 annotation/new")))
    assert applied(desk, rule(*PEOPLE)) == {6, 7, 8}
    assert max(Counter(holders(desk).values()).values()) == 3


def test_as_wanted_few_requests_say_so(sit: Sit) -> None:
    desk = sit(plain_world({number: f"{number * 10}-{number * 10 + 9} annotation/new" for number in range(1, 9)}))
    applied(desk, rule(*PEOPLE))
    desk.sandbox.requests.clear()
    assert desk.plan(rule(*PEOPLE)).is_empty
    assert len(desk.sandbox.requests) <= 6


def test_whoever_annotated_does_not_review(sit: Sit) -> None:
    """Known from the runs that gave the job out, though somebody else moved it on by hand."""
    desk = sit(plain_world({1: "0-9 annotation/new", 2: "10-19 annotation/new"}))
    applied(desk, rule("alice", "bob"))
    annotators = holders(desk)
    assert recorded_annotators(desk.store, desk.session.url) == annotators
    for number in annotators:
        desk.patch("job", number, stage="validation", state="new")
    review = rule("alice", "bob", stage="validation", exclude_previous=True)
    assert applied(desk, review) == {1, 2}
    assert holders(desk) == {1: annotators[2], 2: annotators[1]}

    forgetful = Desk(desk.sandbox, desk.folder / "elsewhere", desk.session)
    forgetful.folder.mkdir()
    assert forgetful.plan(review).warnings == (), "as wanted: there is nothing to say"
    desk.patch("job", 1, assignee=None)
    assert "nothing is recorded of who annotated 2 jobs" in forgetful.plan(review).warnings[0].text


def test_what_another_rule_moves_on_is_shared_out_with_it(sit: Sit) -> None:
    desk = sit(plain_world({1: "0-9 annotation/completed @alice", 2: "10-19 annotation/completed @bob"}))
    text = json.dumps(
        {
            "version": 1,
            "rules": {
                "on": {
                    "select": {"project": "Street", "job": {"stage": "annotation", "state": "completed"}},
                    "set": {"jobs": {"stage": "validation"}},
                },
                "review": {
                    "select": {"project": "Street"},
                    "assign": {"to": ["alice", "bob"], "stage": "validation", "exclude_previous": True},
                },
            },
        }
    )
    start = managed(desk)
    applied(desk, text)
    assert (desk.job(1), desk.job(2)) == (("validation", "new", "bob"), ("validation", "new", "alice"))
    desk.rollback()
    assert managed(desk) == start


def test_once_shares_out_once(sit: Sit) -> None:
    text = rule("alice", "bob").replace('"select"', '"mode": "once", "select"')
    desk = sit(plain_world({1: "0-9 annotation/new", 2: "10-19 annotation/new"}))
    assert applied(desk, text) == {1, 2}
    desk.patch("job", 1, assignee=None)
    assert desk.plan(text).is_empty


def test_once_interrupted_goes_on_with_what_is_left(sit: Sit) -> None:
    text = rule("alice", "bob").replace('"select"', '"mode": "once", "select"')
    desk = sit(plain_world({number: f"{number * 10}-{number * 10 + 9} annotation/new" for number in range(1, 5)}))
    desk.sandbox.fail("PATCH", "/api/jobs/3", status=403)
    assert desk.apply(text).run.status is RunStatus.FAILED
    desk.sandbox.app.clear()
    assert applied(desk, text) == {3}
    assert Counter(holders(desk).values()) == {"alice": 2, "bob": 2}


def test_nobody_takes_work_from_people_who_changed_it_since(sit: Sit) -> None:
    desk = sit(plain_world({1: "0-9 annotation/new", 2: "10-19 annotation/new"}))
    plan = desk.plan(rule("alice", "bob"))
    desk.patch("job", 1, assignee=4)
    with pytest.raises(Exception, match="changed"):
        desk.apply(plan)


def test_whole_tasks(sit: Sit) -> None:
    """A task has an assignee of its own: its jobs keep theirs."""
    desk = sit(plain_world({1: "0-9 annotation/new"}, {12: {"name": "two", "project": 1}}))
    text = rule("alice", "bob", by="task")
    assert desk.apply(text).run.status is RunStatus.DONE
    assert {desk.task(number)["assignee"]["username"] for number in (11, 12)} == {"alice", "bob"}
    assert desk.plan(text).is_empty
    assert holders(desk) == {1: None}
    desk.rollback()
    assert desk.task(12)["assignee"] is None


def test_members_by_role(tmp_path: Path) -> None:
    with Sandbox.start(seed="street", tasks=2) as sandbox, seated(sandbox, tmp_path) as desk:
        text = "version: 1\nrules: {r: {select: {project: Warehouse}, assign: {to: {role: worker}}}}\n"
        with pytest.raises(PlanError, match="only an organization has members"):
            desk.plan(text)


# Whatever the world

law = settings(
    deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60
)
teams = st.lists(st.sampled_from(PEOPLE), min_size=1, unique=True)


@st.composite
def assigns(draw: st.DrawFn, /, **fixed: Any) -> dict[str, Any]:
    assign: dict[str, Any] = {"to": draw(teams), "strategy": draw(st.sampled_from(["balance", "round-robin", "fixed"]))}
    if draw(st.booleans()):
        assign["max_per_person"] = draw(st.integers(1, 3))
    if draw(st.booleans()) and assign["strategy"] != "fixed":
        assign["weights"] = {assign["to"][0]: draw(st.sampled_from([0.5, 2, 3]))}
    if draw(st.booleans()):
        assign["only_unassigned"] = True
    return assign | fixed


@st.composite
def sharings(draw: st.DrawFn) -> str:
    """Annotation, review and whole tasks, in any order; finished work moves on by itself, or with somebody."""
    everything, finished = {"name": "*"}, {"job": {"stage": "annotation", "state": "completed"}}
    rules: dict[str, Any] = {"annotate": {"select": everything, "assign": draw(assigns())}}
    rules["tasks"] = {"select": everything, "assign": draw(assigns(by="task"))}
    excluding = {"exclude_previous": draw(st.booleans())}
    rules["on"] = {"select": finished, "set": {"jobs": {"stage": "validation"}}}
    if draw(st.booleans()):
        rules["on"]["assign"] = draw(assigns(**excluding))
    else:
        rules["review"] = {"select": everything, "assign": draw(assigns(stage="validation", **excluding))}
    chosen = draw(st.permutations(sorted(rules)))[: draw(st.integers(1, len(rules)))]
    return json.dumps({"version": 1, "rules": {name: rules[name] for name in chosen}})


@given(worlds(), sharings())
@law
def test_it_arrives_stays_and_goes_back(sit: Sit, world: World, text: str) -> None:
    desk = sit(world)
    start = managed(desk)
    plan = desk.plan(text)
    assert desk.plan(text) == plan
    outcome = desk.apply(plan)
    assert (outcome.run.status, outcome.run.unproven) == (RunStatus.DONE, ())
    assert desk.plan(text).is_empty
    foreseen = {(load.rule, load.person): load.after for load in plan.assignments}
    for load in desk.plan(text).assignments:
        assert (load.before, load.after) == (foreseen.get((load.rule, load.person), load.after),) * 2
    back = desk.rollback(outcome.run.id)
    assert back.run.status is RunStatus.DONE
    assert managed(desk) == start


def test_what_somebody_has_begun_since_the_plan_is_not_taken_from_them(sit: Sit) -> None:
    desk = sit(plain_world({1: "0-9 annotation/new @alice", 2: "10-19 annotation/new @alice"}))
    planned = desk.plan(rule("alice", "bob"))
    (change,) = planned.updates
    assert desk.sandbox.api("PATCH", f"/api/jobs/{change.id}", {"state": "in progress"})[0] == 200
    with pytest.raises(StalePlanError, match=r"job\.state was 'new' when planned"):
        desk.apply(planned)
    assert holders(desk) == {1: "alice", 2: "alice"}


def test_what_goes_back_to_somebody_who_left_the_team_goes_to_the_others(sit: Sit) -> None:
    """Carol annotated it, her work is rejected, and she is not among those who annotate any more."""
    desk = sit(plain_world({1: "0-9 annotation/new"}))

    def manifest(*team: str) -> str:
        rejected = {"project": "Street", "job": {"stage": "validation", "state": "rejected"}}
        back = {"jobs": {"stage": "annotation", "state": "new", "assignee": {"previous": "annotator"}}}
        share = {"select": {"project": "Street"}, "assign": {"to": team}}
        return json.dumps({"version": 1, "rules": {"back": {"select": rejected, "set": back}, "share": share}})

    assert applied(desk, manifest("carol")) == {1}
    desk.patch("job", 1, stage="validation", state="rejected", assignee=None)
    assert applied(desk, manifest("alice", "carol")) == {1}
    assert desk.job(1) == ("annotation", "new", "carol"), "who is in the team has it again"
    desk.patch("job", 1, stage="validation", state="rejected", assignee=None)
    assert applied(desk, manifest("alice", "bob")) == {1}
    assert desk.job(1) == ("annotation", "new", "alice")


def test_who_annotated_it_does_not_review_it_even_if_nobody_else_may(sit: Sit) -> None:
    desk = sit(plain_world({1: "0-9 annotation/completed @carol", 2: "10-19 annotation/completed @alice"}))
    finished = {"project": "Street", "job": {"stage": "annotation", "state": "completed"}}
    assign = {"to": ["carol"], "exclude_previous": True}
    on = {"select": finished, "set": {"jobs": {"stage": "validation", "state": "new"}}, "assign": assign}
    text = json.dumps({"version": 1, "rules": {"on": on}})
    start = managed(desk)
    plan = desk.plan(text)
    assert [warning.text for warning in plan.warnings] == [
        "1 job has nobody now: everybody in the list may not have it (exclude_previous)"
    ]
    assert applied(desk, text) == {1, 2}
    assert (desk.job(1), desk.job(2)) == (("validation", "new", None), ("validation", "new", "carol"))
    desk.rollback()
    assert managed(desk) == start


def test_what_nobody_touches_is_taken_and_shared_out_at_once(sit: Sit) -> None:
    """The two rules of a team's every day, in one project."""
    desk = sit(plain_world({1: "0-9 annotation/in progress @alice", 2: "10-19 annotation/in progress @bob"}))
    stale = {"project": "Street", "job": {"state": "in progress", "updated": {"older_than": "1d"}}}
    rules = {
        "stale": {"select": stale, "set": {"jobs": {"assignee": None}}},
        "share": {"select": {"project": "Street"}, "assign": {"to": ["alice", "bob"]}},
    }
    text = json.dumps({"version": 1, "rules": rules})
    plan = desk.plan(text)
    desk.patch("job", 1, state="in progress")  # alice works on it after all
    with pytest.raises(StalePlanError, match=r"job 1 .*: job\.updated was"):
        desk.apply(plan)
    assert applied(desk, text) == {2}
    assert holders(desk) == {1: "alice", 2: "alice"}


def test_what_others_have_got_since_the_plan_counts(sit: Sit) -> None:
    """Bob got two jobs of a task that is not even selected: what was planned would not be level any more."""
    world = plain_world(
        {1: "0-9 annotation/new", 2: "10-19 annotation/new"},
        {12: {"name": "two", "project": 1, "jobs": {3: "0-9 annotation/new", 4: "10-19 annotation/new"}}},
    )
    desk = sit(world)
    text = json.dumps({"version": 1, "rules": {"share": {"select": {"id": 11}, "assign": {"to": ["alice", "bob"]}}}})
    planned = desk.plan(text)
    bob = desk.sandbox.api("GET", "/api/users?search=bob")[1]["results"][0]["id"]
    for number in (3, 4):
        desk.patch("job", number, assignee=bob)
    with pytest.raises(StalePlanError, match=r"job 2 was to go to bob, now it would to alice: who has how much has"):
        desk.apply(planned)
    assert holders(desk) == {1: None, 2: None, 3: "bob", 4: "bob"}
    assert applied(desk, text) == {1, 2}
    assert holders(desk) == {1: "alice", 2: "alice", 3: "bob", 4: "bob"}


def test_who_left_the_organization_since_the_plan_gets_nothing(tmp_path: Path) -> None:
    with Sandbox.start(seed="street", tasks=2) as sandbox, seated(sandbox, tmp_path, organization="acme") as desk:
        text = """
version: 1
organization: acme
rules: {r: {select: {project: Warehouse}, assign: {to: {role: [worker, supervisor]}}}}
"""
        planned = desk.plan(text)
        gone = next(change.fields[0].after for change in planned.updates if change.fields[0].after is not None)
        members = sandbox.api("GET", "/api/memberships?page_size=100")[1]["results"]
        [membership] = [one for one in members if one["user"]["username"] == gone]
        assert sandbox.api("DELETE", f"/api/memberships/{membership['id']}")[0] == 204
        before = holders(desk)
        with pytest.raises(StalePlanError, match=f"was to go to {gone}"):
            desk.apply(planned)
        assert holders(desk) == before
