"""Projects, labels, guides and tasks are made and changed, and a second apply finds nothing to do."""

from __future__ import annotations

from pathlib import Path

from reconciler.history.model import RunStatus, WriteOutcome
from reconciler.operations import record_nothing_to_do
from reconciler.sandbox import Sandbox

from ..desk import Desk, seated
from ..worlds import new_maker
from .studio import (
    EMPTY,
    GONE,
    PROJECT,
    TASK,
    annotated,
    binding,
    boxes,
    get,
    names,
    pictures,
    records,
    results,
    sent,
    shapes,
    told,
)


def test_a_whole_project_is_made(desk: Desk) -> None:
    outcome = desk.apply(annotated())
    assert outcome.run.status is RunStatus.DONE, told(outcome)
    assert outcome.run.steps == outcome.run.counts.written == len(outcome.steps) == 8
    assert names(desk, "project") == ["Street"]
    assert names(desk, "label") == ["car", "van"]
    assert shapes(desk, 1) == [0, 1, 3]
    assert desk.task(1)["size"] == 4
    assert {desk.job(number)[2] for number in (1, 2)} == {"carol"}
    assert desk.plan(annotated()).is_empty


def test_a_task_is_given_to_its_owner_once_it_is_made(desk: Desk) -> None:
    text = PROJECT + TASK.replace("project: street", "project: street\n    owner: bob")
    outcome = desk.apply(text)
    assert outcome.run.status is RunStatus.DONE, told(outcome)
    assert desk.task(1)["owner"]["username"] == "bob"
    assert ("/api/tasks/1", {"owner_id": desk.task(1)["owner"]["id"]}) in desk.sent
    assert desk.plan(text).is_empty


def test_each_step_is_recorded_before_and_after(desk: Desk) -> None:
    outcome = desk.apply(PROJECT + TASK)
    by_step: dict[str, list[WriteOutcome]] = {}
    for record in records(desk, outcome):
        by_step.setdefault(f"{record.address} {record.do}", []).append(record.outcome)
    assert set(map(tuple, by_step.values())) == {(WriteOutcome.STARTED, WriteOutcome.WRITTEN)}
    made = next(record for record in records(desk, outcome) if record.address == "task.one" and record.gave)
    assert (made.id, made.request, made.of and made.of.id) == (1, "POST /api/tasks", 1)


def test_addresses_are_bound_with_what_they_were_made_from(desk: Desk) -> None:
    outcome = desk.apply(annotated())
    task = binding(desk, "task.one")
    assert (task.id, task.run) == (1, outcome.run.id)
    assert task.created is not None
    assert task.data is not None
    assert task.annotations is not None
    assert not record_nothing_to_do(desk.plan(annotated()), desk.session, desk.store)


def test_an_object_that_was_found_is_bound_when_there_is_nothing_to_do(desk: Desk) -> None:
    desk.apply(PROJECT + TASK)
    desk.store.remove("bindings.json")
    record_nothing_to_do(desk.plan(PROJECT + TASK), desk.session, desk.store)
    assert binding(desk, "task.one").id == 1
    assert binding(desk, "project.street").id == 1


def test_fields_labels_and_guides_are_changed(desk: Desk) -> None:
    desk.apply(PROJECT)
    changed = PROJECT.replace("alice", "bob").replace("# How", "# Why").replace("van: {", "bus: {renamed_from: van, ")
    changed = changed.replace("#ff0000", "#00ff00")
    outcome = desk.apply(changed)
    assert outcome.run.status is RunStatus.DONE, told(outcome)
    assert get(desk, "/api/projects/1")["assignee"]["username"] == "bob"
    assert {one["name"]: one["color"] for one in get(desk, "/api/labels", project_id=1)["results"]}["car"] == "#00ff00"
    assert names(desk, "label") == ["bus", "car"]
    assert get(desk, "/api/guides/1")["markdown"] == "# Why"
    desk.apply(changed.replace('guide: "# Why"', "guide: null"))
    assert get(desk, "/api/projects/1")["guide_id"] is None


def test_a_task_is_moved_with_its_labels_mapped(desk: Desk) -> None:
    alone = """
version: 1
projects: {street: {name: Street, labels: {vehicle: {}}}}
tasks: {one: {labels: {car: {}}, data: {files: ["one/*.png"]}, annotations: {file: one.json}}}
"""
    desk.apply(alone)
    moved = alone.replace("labels: {car: {}}, ", "project: street, move_labels: {car: vehicle}, ")
    outcome = desk.apply(moved.replace(", annotations: {file: one.json}", ""))
    assert outcome.run.status is RunStatus.DONE, told(outcome)
    assert desk.task(1)["project_id"] == 1
    assert shapes(desk, 1) == [0, 1, 3]


def test_what_is_deleted_comes_back_with_all_it_had(desk: Desk) -> None:
    desk.apply(annotated())
    desk.patch("job", 1, stage="validation", state="completed")
    gone = desk.apply(GONE)
    assert gone.run.status is RunStatus.DONE, told(gone)
    assert names(desk, "project") == names(desk, "task") == []
    back = desk.rollback()
    assert back.run.status is RunStatus.DONE, told(back)
    [task] = get(desk, "/api/tasks")["results"]
    assert (task["project_id"], task["subset"]) == (2, "Train")
    assert shapes(desk, task["id"]) == [0, 1, 3]
    jobs = get(desk, "/api/jobs", task_id=task["id"], sort="id")["results"]
    assert [(one["stage"], one["state"]) for one in jobs] == [("validation", "completed"), ("annotation", "new")]
    assert binding(desk, "task.one").id == task["id"]
    assert desk.plan(annotated()).is_empty


