from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.cvat.models import Project
from reconciler.manifest.models import JobSelector, Selector
from reconciler.plan.projects import ProjectIndex
from reconciler.plan.selection import Selecting, Selection, job_matches

from .conftest import Put
from .observed import Server, job, plan_for, task

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
PROJECTS = [Project.model_validate({"id": 1, "name": "Street"}), Project.model_validate({"id": 2, "name": "Depot"})]


def select(server: Server, **selector: Any) -> tuple[Selection, list[str]]:
    selecting = Selecting(server, ProjectIndex(PROJECTS, {}), created_filter=False)
    selection = selecting.select(Selector.model_validate(selector), lambda *_: None)
    return selection, [problem.what for problem in selecting.problems]


def test_the_server_may_let_too_much_through() -> None:
    server = Server([task(1, name="batch-1", project_id=1), task(2, name="batch-2", project_id=2), task(3)])
    selection, _ = select(server, name="batch-*", project="Street")
    assert [one.id for one in selection.tasks] == [1]
    assert selection.tests == {"name", "project"}


def test_ids_that_are_not_there_are_told_one_by_one() -> None:
    selection, problems = select(Server([task(1)]), id=[3, 1, 2])
    assert [one.id for one in selection.tasks] == [1]
    assert problems == [
        "there is no task 2, or you cannot see it in this organization",
        "there is no task 3, or you cannot see it in this organization",
    ]


def test_nothing_is_read_for_a_selector_of_an_unknown_project() -> None:
    server = Server([task(1)])
    selection, problems = select(server, project=["Street", "Nowhere"])
    assert (selection.tasks, len(problems), server.asked) == ((), 1, [])


def test_a_selection_by_jobs_knows_which() -> None:
    server = Server([task(1), task(2)], [job(11, 1, state="completed"), job(12, 1), job(21, 2)])
    selection, _ = select(server, job={"state": "completed"})
    assert {key: [one.id for one in jobs] for key, jobs in (selection.jobs or {}).items()} == {1: [11]}
    assert selection.job_tests == {"state"}
    assert server.asked == ["jobs"]


def test_jobs_of_tasks_that_other_conditions_leave_out_do_not_count() -> None:
    server = Server([task(1, name="a"), task(2, name="b")], [job(11, 1), job(21, 2)])
    selection, _ = select(server, name="b", job={"stage": "annotation"})
    assert list(selection.jobs or {}) == [2]


def test_not_with_a_job() -> None:
    server = Server([task(1), task(2), task(3)], [job(11, 1, stage="acceptance"), job(12, 1), job(21, 2)])
    selection, _ = select(server, name="*", **{"not": {"job": {"stage": "acceptance"}}})
    assert [one.id for one in selection.tasks] == [2, 3]


def test_not_holds_if_any_of_it_does_not() -> None:
    server = Server([task(1, name="a", project_id=1), task(2, name="a", project_id=2), task(3, name="b", project_id=1)])
    selection, _ = select(server, **{"not": {"name": "a", "project": "Street"}})
    assert [one.id for one in selection.tasks] == [2, 3]
    assert selection.tests == {"name", "project"}


@pytest.mark.parametrize(
    ("selector", "fields", "matches"),
    [
        ({"stage": "annotation"}, {}, True),
        ({"stage": "annotation"}, {"type": "ground_truth"}, False),
        ({"stage": "annotation"}, {"type": None}, False),
        ({"type": "ground_truth"}, {"type": "ground_truth"}, True),
        ({"type": "replica"}, {"type": "consensus_replica"}, True),
        ({"type": "consensus_replica"}, {"type": "replica"}, True),
        ({"type": "consensus_replica"}, {"type": "annotation"}, False),
        ({"state": ["new", "rejected"]}, {"state": "completed"}, False),
        ({"state": ["new", "rejected"]}, {"state": "unheard of"}, False),
        ({"assignee": None}, {}, True),
        ({"assignee": None}, {"assignee": "bob"}, False),
        ({"assignee": ["bob", None]}, {"assignee": "bob"}, True),
    ],
)
def test_a_job_matches(selector: dict[str, Any], fields: dict[str, Any], matches: bool) -> None:
    assert job_matches(JobSelector.model_validate(selector), job(**fields), NOW) is matches


def test_a_converged_selection_by_jobs_travels_nothing(put: Put) -> None:
    """50,000 jobs take 25 s to read, none of them 0.03 s: what the server can filter, it filters."""
    jobs = dict.fromkeys(range(100, 130), "0-9 annotation/new @bob")
    other = dict.fromkeys(range(200, 230), "0-9 annotation/new")
    tasks = {1: {"name": "a", "project": 1, "jobs": jobs}, 2: {"name": "b", "project": 2, "jobs": other}}
    projects = {1: {"name": "Street"}, 2: {"name": "Depot"}}
    planning = put({"organization": "acme", "users": ["bob"], "projects": projects, "tasks": tasks})
    rule = "{select: {project: Street, job: {assignee: null}}, set: {jobs: {assignee: bob}}}"
    plan = planning.plan(f"version: 1\nrules:\n  share: {rule}\n")
    assert plan.is_empty
    asked = [(one.path, one.query.get("filter")) for one in planning.sandbox.requests if "jobs" in one.path]
    assert len(asked) == 1
    assert not [one for one in planning.sandbox.requests if one.path == "/api/tasks"]


def test_a_very_long_selection_still_fits_into_a_request(put: Put) -> None:
    names = ", ".join(f"somebody-with-a-long-name-{number}" for number in range(400))
    planning = put({"tasks": {1: {"name": "a"}}})
    plan = planning.plan(f"version: 1\nrules:\n  r: {{select: {{owner: [admin, {names}]}}, set: {{subset: S}}}}\n")
    assert [change.id for change in plan.updates] == [1]


def test_jobs_whose_tasks_cannot_be_seen_are_told() -> None:
    """A worker sees the job that is theirs, but not its task (recordings/organizations.json)."""
    server = Server([task(1)], [job(11, 1), job(21, 2), job(22, 2)])
    rule = {"select": {"job": {"stage": "annotation"}}, "set": {"jobs": {"state": "completed"}}}
    plan = plan_for(server, {"rules": {"finish": rule}})
    assert [change.id for change in plan.updates] == [11]
    assert [(one.address, one.text) for one in plan.warnings] == [
        ("rule.finish", "leaves out 2 jobs whose tasks you cannot see")
    ]
    assert select(server, id=1, job={"stage": "annotation"})[0].hidden == 0
