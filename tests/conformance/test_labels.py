"""Labels and attributes, and what changing them does."""

from __future__ import annotations

from typing import Any

import pytest

from .server import Server


def labels_of(server: Server, project: dict[str, Any]) -> list[dict[str, Any]]:
    reply = server.ask("GET", "/api/labels", project_id=project["id"], sort="id", page_size=100)
    return list(reply.body["results"])


def patch(server: Server, project: dict[str, Any], *labels: dict[str, Any]) -> Any:
    return server.ask("PATCH", f"/api/projects/{project['id']}", {"labels": list(labels)})


def test_what_is_left_out_stays(server: Server) -> None:
    project = server.project()
    assert patch(server, project, {"name": "scooter", "color": "#0000ff", "attributes": []}).status == 200
    assert [label["name"] for label in labels_of(server, project)] == ["car", "person", "scooter"]
    car = labels_of(server, project)[0]
    patch(server, project, {"id": car["id"], "color": car["color"], "attributes": []})
    assert labels_of(server, project)[0] == car


def test_a_colour_left_out_is_chosen_anew(server: Server) -> None:
    project = server.project()
    car = labels_of(server, project)[0]
    patch(server, project, {"id": car["id"], "name": "auto", "color": car["color"]})
    assert labels_of(server, project)[0]["color"] == car["color"]
    patch(server, project, {"id": car["id"], "name": "vehicle"})
    assert labels_of(server, project)[0]["color"] != car["color"]


def test_attributes(server: Server) -> None:
    project = server.project()
    car, person = labels_of(server, project)
    age = {"name": "age", "mutable": True, "input_type": "number", "default_value": "0", "values": ["0", "9", "1"]}
    patch(server, project, {"id": person["id"], "color": person["color"], "attributes": [age]})
    [added] = labels_of(server, project)[1]["attributes"]
    assert {key: added[key] for key in age} == age
    [parked] = car["attributes"]
    changed = {**parked, "default_value": "true", "values": ["true"]}
    patch(server, project, {"id": car["id"], "color": car["color"], "attributes": [changed]})
    assert labels_of(server, project)[0]["attributes"] == [changed]


@pytest.mark.parametrize(
    ("label", "status", "body"),
    [
        ({"name": "car"}, 400, ["All label names must be unique"]),
        ({"name": "x", "type": "blob"}, 400, {"labels": [{"type": ['"blob" is not a valid choice.']}]}),
        (
            {"name": "x", "deleted": True},
            400,
            {"labels": [{"non_field_errors": ["Deleted label must have an ID"]}]},
        ),
        (
            {"id": 2_000_000_000, "name": "y"},
            404,
            {"detail": "Not found label with id #2000000000 to change"},
        ),
    ],
)
def test_refused(server: Server, label: dict[str, Any], status: int, body: Any) -> None:
    project = server.project()
    reply = patch(server, project, label)
    assert (reply.status, reply.body) == (status, body)
    assert len(labels_of(server, project)) == 2


def test_deletion_takes_the_annotations_along(server: Server) -> None:
    project = server.project()
    task = server.task(project, frames=2)
    car, person = labels_of(server, project)
    where = f"/api/tasks/{task['id']}/annotations"
    tags = [{"frame": 0, "label_id": label["id"], "group": 0, "attributes": []} for label in (car, person)]
    written = server.ask("PUT", where, {"version": 0, "tags": tags, "shapes": [], "tracks": []})
    assert written.status == 200
    read = server.ask("GET", where).body["tags"]
    assert read[0]["attributes"] == [{"spec_id": car["attributes"][0]["id"], "value": "false"}]
    patch(server, project, {"id": car["id"], "deleted": True})
    assert [tag["label_id"] for tag in server.ask("GET", where).body["tags"]] == [person["id"]]


def test_labels_of_a_task_in_a_project_are_its_projects(server: Server) -> None:
    project = server.project()
    task = server.task(project, frames=0)
    ghost = {"labels": [{"name": "ghost", "color": "#123456"}]}
    assert server.ask("PATCH", f"/api/tasks/{task['id']}", ghost).status == 200
    assert len(labels_of(server, project)) == 2
    assert server.ask("GET", "/api/labels", task_id=task["id"]).body["count"] == 2


def test_labels_of_a_task_alone(server: Server) -> None:
    task = server.task(frames=0, labels=[{"name": "tree", "color": "#112233", "attributes": []}])
    bush = {"name": "bush", "color": "#332211", "type": "any", "attributes": []}
    server.ask("PATCH", f"/api/tasks/{task['id']}", {"labels": [bush]})
    reply = server.ask("GET", "/api/labels", task_id=task["id"], sort="id")
    assert [(label["name"], label["task_id"]) for label in reply.body["results"]] == [
        ("tree", task["id"]),
        ("bush", task["id"]),
    ]


def test_either_labels_or_a_project(server: Server) -> None:
    body = {"name": server.name("both"), "project_id": server.project()["id"], "labels": [{"name": "tree"}]}
    reply = server.ask("POST", "/api/tasks", body)
    assert (reply.status, reply.body) == (400, ["Task must have only one of Label set or project_id"])


def test_one_parent_at_a_time(server: Server) -> None:
    project = server.project()
    reply = server.ask("GET", "/api/labels", project_id=project["id"], task_id=1)
    message = "job_id, task_id and project_id parameters cannot be used together"
    assert (reply.status, reply.body) == (400, [message])
