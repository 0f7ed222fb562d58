from __future__ import annotations

from typing import Any

from reconciler.manifest.loading import from_document
from reconciler.plan.building.building import Building
from reconciler.plan.building.labels import build_project_labels, build_task_labels
from reconciler.plan.steps import Do, Impact, ObjectRef

from .described import Server, build


def building(kind: str, block: dict[str, Any], labels: dict[str, Any], **found: Any) -> Building:
    document: dict[str, Any] = {"version": 1, f"{kind}s": {"one": {"id": 7, **block}}}
    return build(from_document(document), {f"{kind}s": {"one": {"id": 7, "labels": labels}}, **found})


def test_labels_that_are_not_written_are_not_looked_at() -> None:
    ctx = building("project", {}, {"car": {}})
    assert build_project_labels(ctx, "one") == []
    ctx = building("task", {}, {"car": {}})
    assert build_task_labels(ctx, "one") == []


def test_ignored_labels_are_left_alone() -> None:
    block = {"labels": {"van": {}}, "prune": {"labels": True}, "lifecycle": {"ignore": ["labels"]}}
    assert build_project_labels(building("project", block, {"car": {}}), "one") == []


def test_all_labels_go_where_none_is_described() -> None:
    ctx = building("project", {"labels": {}, "prune": {"labels": True}}, {"car": {}, "van": {}})
    steps = build_project_labels(ctx, "one")
    assert [(step.address, step.do, step.deletes) for step in steps] == [
        ("project.one.label[car]", Do.DELETE_LABEL, True),
        ("project.one.label[van]", Do.DELETE_LABEL, True),
    ]


def test_a_task_in_a_project_has_the_labels_of_that() -> None:
    ctx = building("task", {"labels": {"van": {}}}, {})
    ctx.lies_in["one"] = ObjectRef(kind="project", address="project.street", id=5)
    assert build_task_labels(ctx, "one") == []
    assert [str(problem) for problem in ctx.problems] == [
        "error: task.one is in project.street, and has its labels\n    describe the labels in the project's block"
    ]


def test_what_a_removed_label_takes_with_it_is_counted() -> None:
    ctx = building("task", {"labels": {"van": {}}, "prune": {"labels": True}}, {"car": {}, "van": {}})
    server = ctx.server
    assert isinstance(server, Server)
    ids = {label.name: label.id for label in server.held_labels["task", 7]}
    server.held_tasks[7] = server.held_tasks[7].model_copy(update={"size": 5})
    server.held_annotations[7] = {
        "tags": [{"frame": 0, "label_id": ids["car"], "attributes": []}],
        "shapes": [shape(ids["car"]), shape(ids["car"]), shape(ids["van"])],
        "tracks": [],
    }
    (step,) = build_task_labels(ctx, "one")
    assert (step.name, step.destroys) == ("car", Impact(tasks=(7,), tags=1, shapes=2))


def shape(label: int) -> dict[str, Any]:
    return {"type": "points", "frame": 0, "label_id": label, "points": [1, 2], "attributes": []}
