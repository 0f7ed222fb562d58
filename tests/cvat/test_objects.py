from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import JsonValue

from reconciler.cvat import Reader, Session
from reconciler.cvat.objects import Objects
from reconciler.errors import ServerError
from reconciler.sandbox import Sandbox
from reconciler.sandbox.pictures import stand_in

from . import made
from .scripted import HTML, Says, ScriptedServer


def test_a_project_from_birth_to_death(anyone: Session) -> None:
    objects, reader = Objects(anyone), Reader(anyone)
    project = objects.create_project({"name": "Street", "bug_tracker": "https://tracker.example/1"})
    assert (project.name, project.organization_id) == ("Street", 1)
    assert objects.patch_project(project.id, {"name": "Road"}).name == "Road"
    found = reader.project(project.id)
    assert found is not None
    assert (found.name, found.source_storage, found.created_date) == ("Road", None, project.created_date)
    objects.delete_project(project.id)
    assert reader.project(project.id) is None


def test_without_a_context_things_are_made_where_they_are_said_to_be(admin: Session) -> None:
    objects = Objects(admin)
    project = objects.create_project({"name": "Street"}, organization=1)
    assert (project.organization_id, objects.create_project({"name": "Mine"}).organization_id) == (1, None)
    assert objects.create_task({"name": "one", "project_id": project.id}, organization=1).organization_id == 1


def test_what_is_gone_counts_as_deleted(sandbox: Sandbox, anyone: Session) -> None:
    task = made.empty_task(anyone)
    sandbox.drop("DELETE", f"/api/tasks/{task.id}$", after_write=True)
    Objects(anyone).delete_task(task.id)
    Objects(anyone).delete_task(task.id)
    assert Reader(anyone).task(task.id) is None


def test_labels(anyone: Session) -> None:
    objects, reader = Objects(anyone), Reader(anyone)
    project = made.project(anyone)
    task = made.empty_task(anyone, project_id=project.id)
    objects.patch_labels("project", project.id, [{**made.CAR, "name": "van"}])
    car, van = reader.labels_of("project", project.id)
    assert [car.name, van.name] == ["car", "van"]
    assert reader.labels_of("task", task.id) == [car, van]
    objects.patch_labels("project", project.id, [{"id": car.id, "name": "auto", "color": "#00ff00"}])
    objects.patch_labels("project", project.id, [{"id": van.id, "deleted": True}])
    (auto,) = reader.labels_of("project", project.id)
    assert (auto.id, auto.name, auto.color) == (car.id, "auto", "#00ff00")


def test_labels_of_a_task_by_itself(anyone: Session) -> None:
    task = made.empty_task(anyone)
    Objects(anyone).patch_labels("task", task.id, [{**made.CAR, "name": "van"}])
    assert [label.name for label in Reader(anyone).labels_of("task", task.id)] == ["car", "van"]


def test_a_skeleton(anyone: Session) -> None:
    svg = (
        '<line x1="1" y1="1" x2="9" y2="9" data-type="edge" data-node-from="1" data-node-to="2"></line>'
        '<circle r="1" cx="1" cy="1" data-type="element node" data-element-id="1" data-node-id="1" data-label-name="a">'
        '</circle><circle r="1" cx="9" cy="9" data-type="element node" data-element-id="2" data-node-id="2"'
        ' data-label-name="b"></circle>'
    )
    parts: list[JsonValue] = [{"name": name, "type": "points", "attributes": []} for name in "ab"]
    project = Objects(anyone).create_project({"name": "Bones"})
    body: dict[str, JsonValue] = {
        "name": "bone",
        "color": "#0000ff",
        "type": "skeleton",
        "attributes": [],
        "sublabels": parts,
        "svg": svg,
    }
    Objects(anyone).patch_labels("project", project.id, [body])
    (bone,) = Reader(anyone).labels_of("project", project.id)
    assert {part.name for part in bone.sublabels or ()} == {"a", "b"}
    assert bone.svg is not None
    assert "data-label-id" in bone.svg


def test_a_label_that_the_server_does_not_take(anyone: Session) -> None:
    project = made.project(anyone)
    with pytest.raises(ServerError) as caught:
        Objects(anyone).patch_labels("project", project.id, [made.CAR])
    assert caught.value.status == 400
    assert str(caught.value).startswith(f"the labels of project {project.id} cannot be changed (400): ")


def test_moving_with_and_without_a_mapping(anyone: Session, tmp_path: Path) -> None:
    objects = Objects(anyone)
    there = objects.create_project({"name": "There", "labels": [{**made.CAR, "name": "auto"}]})
    task = made.task(anyone, tmp_path)
    with pytest.raises(ServerError, match=f"task {task.id} cannot be moved to project {there.id} \\(400\\): All task"):
        objects.move_task(task.id, there.id)
    (car,) = Reader(anyone).labels_of("task", task.id)
    assert objects.move_task(task.id, there.id, [{"id": car.id, "name": "auto"}]).project_id == there.id
    same = made.project(anyone)
    other = made.task(anyone, tmp_path)
    assert objects.move_task(other.id, same.id).project_id == same.id


