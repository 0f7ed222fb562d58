from __future__ import annotations

import pytest

from reconciler.cvat.models import Project
from reconciler.errors import PlanError, Problem
from reconciler.manifest.models import ProjectBlock, ProjectRef
from reconciler.plan.projects import ProjectIndex

from .observed import Server, plan_for, task

BLOCKS = {
    "street": ProjectBlock(name="Street scenes"),
    "Depot": ProjectBlock(),
    "old": ProjectBlock(id=7),
    "gone": ProjectBlock(id=8),
}
NAMES = {1: "Street scenes", 2: "Depot", 3: "Twin", 4: "Twin", 7: "Old", 9: "street"}


def resolve(ref: object) -> tuple[int | None, list[Problem]]:
    index = ProjectIndex([Project(id=key, name=name) for key, name in NAMES.items()], BLOCKS)
    problems: list[Problem] = []
    return index.resolve(ProjectRef.model_validate(ref), None, problems), problems


@pytest.mark.parametrize(
    ("ref", "project"),
    [
        ("street", 1),  # the key wins over a project of this name
        ({"name": "street"}, 9),
        ("Depot", 2),
        ("Street scenes", 1),
        ("old", 7),
        ({"id": 2}, 2),
    ],
)
def test_a_reference_stands_for(ref: object, project: int) -> None:
    assert resolve(ref) == (project, [])


@pytest.mark.parametrize(
    ("ref", "what", "hint"),
    [
        ("Twin", "2 projects are called 'Twin': 3 and 4", "say which one with `project: {id: …}`"),
        ("Deport", "there is no project called 'Deport', or you cannot see it", "did you mean `Depot`?"),
        ({"id": 99}, "there is no project 99, or you cannot see it in this organization", None),
        ({"name": "depot"}, "there is no project called 'depot', or you cannot see it", "did you mean `Depot`?"),
    ],
)
def test_a_reference_that_stands_for_none(ref: object, what: str, hint: str | None) -> None:
    found, (problem,) = resolve(ref)
    assert (found, problem.what, problem.hint) == (None, what, hint)


def test_what_is_wrong_with_a_block_is_told_once_where_it_stands() -> None:
    index = ProjectIndex([], BLOCKS)
    problems: list[Problem] = []
    assert [index.resolve(ProjectRef(key="gone"), None, problems) for _ in range(3)] == [None, None, None]
    assert problems == []
    (problem,) = index.check()
    assert problem.what == "there is no project 8, or you cannot see it in this organization"


def test_a_project_that_cannot_be_seen_has_no_name_and_no_count() -> None:
    index = ProjectIndex([Project(id=1, name="A")], {})
    assert (index.name(5), index.name(None), index.name(1)) == (None, None, "A")
    assert (index.task_count(5), index.task_count(1)) == (0, 0)


def test_a_project_that_cannot_be_seen_is_named_by_its_id_if_tasks_of_it_can() -> None:
    """So it is for whoever owns a task in somebody else's project, or is assigned to one."""
    server = Server([task(1, project_id=5), task(2, project_id=6)])

    def document(project: int) -> dict[str, object]:
        rule = {"select": {"project": {"id": project}}, "set": {"subset": "S"}}
        named = {"t1": {"project": {"id": project}, "bug_tracker": "x"}}
        return {"rules": {"r": rule}, "tasks": named}

    assert [change.id for change in plan_for(server, document(5)).updates] == [1]
    with pytest.raises(PlanError, match="there is no project 7, or you cannot see it"):
        plan_for(server, document(7))
