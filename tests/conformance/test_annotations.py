"""Annotations of tasks and jobs."""

from __future__ import annotations

from typing import Any

import pytest

from .server import Server

UNKNOWN = 2_000_000_000
Drawing = tuple[dict[str, Any], dict[str, Any], dict[str, Any]]


@pytest.fixture
def drawing(server: Server) -> Drawing:
    """Give a task with two jobs of two frames, and its labels car and person."""
    project = server.project()
    task = server.task(project, frames=4)
    labels = server.ask("GET", "/api/labels", project_id=project["id"], sort="id").body["results"]
    return task, labels[0], labels[1]


def box(label: dict[str, Any], frame: int, **more: Any) -> dict[str, Any]:
    return {"type": "rectangle", "frame": frame, "label_id": label["id"], "points": [1, 2, 30, 40], **more}


def sent(**kinds: Any) -> dict[str, Any]:
    return {"version": 0, "tags": [], "shapes": [], "tracks": [], **kinds}


def test_a_task_shares_out_to_its_jobs(server: Server, drawing: Drawing) -> None:
    task, car, _ = drawing
    where = f"/api/tasks/{task['id']}/annotations"
    answer = server.ask("PUT", where, sent(shapes=[box(car, 0), box(car, 3)])).body
    assert all(isinstance(shape["id"], int) for shape in answer["shapes"])
    found = [
        [shape["frame"] for shape in server.ask("GET", f"/api/jobs/{job['id']}/annotations").body["shapes"]]
        for job in server.jobs(task)
    ]
    assert found == [[0], [3]]
    more = server.ask("PATCH", where, sent(shapes=[box(car, 1)]), action="create").body
    assert [shape["frame"] for shape in more["shapes"]] == [1]
    assert len(server.ask("GET", where).body["shapes"]) == 3


def test_a_track_is_cut_where_a_job_ends(server: Server, drawing: Drawing) -> None:
    task, car, _ = drawing
    shape = {"type": "rectangle", "frame": 1, "points": [5, 5, 15, 15], "attributes": []}
    track = {"frame": 1, "label_id": car["id"], "group": 0, "shapes": [shape], "attributes": []}
    where = f"/api/tasks/{task['id']}/annotations"
    server.ask("PUT", where, sent(tracks=[track]))
    read = server.ask("GET", where).body["tracks"]
    assert [[(part["frame"], part["outside"]) for part in piece["shapes"]] for piece in read] == [
        [(1, False), (2, True)],
        [(2, False)],
    ]


def test_defaults_are_filled_in_when_read(server: Server, drawing: Drawing) -> None:
    task, car, _ = drawing
    where = f"/api/tasks/{task['id']}/annotations"
    answer = server.ask("PUT", where, sent(shapes=[box(car, 0)])).body
    assert answer["shapes"][0]["attributes"] == []
    [shape] = server.ask("GET", where).body["shapes"]
    assert shape["attributes"] == [{"spec_id": car["attributes"][0]["id"], "value": "false"}]
    assert (shape["source"], shape["group"], shape["rotation"]) == ("manual", None, 0.0)


def test_an_update_replaces(server: Server, drawing: Drawing) -> None:
    task, car, _ = drawing
    [job, _] = server.jobs(task)
    where = f"/api/jobs/{job['id']}/annotations"
    [shape] = server.ask("PUT", where, sent(shapes=[box(car, 0)])).body["shapes"]
    moved = box(car, 0, id=shape["id"], points=[1, 2, 31, 41])
    assert server.ask("PATCH", where, sent(shapes=[moved]), action="update").status == 200
    assert [shape["points"] for shape in server.ask("GET", where).body["shapes"]] == [[1, 2, 31, 41]]


def test_refused(server: Server, drawing: Drawing) -> None:
    task, car, person = drawing
    where = f"/api/tasks/{task['id']}/annotations"
    server.ask("PUT", where, sent(shapes=[box(car, 0)]))
    spec = car["attributes"][0]["id"]
    strange = {"frame": 0, "label_id": person["id"], "attributes": [{"spec_id": spec, "value": "true"}]}
    for wrong, body in (
        (sent(tags=[{"frame": 0, "label_id": UNKNOWN, "attributes": []}]), [f"label_id `{UNKNOWN}` is invalid"]),
        (sent(tags=[strange]), [f"spec_id `{spec}` is invalid"]),
        (
            sent(shapes=[box(car, 0, points=[1, 2, 3])]),
            {"shapes": [{"points": ["invalid length for shape type 'rectangle'"]}]},
        ),
    ):
        reply = server.ask("PATCH", where, wrong, action="create")
        assert (reply.status, reply.body) == (400, body)
    assert len(server.ask("GET", where).body["shapes"]) == 1


def test_saving_moves_the_job_the_task_and_the_project(server: Server, drawing: Drawing) -> None:
    task, car, _ = drawing
    first, second = server.jobs(task)
    project = server.ask("GET", f"/api/projects/{task['project_id']}").body
    server.ask("PUT", f"/api/jobs/{first['id']}/annotations", sent(shapes=[box(car, 0)]))
    after = {job["id"]: job["updated_date"] for job in server.jobs(task)}
    assert after[first["id"]] > first["updated_date"]
    assert after[second["id"]] == second["updated_date"]
    assert server.ask("GET", f"/api/tasks/{task['id']}").body["updated_date"] > task["updated_date"]
    assert server.ask("GET", f"/api/projects/{project['id']}").body["updated_date"] > project["updated_date"]


def test_replicas_are_not_the_tasks(server: Server) -> None:
    task = server.task(frames=2, **server.replicas(2), labels=[{"name": "car", "attributes": []}])
    [car] = server.ask("GET", "/api/labels", task_id=task["id"]).body["results"]
    replica = server.jobs(task)[1]
    server.ask("PUT", f"/api/jobs/{replica['id']}/annotations", sent(shapes=[box(car, 0)]))
    assert server.ask("GET", f"/api/tasks/{task['id']}/annotations").body["shapes"] == []
    assert len(server.ask("GET", f"/api/jobs/{replica['id']}/annotations").body["shapes"]) == 1