def test_guides_and_their_pictures(anyone: Session) -> None:
    objects, reader = Objects(anyone), Reader(anyone)
    project = made.project(anyone)
    guide = objects.create_guide("project", project.id, "# one\n")
    assert (guide.project_id, guide.task_id, guide.markdown) == (project.id, None, "# one")
    uuid = objects.create_asset(guide.id, "a.png", stand_in("a"))
    assert objects.patch_guide(guide.id, f"![a](/api/assets/{uuid})").markdown.endswith(f"{uuid})")
    assert reader.asset(uuid).data == stand_in("a")
    read = reader.project(project.id)
    assert read is not None
    assert read.guide_id == guide.id
    objects.delete_guide(guide.id)
    objects.delete_guide(guide.id)
    assert reader.guide(guide.id) is None
    with pytest.raises(ServerError) as caught:
        reader.asset(uuid)
    assert caught.value.status == 404
    task = made.empty_task(anyone)
    assert objects.create_guide("task", task.id, "x").task_id == task.id


def test_a_picture_that_is_none(anyone: Session) -> None:
    guide = Objects(anyone).create_guide("project", made.project(anyone).id, "x")
    with pytest.raises(ServerError, match=f"a.txt cannot be added to guide {guide.id} \\(400\\): "):
        Objects(anyone).create_asset(guide.id, "a.txt", b"no picture")


def test_a_second_guide_is_a_page_of_html(anyone: Session) -> None:
    project = made.project(anyone)
    Objects(anyone).create_guide("project", project.id, "one")
    with pytest.raises(ServerError) as caught:
        Objects(anyone).create_guide("project", project.id, "two")
    assert caught.value.status == 500
    assert "<" not in str(caught.value)


def test_issues_with_their_comments(anyone: Session, tmp_path: Path) -> None:
    objects, reader = Objects(anyone), Reader(anyone)
    task = made.task(anyone, tmp_path)
    first, second = reader.jobs_of_tasks([task.id])
    assert reader.issues_of_task(task.id) == []
    body: dict[str, JsonValue] = {"job": first.id, "frame": 0, "position": [1, 2, 3, 4], "message": "too wide"}
    one = objects.create_issue(body)
    two = objects.create_issue({**body, "job": second.id, "frame": 2, "message": "missing"})
    assert objects.create_comment(one.id, "fixed").message == "fixed"
    assert objects.patch_issue(one.id, {"resolved": True}).resolved
    issues = reader.issues_of_task(task.id)
    assert [(issue.id, issue.job, issue.frame, issue.resolved) for issue in issues] == [
        (one.id, first.id, 0, True),
        (two.id, second.id, 2, False),
    ]
    assert [[comment.message for comment in issue.comments] for issue in issues] == [["too wide", "fixed"], ["missing"]]
    assert issues[0].position == (1.0, 2.0, 3.0, 4.0)


def test_quality_settings_and_ground_truth(anyone: Session, tmp_path: Path) -> None:
    objects, reader = Objects(anyone), Reader(anyone)
    task = made.task(anyone, tmp_path)
    settings = reader.quality_settings(task.id)
    assert settings is not None
    assert settings["task_id"] == task.id
    assert isinstance(settings["id"], int)
    assert objects.patch_quality_settings(settings["id"], {"iou_threshold": 0.7})["iou_threshold"] == 0.7
    job = objects.create_ground_truth_job({"task_id": task.id, "frame_selection_method": "manual", "frames": [1, 3]})
    assert (job.type, job.task_id) == ("ground_truth", task.id)
    meta = reader.job_data_meta(job.id)
    assert meta is not None
    assert meta.included_frames == (1, 3)


@pytest.mark.parametrize("path", ["/api/projects", "/api/tasks", "/api/issues", "/api/comments", "/api/guides"])
def test_a_creation_is_not_repeated(server: ScriptedServer, session: Session, path: str) -> None:
    """Its answer was lost: whether it is there is looked up by who wanted it."""
    objects = Objects(session)
    creations: dict[str, Callable[[], object]] = {
        "/api/projects": lambda: objects.create_project({"name": "x"}),
        "/api/tasks": lambda: objects.create_task({"name": "x"}),
        "/api/issues": lambda: objects.create_issue({"job": 1}),
        "/api/comments": lambda: objects.create_comment(1, "x"),
        "/api/guides": lambda: objects.create_guide("task", 1, "x"),
    }
    server.answers[path] = Says(hang_up=True)
    with pytest.raises(ServerError) as caught:
        creations[path]()
    assert caught.value.status == 0
    assert len(server.requests) == 1


@pytest.mark.parametrize("answer", [Says(201, HTML, "text/html"), Says(201, {"name": "no id"}), Says(201, [1])])
def test_what_is_not_cvats_json(server: ScriptedServer, session: Session, answer: Says) -> None:
    server.answers["/api/projects"] = answer
    with pytest.raises(ServerError, match="the project cannot be created: the answer is not CVAT's JSON"):
        Objects(session).create_project({"name": "x"})
