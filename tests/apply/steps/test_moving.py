"""A project holds tasks of one dimension: what the server would refuse is said when it is planned."""

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
