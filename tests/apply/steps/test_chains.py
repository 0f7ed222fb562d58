"""Which steps follow one another."""

from __future__ import annotations

from typing import Any

from reconciler.apply.steps.chains import building, deleting
from reconciler.plan.frozen import Action
from reconciler.plan.steps import Do, Kind, ObjectRef, Step


def _step(address: str, kind: Kind, do: Do, **more: Any) -> Step:
    action = Action.DELETE if do.startswith("delete") else Action.UPDATE
    return Step(address=address, kind=kind, do=do, reason="", expect={}, gives=None, **{"action": action, **more})


def _ref(address: str, number: int | None = None) -> ObjectRef:
    return ObjectRef(kind="project" if address.startswith("project") else "task", address=address, id=number)


_task_of_a = ObjectRef(kind="task", address="project.a.task[3]", id=3)


def _shown(groups: list[list[list[Step]]]) -> list[list[list[str]]]:
    return [[[step.address for step in chain] for chain in chains] for chains in groups if chains]


def test_projects_come_before_tasks_and_each_object_is_a_chain() -> None:
    steps = [
        _step("project.a", "project", Do.CREATE_PROJECT),
        _step("project.a.label[car]", "label", Do.CREATE_LABEL, of=_ref("project.a")),
        _step("project.b", "project", Do.PATCH_PROJECT, id=7),
        _step("project.b.guide", "guide", Do.PUT_GUIDE, of=_ref("project.b", 7)),
        _step("task.x", "task", Do.CREATE_TASK, of=_ref("project.a"), needs=("project.a",)),
        _step("task.x.data", "data", Do.UPLOAD_DATA, of=_ref("task.x"), needs=("task.x",)),
        _step("task.y", "task", Do.MOVE_TASK, id=3, of=_ref("project.a")),
    ]
    assert _shown(building(steps)) == [
        [["project.a", "project.a.label[car]"], ["project.b", "project.b.guide"]],
        [["task.x", "task.x.data"], ["task.y"]],
    ]
    assert _shown(deleting(steps)) == []


def test_one_object_under_two_addresses_is_one_chain() -> None:
    steps = [
        _step("task.x.guide", "guide", Do.PUT_GUIDE, of=_ref("task.x", 3)),
        _step("project.a.task[3].annotations", "annotations", Do.ADD_ANNOTATIONS, of=_task_of_a),
    ]
    [[chain]] = building(steps)[-1:]
    assert len(building(steps)) == 1
    assert chain == steps


def test_what_needs_another_in_its_group_is_in_its_chain() -> None:
    steps = [
        _step("task.x", "task", Do.CREATE_TASK),
        _step("task.y", "task", Do.CREATE_TASK, needs=("task.x",)),
        _step("task.z", "task", Do.CREATE_TASK),
    ]
    assert _shown(building(steps)) == [[["task.x", "task.y"], ["task.z"]]]


def test_tasks_are_deleted_before_labels_and_projects() -> None:
    steps = [
        _step("project.a.label[car]", "label", Do.DELETE_LABEL, of=_ref("project.a", 1)),
        _step("project.a.label[van]", "label", Do.DELETE_LABEL, of=_ref("project.a", 1)),
        _step("project.b", "project", Do.DELETE_PROJECT, id=2),
        _step("task.x", "task", Do.DELETE_TASK, id=3),
        _step("task.y", "task", Do.DELETE_TASK, id=4),
    ]
    assert _shown(deleting(steps)) == [
        [["task.x"], ["task.y"]],
        [["project.a.label[car]", "project.a.label[van]"]],
        [["project.b"]],
    ]