def test_everything_made_goes_again_and_comes_once_more(desk: Desk) -> None:
    desk.apply(annotated())
    back = desk.rollback()
    assert back.run.status is RunStatus.DONE, told(back)
    assert names(desk, "project") == names(desk, "task") == names(desk, "label") == []
    assert desk.apply(annotated()).run.status is RunStatus.DONE


def test_a_removed_label_takes_its_copy_along_and_comes_back(desk: Desk) -> None:
    desk.apply(annotated())
    less = (PROJECT + TASK).replace('      car: {type: rectangle, color: "#ff0000"}\n', "")
    outcome = desk.apply(less)
    assert outcome.run.status is RunStatus.DONE, told(outcome)
    assert shapes(desk, 1) == []
    assert [one.copied for one in outcome.steps] == [f"snapshots/{outcome.run.id}/project-1"]
    assert desk.store.read(f"snapshots/{outcome.run.id}/task-1/annotations.json") is not None
    assert desk.rollback().run.status is RunStatus.DONE
    assert shapes(desk, 1) == [0, 1, 3]


def test_a_task_that_goes_with_a_label_has_its_annotations_in_the_backup(desk: Desk) -> None:
    desk.apply(annotated())
    less = PROJECT.replace('      car: {type: rectangle, color: "#ff0000"}\n', "")
    outcome = desk.apply(less)
    assert outcome.run.status is RunStatus.DONE, told(outcome)
    assert desk.rollback().run.status is RunStatus.DONE
    [task] = get(desk, "/api/tasks")["results"]
    assert shapes(desk, task["id"]) == [0, 1, 3]


def test_an_object_that_somebody_else_made_meanwhile_is_taken_as_it_is(desk: Desk) -> None:
    plan = desk.plan("version: 1\nprojects: {street: {name: Street}}\n")
    desk.sandbox.api("POST", "/api/projects", json={"name": "Street"})
    outcome = desk.apply(plan)
    assert results(outcome) == {"project.street create_project": WriteOutcome.ALREADY}
    assert binding(desk, "project.street").id == 1
    assert sent(desk, "POST", "/api/projects") == 1


def test_a_rule_about_a_task_that_is_made_is_for_the_next_apply(desk: Desk) -> None:
    manifest = PROJECT + TASK + "rules: {share: {select: {subset: Train}, set: {jobs: {assignee: bob}}}}\n"
    outcome = desk.apply(manifest)
    assert outcome.run.status is RunStatus.DONE, told(outcome)
    assert outcome.run.further == ("rule.share selects 1 of the tasks that this run has made: apply once more",)
    assert desk.apply(manifest).run.status is RunStatus.DONE
    assert desk.plan(manifest).is_empty


def test_nothing_is_made_of_nothing(desk: Desk) -> None:
    assert desk.plan(EMPTY).is_empty


def test_a_label_takes_the_name_that_another_had(desk: Desk) -> None:
    desk.apply(PROJECT)
    swapped = PROJECT.replace("      van: {type: any}\n", "      van: {type: any}\n      bus: {renamed_from: car}\n")
    swapped = swapped.replace('car: {type: rectangle, color: "#ff0000"}', "tram: {}")
    outcome = desk.apply(swapped)
    assert outcome.run.status is RunStatus.DONE, told(outcome)
    assert names(desk, "label") == ["bus", "tram", "van"]


def test_attributes_are_added_changed_and_removed_on_a_newer_server(tmp_path: Path) -> None:
    with Sandbox.start(world=new_maker().world, server_version="2.80") as newer, seated(newer, tmp_path) as desk:
        pictures(desk)
        boxes(desk, 0, 1)
        attributes = "attributes: {parked: {input_type: checkbox}, make: {input_type: select, values: [acme, volta]}}"
        first = annotated().replace('color: "#ff0000"', f'color: "#ff0000", {attributes}')
        assert desk.apply(first).run.status is RunStatus.DONE
        fewer = first.replace("parked: {input_type: checkbox}, ", "").replace("volta", "volta, tatra")
        outcome = desk.apply(fewer)
        assert outcome.run.status is RunStatus.DONE, told(outcome)
        [label, _] = get(desk, "/api/labels", project_id=1)["results"]
        assert [(one["name"], one["values"]) for one in label["attributes"]] == [("make", ["acme", "volta", "tatra"])]
        assert desk.store.read(f"snapshots/{outcome.run.id}/task-1/annotations.json") is not None
        assert desk.plan(fewer).is_empty


def test_a_task_is_made_anew_when_its_data_changes(desk: Desk) -> None:
    desk.apply(annotated())
    pictures(desk, frames=5)
    anew = annotated().replace("    subset: Train", "    subset: Train\n    replace: true")
    outcome = desk.apply(anew)
    assert outcome.run.status is RunStatus.DONE, told(outcome)
    [task] = get(desk, "/api/tasks")["results"]
    assert (task["id"], task["size"]) == (2, 5)
    assert shapes(desk, 2) == [0, 1, 3]
    assert binding(desk, "task.one").id == 2
    assert desk.plan(anew).is_empty
    back = desk.rollback()
    assert back.run.status is RunStatus.DONE, told(back)
    [task] = get(desk, "/api/tasks")["results"]
    assert task["size"] == 4
