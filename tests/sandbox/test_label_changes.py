"""Changing labels by version: what an older server ignores, and what a newer one refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from reconciler.sandbox import Sandbox

from .tasks import BOX, LABELS, Worker

POSE: dict[str, Any] = {
    "name": "pose",
    "color": "#abcdef",
    "type": "skeleton",
    "attributes": [],
    "sublabels": [
        {
            "name": "head",
            "color": "#111111",
            "type": "points",
            "attributes": [
                {"name": "seen", "mutable": True, "input_type": "checkbox", "default_value": "false", "values": []}
            ],
        },
        {"name": "foot", "color": "#222222", "type": "points", "attributes": []},
    ],
    "svg": '<circle data-label-name="head"/><circle data-label-name="foot"/>',
}
SIZE = {"name": "size", "mutable": True, "input_type": "number", "default_value": "1", "values": ["0", "9", "1"]}
NOTE = {"name": "note", "mutable": True, "input_type": "text", "default_value": "", "values": []}


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Sandbox]]:
    with Sandbox.start(seed="empty") as older, Sandbox.start(seed="empty", server_version="2.80") as newer:
        yield {"2.54": older, "2.80": newer}


@pytest.fixture(params=["2.54", "2.80"])
def any_worker(servers: dict[str, Sandbox], request: pytest.FixtureRequest) -> Iterator[Worker]:
    yield from _worker(servers[request.param])


@pytest.fixture
def older(servers: dict[str, Sandbox]) -> Iterator[Worker]:
    yield from _worker(servers["2.54"])


@pytest.fixture
def newer(servers: dict[str, Sandbox]) -> Iterator[Worker]:
    yield from _worker(servers["2.80"])


def _worker(sandbox: Sandbox) -> Iterator[Worker]:
    sandbox.reset({})
    worker = Worker(sandbox)
    yield worker
    worker.close()


def patch(worker: Worker, task: dict[str, Any], label: dict[str, Any], **changed: Any) -> tuple[int, Any]:
    """Send a label with its id and colour, and what is to change of it."""
    body = {"labels": [{"id": label["id"], "color": label["color"], **changed}]}
    return worker.ask("PATCH", f"/api/tasks/{task['id']}", body)


def posed(worker: Worker) -> dict[str, Any]:
    """Make a task with a skeleton that is drawn once, and followed once."""
    task = worker.task(2, labels=[POSE])
    pose = worker.labels(task)["pose"]
    parts = {part["name"]: part for part in pose["sublabels"]}
    seen = [{"spec_id": parts["head"]["attributes"][0]["id"], "value": "true"}]
    place = {"type": "points", "points": [1, 2], "frame": 0}
    drawn = [
        {**place, "label_id": parts["head"]["id"], "attributes": seen},
        {**place, "label_id": parts["foot"]["id"]},
    ]
    followed = [{"frame": 0, "label_id": parts["head"]["id"], "shapes": [{**place, "attributes": seen}]}]
    bones = {"type": "skeleton", "frame": 0, "points": []}
    sent = {
        "shapes": [{**bones, "label_id": pose["id"], "elements": drawn}],
        "tracks": [{"frame": 0, "label_id": pose["id"], "shapes": [bones], "elements": followed}],
    }
    status, answer = worker.ask("PUT", f"/api/tasks/{task['id']}/annotations", sent)
    assert status == 200, answer
    return task


def test_an_attribute_is_removed_with_its_values(newer: Worker) -> None:
    task = newer.task(2)
    newer.annotate(task)
    car = newer.labels(task)["car"]
    parked, make = car["attributes"]
    status, _ = patch(newer, task, car, attributes=[{**parked, "deleted": True}])
    assert status == 200
    assert newer.labels(task)["car"]["attributes"] == [make]
    held = newer.get(f"/api/tasks/{task['id']}/annotations")
    assert [value["spec_id"] for value in held["shapes"][0]["attributes"]] == [make["id"]]
    assert held["tracks"][0]["shapes"][0]["attributes"] == []
    # Made anew it has a new id, and the values are gone for good.
    patch(newer, task, car, attributes=[{k: v for k, v in parked.items() if k != "id"}])
    values = newer.get(f"/api/tasks/{task['id']}/annotations")["tracks"][0]["shapes"][0]["attributes"]
    assert [value["value"] for value in values] == ["false"]


def test_an_older_server_knows_no_such_mark(older: Worker) -> None:
    task = older.task(0)
    car = older.labels(task)["car"]
    assert patch(older, task, car, attributes=[{**car["attributes"][0], "deleted": True}])[0] == 200
    assert {one["name"] for one in older.labels(task)["car"]["attributes"]} == {"parked", "make"}


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("parked", {"mutable": False}),
        ("parked", {"input_type": "text"}),
        ("parked", {"default_value": "perhaps"}),
        ("make", {"values": ["other"]}),
        ("make", {"values": ["other", "tesla"]}),
        ("make", {"default_value": "tesla"}),
        ("size", {"values": ["0", "10", "1"]}),
        ("size", {"default_value": "10"}),
    ],
)
def test_what_values_rest_on_stays(older: Worker, newer: Worker, name: str, changed: dict[str, Any]) -> None:
    for worker, expected in ((older, 200), (newer, 400)):
        task = worker.task(0, labels=[{**LABELS[0], "attributes": [*LABELS[0]["attributes"], SIZE]}])
        car = worker.labels(task)["car"]
        known = next(one for one in car["attributes"] if one["name"] == name)
        status, answer = patch(worker, task, car, attributes=[{**known, **changed}])
        assert status == expected, answer
        now = next(one for one in worker.labels(task)["car"]["attributes"] if one["name"] == name)
        assert now == ({**known, **changed} if expected == 200 else known)


def test_what_is_safe_changes(newer: Worker) -> None:
    task = newer.task(0, labels=[{**LABELS[0], "attributes": [*LABELS[0]["attributes"], NOTE]}])
    car = newer.labels(task)["car"]
    parked, make, note = car["attributes"]
    wanted = [
        {**parked, "default_value": "true", "values": ["true"]},
        {**make, "name": "maker", "values": ["tesla", "acme", "other"], "default_value": "tesla"},
        {**note, "values": ["x"], "default_value": "y"},
    ]
    assert patch(newer, task, car, attributes=wanted)[0] == 200
    assert newer.labels(task)["car"]["attributes"] == wanted


def test_parts_are_changed_through_their_skeleton_on_newer_servers_only(older: Worker, newer: Worker) -> None:
    for worker, changed in ((older, False), (newer, True)):
        task = posed(worker)
        pose = worker.labels(task)["pose"]
        head, foot = pose["sublabels"]
        removed = {**head["attributes"][0], "deleted": True}
        sent = {"id": head["id"], "name": "skull", "color": "#333333", "type": "points", "attributes": [removed]}
        assert patch(worker, task, pose, sublabels=[sent])[0] == 200
        now = worker.labels(task)["pose"]
        assert now["svg"] == pose["svg"]
        if changed:
            expected = {**head, "name": "skull", "color": "#333333", "attributes": []}
            assert now["sublabels"] == [expected, foot]
            held = worker.get(f"/api/tasks/{task['id']}/annotations")
            assert held["shapes"][0]["elements"][0]["attributes"] == []
            assert held["tracks"][0]["elements"][0]["shapes"][0]["attributes"] == []
        else:
            assert now["sublabels"] == [head, foot]


def test_a_part_of_another_skeleton_is_refused(newer: Worker) -> None:
    task = newer.task(0, labels=[POSE, {**POSE, "name": "other"}])
    labels = newer.labels(task)
    strange = labels["other"]["sublabels"][0]
    assert patch(newer, task, labels["pose"], sublabels=[{"id": strange["id"], "color": "#444444"}])[0] == 400


def test_a_part_by_its_own_id_is_a_label_like_any_other(any_worker: Worker) -> None:
    task = posed(any_worker)
    head, foot = any_worker.labels(task)["pose"]["sublabels"]
    assert patch(any_worker, task, head, name="foot") == (400, ["All label names must be unique"])
    assert patch(any_worker, task, head, name="skull", attributes=[NOTE])[0] == 200
    now = any_worker.labels(task)["pose"]["sublabels"]
    assert [part["name"] for part in now] == ["skull", "foot"]
    assert [one["name"] for one in now[0]["attributes"]] == ["seen", "note"]
    assert patch(any_worker, task, head, deleted=True)[0] == 200
    assert any_worker.labels(task)["pose"]["sublabels"] == [foot]
    held = any_worker.get(f"/api/tasks/{task['id']}/annotations")
    assert [element["label_id"] for element in held["shapes"][0]["elements"]] == [foot["id"]]


def test_a_skeleton_goes_with_what_is_drawn_with_it(any_worker: Worker) -> None:
    task = posed(any_worker)
    pose = any_worker.labels(task)["pose"]
    assert patch(any_worker, task, pose, deleted=True)[0] == 200
    assert any_worker.get(f"/api/tasks/{task['id']}/annotations")["shapes"] == []
    assert any_worker.ask("GET", f"/api/labels/{pose['sublabels'][0]['id']}")[0] == 404


def test_names_of_attributes(any_worker: Worker) -> None:
    task = any_worker.task(0)
    car = any_worker.labels(task)["car"]
    parked, make = car["attributes"]
    twice = [{"id": parked["id"]}, {"id": make["id"]}]
    message = "Duplicate attribute with name 'None' exists"
    assert patch(any_worker, task, car, attributes=twice) == (400, [message])
    assert patch(any_worker, task, car, attributes=[{**parked, "name": "make"}])[0] == 500
    assert patch(any_worker, task, car, attributes=[{"id": 999, "name": "x"}])[0] == 404


def test_boxes_are_not_touched_by_another_labels_removal(any_worker: Worker) -> None:
    task = any_worker.task(2)
    labels = any_worker.labels(task)
    shapes = [{**BOX, "frame": 0, "label_id": labels[name]["id"]} for name in ("car", "person")]
    any_worker.ask("PUT", f"/api/tasks/{task['id']}/annotations", {"shapes": shapes})
    patch(any_worker, task, labels["car"], deleted=True)
    [left] = any_worker.get(f"/api/tasks/{task['id']}/annotations")["shapes"]
    assert left["label_id"] == labels["person"]["id"]
