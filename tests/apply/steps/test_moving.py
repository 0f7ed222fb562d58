"""What the server would refuse of a move, or do badly, is said when it is planned."""

from __future__ import annotations

import pytest

from reconciler.errors import PlanError

from ..desk import Desk
from ..worlds import START, new_maker


@pytest.fixture
def deep(desk: Desk) -> Desk:
    """Projects "Flat" (1) with a 2D task, "Empty" (2), and "Deep" (3) with the 3D task "cloud" (2)."""
    maker = new_maker()
    created = "2026-01-01T08:00:00Z"
    flat, empty, deep = (maker.add_project(name, None, created, ()) for name in ("Flat", "Empty", "Deep"))
    for name, project, dimension in (("street", flat, "2d"), ("cloud", deep, "3d")):
        task = maker.add_task(name, START, project=project, size=10, segment=10)
        task["dimension"] = project["dimension"] = dimension
        maker.add_job(task, 0, 9, stage="annotation", state="new", assignee=None)
    for project in (flat, empty, deep):
        maker.finish_project(project)
    desk.sandbox.reset(maker.world)
    return desk


def test_a_3d_task_goes_into_no_project_of_2d_tasks(deep: Desk) -> None:
    status, answer = deep.sandbox.api("PATCH", "/api/tasks/2", json={"project_id": 1})
    assert (status, "Dimension (3d) of the task must be the same" in str(answer)) == (400, True)
    with pytest.raises(PlanError, match=r"'cloud'.* is 3D and cannot be moved to project 'Flat', whose tasks are 2D"):
        deep.plan("version: 1\nprojects: {flat: {name: Flat}}\ntasks: {cloud: {id: 2, project: flat}}\n")


def test_it_goes_into_a_project_without_tasks(deep: Desk) -> None:
    plan = deep.plan("version: 1\nprojects: {empty: {name: Empty}}\ntasks: {cloud: {id: 2, project: empty}}\n")
    deep.apply(plan)
    assert deep.task(2)["project_id"] == 2


@pytest.fixture
def apart(desk: Desk) -> Desk:
    """Project "Ours" (1) of the organization acme, and the task "mine" (1) in the personal workspace."""
    maker = new_maker()
    acme = maker.add("organizations", {"slug": "acme", "owner": maker.user("admin")})["id"]
    maker.finish_project(maker.add_project("Ours", acme, "2026-01-01T08:00:00Z", ()))
    task = maker.add_task("mine", START, size=10, segment=10)
    maker.add_job(task, 0, 9, stage="annotation", state="new", assignee=None)
    desk.sandbox.reset(maker.world)
    return desk


OURS = "version: 1\nprojects: {ours: {name: Ours}}\ntasks: {mine: {id: 1, project: ours}}\n"
NEW = "version: 1\nprojects: {new: {name: New}}\ntasks: {mine: {id: 1, project: new}}\n"


def test_a_task_goes_into_no_project_of_another_organization(apart: Desk) -> None:
    """CVAT would do it, and leave the task in the organization that it is in."""
    said = (
        r"task 1 \('mine'\) is in the personal workspace and cannot be moved to project 'Ours', which is in "
        "organization 1: CVAT would leave the task in the personal workspace"
    )
    with pytest.raises(PlanError, match=said):
        apart.plan(OURS)
    apart.apply(NEW)
    assert (apart.task(1)["project_id"], apart.task(1)["organization_id"]) == (2, None)


def test_neither_does_one_into_a_project_that_is_made_elsewhere(apart: Desk) -> None:
    """Without an organization's context a project is made in the personal workspace."""
    apart.patch("task", 1, organization_id=1)
    said = "is in organization 1 and cannot be moved to project 'New', which is in the personal workspace"
    with pytest.raises(PlanError, match=said):
        apart.plan(NEW)
    apart.apply(OURS)
    assert (apart.task(1)["project_id"], apart.task(1)["organization_id"]) == (1, 1)
