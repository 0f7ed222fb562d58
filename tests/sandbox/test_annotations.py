"""Annotations: written to tasks and jobs, cut at the bounds of jobs, checked, and what moves with them."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.sandbox import Sandbox

from .tasks import BOX, LABELS, Worker, put, shape


def frames(worker: Worker, path: str) -> list[int]:
    return [item["frame"] for item in worker.get(f"{path}/annotations")["shapes"]]


def test_a_task_gives_each_job_its_part(worker: Worker) -> None:
    task = worker.task(4)
    path = f"/api/tasks/{task['id']}"
    answer = put(worker, path, shapes=[shape(worker, task, frame) for frame in (3, 0, 7)])
    assert [item["frame"] for item in answer["shapes"]] == [0, 3]
    assert frames(worker, path) == [0, 3]
    first, second = worker.jobs(task)
    assert [frames(worker, f"/api/jobs/{job['id']}") for job in (first, second)] == [[0], [3]]


def test_a_job_keeps_frames_outside_of_it(worker: Worker) -> None:
    """As recorded: they are answered, kept, and given back by the job and the task."""
    task = worker.task(4)
    first, _ = worker.jobs(task)
    path = f"/api/jobs/{first['id']}"
    put(worker, path, shapes=[shape(worker, task, 3)])
    assert frames(worker, path) == frames(worker, f"/api/tasks/{task['id']}") == [3]


def test_changes_one_by_one(worker: Worker) -> None:
    task = worker.task(2)
    path = f"/api/tasks/{task['id']}/annotations"
    [first] = put(worker, f"/api/tasks/{task['id']}", shapes=[shape(worker, task, 0)])["shapes"]
    _, answer = worker.ask("PATCH", f"{path}?action=create", {"shapes": [shape(worker, task, 1)]})
    [second] = answer["shapes"]
    assert second["id"] != first["id"]
    moved = {**first, "points": [0, 0, 5, 5]}
    _, answer = worker.ask("PATCH", f"{path}?action=update", {"shapes": [moved]})
    assert answer["shapes"][0]["id"] == first["id"]
    assert [item["points"] for item in worker.get(path)["shapes"]] == [[0, 0, 5, 5], [1, 2, 30, 40]]
    assert worker.ask("PATCH", f"{path}?action=delete", {"shapes": [second]})[0] == 200
    assert [item["frame"] for item in worker.get(path)["shapes"]] == [0]
    assert worker.ask("PATCH", f"{path}?action=paint", {}) == (400, {"action": ['"paint" is not a valid choice.']})
    assert worker.ask("DELETE", path)[0] == 204
    assert worker.get(path) == {"version": 0, "tags": [], "shapes": [], "tracks": []}


def test_defaults_are_filled_in_when_read(worker: Worker) -> None:
    task = worker.task(1)
    [answered] = put(worker, f"/api/tasks/{task['id']}", shapes=[shape(worker, task, 0)])["shapes"]
    assert (answered["attributes"], answered["group"], answered["source"]) == ([], None, "manual")
    [read] = worker.content(task)["shapes"]
    assert {value["spec_id"]: value["value"] for value in read["attributes"]} == {"parked": "false", "make": "other"}


def test_replicas_and_ground_truth_are_not_the_tasks(worker: Worker) -> None:
    task = worker.task(2, consensus_replicas=2)
    worker.make(
        "/api/jobs",
        {"type": "ground_truth", "task_id": task["id"], "frame_selection_method": "random_uniform", "frame_count": 1},
    )
    jobs = worker.jobs(task)
    for job in jobs:
        put(worker, f"/api/jobs/{job['id']}", shapes=[shape(worker, task, 0)])
    assert [job["type"] for job in jobs] == ["annotation", *["consensus_replica"] * 2, "ground_truth"]
    assert frames(worker, f"/api/tasks/{task['id']}") == [0]
    put(worker, f"/api/tasks/{task['id']}", shapes=[])
    assert [len(frames(worker, f"/api/jobs/{job['id']}")) for job in jobs] == [0, 1, 1, 1]


@pytest.mark.parametrize(
    ("kind", "item", "wrong"),
    [
        ("shapes", {"points": [1, 2, 3]}, {"points": ["invalid length for shape type 'rectangle'"]}),
        ("shapes", {"type": "polygon"}, {"points": ["invalid length for shape type 'polygon'"]}),
        ("shapes", {"type": "blob"}, {"type": ['"blob" is not a valid choice.']}),
        ("shapes", {"frame": None}, {"frame": ["This field may not be null."]}),
        ("shapes", {"points": "x"}, {"points": ["A valid number is required."]}),
        ("tags", {"frame": -1}, {"frame": ["Ensure this value is greater than or equal to 0."]}),
        ("tracks", {"shapes": [BOX]}, {"shapes": [{"frame": ["This field is required."]}]}),
        ("tags", {"attributes": [{"value": "x"}]}, {"attributes": [{"spec_id": ["This field is required."]}]}),
    ],
)
def test_refused_by_field(worker: Worker, kind: str, item: dict[str, Any], wrong: Any) -> None:
    task = worker.task(1)
    good = shape(worker, task, 0) if kind == "shapes" else {"frame": 0, "label_id": worker.labels(task)["car"]["id"]}
    status, body = worker.ask("PUT", f"/api/tasks/{task['id']}/annotations", {kind: [{**good, **item}]})
    assert status == 400
    assert body[kind][0] | wrong == body[kind][0]


def test_what_is_right_is_an_empty_object_among_what_is_wrong(worker: Worker) -> None:
    task = worker.task(1)
    sent = {"shapes": [shape(worker, task, 0), shape(worker, task, 0, points=[1])]}
    _, body = worker.ask("PUT", f"/api/tasks/{task['id']}/annotations", sent)
    assert body == {"shapes": [{}, {"points": ["invalid length for shape type 'rectangle'"]}]}


def test_skeletons_have_parts_with_labels_of_their_own(worker: Worker) -> None:
    color = {"name": "color", "mutable": True, "input_type": "text", "default_value": "red", "values": []}
    parts = [{"name": "head", "type": "points", "attributes": [color]}]
    task = worker.task(2, labels=[*LABELS, {"name": "body", "type": "skeleton", "svg": "", "sublabels": parts}])
    labels = worker.labels(task)
    body, [head] = labels["body"], labels["body"]["sublabels"]
    element = {"type": "points", "frame": 0, "label_id": head["id"], "points": [1, 2]}
    skeleton = {"type": "skeleton", "frame": 0, "label_id": body["id"], "elements": [element]}
    path = f"/api/tasks/{task['id']}"
    put(worker, path, shapes=[skeleton])
    [read] = worker.content(task)["shapes"]
    assert read["elements"][0]["attributes"] == [{"spec_id": "color", "value": "red"}]
    drawn = [{"type": "skeleton", "frame": 0, "points": []}]
    inside = [{"frame": 0, "label_id": head["id"], "shapes": [{"type": "points", "frame": 0, "points": [1, 2]}]}]
    put(worker, path, tracks=[{"frame": 0, "label_id": body["id"], "shapes": drawn, "elements": inside}])
    [track] = worker.get(f"{path}/annotations")["tracks"]
    assert track["elements"][0]["shapes"][0]["points"] == [1.0, 2.0]
    stranger = {**element, "label_id": 999}
    refused = worker.ask("PUT", f"{path}/annotations", {"shapes": [{**skeleton, "elements": [stranger]}]})
    assert refused == (400, ["label_id `999` is invalid"])


def test_a_move_takes_all_annotations_to_the_labels_there(worker: Worker) -> None:
    color = {"name": "color", "mutable": True, "input_type": "text", "default_value": "red", "values": []}
    parts = [{"name": "head", "type": "points", "attributes": [color]}]
    labels = [*LABELS, {"name": "body", "type": "skeleton", "svg": "", "sublabels": parts}]
    worker.make("/api/projects", {"name": "other", "labels": LABELS})
    project = worker.make("/api/projects", {"name": "target", "labels": labels})
    task = worker.task(4, labels=labels)
    worker.annotate(task)
    known = worker.labels(task)
    body, [head] = known["body"], known["body"]["sublabels"]
    value = [{"spec_id": head["attributes"][0]["id"], "value": "blue"}]
    element = {"type": "points", "frame": 0, "label_id": head["id"], "points": [1, 2], "attributes": value}
    skeleton = {"type": "skeleton", "frame": 0, "label_id": body["id"], "elements": [element]}
    worker.ask("PATCH", f"/api/tasks/{task['id']}/annotations?action=create", {"shapes": [skeleton]})
    before = worker.content(task)
    status, _ = worker.ask("PATCH", f"/api/tasks/{task['id']}", {"project_id": project["id"]})
    assert status == 200
    assert worker.labels(task)["body"]["id"] != body["id"]
    assert worker.content(task) == before


def test_dates_move_only_when_something_is_saved(worker: Worker) -> None:
    project = worker.make("/api/projects", {"name": "p", "labels": LABELS})
    task = worker.task(4, project_id=project["id"])

    def dates() -> list[str]:
        docs = [
            *worker.jobs(task),
            worker.get(f"/api/tasks/{task['id']}"),
            worker.get(f"/api/projects/{project['id']}"),
        ]
        return [doc["updated_date"] for doc in docs]

    before = dates()
    put(worker, f"/api/tasks/{task['id']}", shapes=[])
    assert dates() == before
    put(worker, f"/api/tasks/{task['id']}", shapes=[shape(worker, task, 0)])
    assert [new > old for new, old in zip(dates(), before, strict=True)] == [True, False, True, True]


def test_what_nothing_checks_is_the_servers_error_page(worker: Worker) -> None:
    task = worker.task(1)
    path = f"/api/tasks/{task['id']}/annotations"
    status, page = worker.ask("PUT", path, {"tracks": [{"frame": 0, "label_id": 1, "shapes": 5}]})
    assert (status, "Server Error (500)" in page) == (500, True)
    assert worker.get(path)["tracks"] == []


def test_ten_thousand_shapes(worker: Worker) -> None:
    task = worker.task(2)
    one = shape(worker, task, 0)
    put(worker, f"/api/tasks/{task['id']}", shapes=[one] * 10_000)
    assert len(frames(worker, f"/api/tasks/{task['id']}")) == 10_000


def test_nobody_elses(small: Sandbox) -> None:
    _, tasks = small.api("GET", "/api/tasks", organization="")
    task = tasks["results"][0]
    assert small.api("GET", f"/api/tasks/{task['id']}/annotations", user="bob")[0] == 403
    assert small.api("GET", f"/api/tasks/{task['id']}/data/meta", user="bob")[0] == 403
    assert small.api("POST", f"/api/tasks/{task['id']}/backup/export", user="bob")[0] == 403


def test_ids_are_for_what_is_there(worker: Worker) -> None:
    task = worker.task(1)
    path = f"/api/tasks/{task['id']}/annotations"
    drawn = shape(worker, task, 0)
    assert worker.ask("PATCH", f"{path}?action=create", {"shapes": [drawn, {**drawn, "id": 7}]}) == (
        400,
        {"shapes": [{}, {"id": ["must be absent"]}]},
    )
    assert worker.ask("PATCH", f"{path}?action=delete", {"shapes": [drawn]}) == (
        400,
        {"shapes": [{"id": ["must be present and not null"]}]},
    )
    # Replacing takes ids, and gives new ones; so does an update, which makes what has none.
    [put_there] = put(worker, f"/api/tasks/{task['id']}", shapes=[{**drawn, "id": 7}])["shapes"]
    assert put_there["id"] != 7
    assert worker.ask("PATCH", f"{path}?action=update", {"shapes": [drawn]})[0] == 200
    assert len(worker.get(path)["shapes"]) == 2


def test_only_skeletons_have_elements(worker: Worker) -> None:
    task = worker.task(1)
    path = f"/api/tasks/{task['id']}/annotations"
    drawn = shape(worker, task, 0)
    for wrong, message in (
        ({**drawn, "elements": [drawn]}, "not allowed for non-skeleton shape"),
        ({**drawn, "type": "skeleton", "points": []}, "at least one required for skeleton shape"),
    ):
        assert worker.ask("PUT", path, {"shapes": [wrong]}) == (400, {"shapes": [{"elements": [message]}]})
    mask = {**drawn, "type": "mask", "points": [0, 0, 1, 1]}
    assert worker.ask("PUT", path, {"shapes": [mask]})[0] == 400


def test_without_data_only_reading_is_refused_in_words(worker: Worker) -> None:
    path = f"/api/tasks/{worker.task(0)['id']}/annotations"
    assert worker.ask("GET", path)[0] == 400
    assert worker.ask("PUT", path, {"shapes": []})[0] == 500
