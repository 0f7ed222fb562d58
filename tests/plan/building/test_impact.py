"""What goes with labels and tasks, counted on a sandbox; each task is read once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.around import server_ref
from reconciler.cvat import Credentials, Session, connect
from reconciler.cvat.reading import Reader
from reconciler.manifest.loading import load
from reconciler.plan.building.building import Building
from reconciler.plan.building.impact import digest_of, impact_of_label, impact_of_tasks
from reconciler.plan.steps import Impact, ObjectRef
from reconciler.sandbox import Sandbox

from ...annotations.drawn import box
from ...sandbox.tasks import LABELS, Worker


@pytest.fixture
def worker() -> Iterator[Worker]:
    with Sandbox.start(seed="empty") as sandbox:
        worker = Worker(sandbox)
        yield worker
        worker.close()


@pytest.fixture
def session(worker: Worker) -> Iterator[Session]:
    session = connect(credentials=Credentials(worker.sandbox.url, token=worker.sandbox.token), environ={})
    yield session
    session.close()


@pytest.fixture
def street(worker: Worker) -> dict[str, Any]:
    return worker.make("/api/projects", {"name": "street", "labels": LABELS})


def building(session: Session, folder: Path, text: str = "version: 1") -> Building:
    file = folder / "manifest.yaml"
    file.write_text(text)
    loaded = load([file], environ={})
    reader = Reader(session)
    ctx = Building(loaded, reader, server_ref(session), session.capabilities)
    ctx.projects.update(
        {project.name: project for project in reader.projects() if project.name in loaded.manifest.projects}
    )
    return ctx


def labels(worker: Worker, project: dict[str, Any]) -> dict[str, int]:
    found = worker.get(f"/api/labels?project_id={project['id']}")["results"]
    return {label["name"]: label["id"] for label in found}


def draw(worker: Worker, path: str, label: int, *frames: int) -> None:
    shapes = [{**box(frame), "label_id": label} for frame in frames]
    status, said = worker.ask("PUT", f"{path}/annotations", {"shapes": shapes})
    assert status == 200, said


def test_a_label_is_counted_in_all_tasks_of_its_project(
    worker: Worker, session: Session, street: dict[str, Any], tmp_path: Path
) -> None:
    one, other, third = (worker.task(4, project_id=street["id"], name=name) for name in ("a", "b", "c"))
    worker.task(0, project_id=street["id"], name="without data")
    ids = labels(worker, street)
    draw(worker, f"/api/tasks/{one['id']}", ids["car"], 0, 1)
    draw(worker, f"/api/tasks/{third['id']}", ids["person"], 0)
    truth = {"type": "ground_truth", "task_id": other["id"], "frames": [2], "frame_selection_method": "manual"}
    job = worker.make("/api/jobs", truth)
    draw(worker, f"/api/jobs/{job['id']}", ids["car"], 2)
    owner = ObjectRef(kind="project", address="project.street", id=street["id"])
    ctx = building(session, tmp_path)
    assert impact_of_label(ctx, owner, "car") == Impact(tasks=(one["id"], other["id"]), shapes=3)
    asked = len(worker.sandbox.requests)
    assert impact_of_label(ctx, owner, "person") == Impact(tasks=(third["id"],), shapes=1)
    assert not [path for path in list(worker.sandbox.requests)[asked:] if "annotations" in str(path)]
    assert impact_of_label(ctx, owner, "bike") == Impact()
    assert impact_of_label(ctx, owner.model_copy(update={"id": None}), "car") == Impact()


def test_a_label_of_a_task(worker: Worker, session: Session, tmp_path: Path) -> None:
    task = worker.task(4)
    worker.annotate(task)
    owner = ObjectRef(kind="task", address="task.x", id=task["id"])
    found = impact_of_label(building(session, tmp_path), owner, "car")
    assert found == Impact(tasks=(task["id"],), tags=1, shapes=1, tracks=2)


def test_tasks_with_all_that_is_in_them(worker: Worker, session: Session, tmp_path: Path) -> None:
    one, other, bare = worker.task(4), worker.task(3), worker.task(0)
    worker.annotate(one)
    ctx = building(session, tmp_path)
    tasks = Reader(session).tasks_by_id([one["id"], other["id"], bare["id"]])
    found = impact_of_tasks(ctx, tasks)
    assert found == Impact(tasks=(one["id"], other["id"], bare["id"]), frames=7, jobs=4, tags=1, shapes=1, tracks=2)


def test_what_cannot_be_read_is_said_to_be_hidden(worker: Worker, session: Session, tmp_path: Path) -> None:
    task = worker.task(2)
    worker.annotate(task)
    [found] = Reader(session).tasks_by_id([task["id"]])
    assert worker.send("DELETE", f"/api/tasks/{task['id']}").status == 204
    ctx = building(session, tmp_path)
    impact = impact_of_tasks(ctx, [found])
    assert (impact.hidden, impact.frames, impact.shapes) == ((task["id"],), 2, 0)
    assert digest_of(ctx, found) is None


def test_the_digest_is_that_of_after_the_plans_labels(
    worker: Worker, session: Session, street: dict[str, Any], tmp_path: Path
) -> None:
    """A task that goes is looked at after its project's labels were renamed, changed and removed."""
    task = worker.task(4, project_id=street["id"])
    ids = labels(worker, street)
    shapes = [{**box(0), "label_id": ids["car"]}, {**box(1), "label_id": ids["person"]}]
    assert worker.ask("PUT", f"/api/tasks/{task['id']}/annotations", {"shapes": shapes})[0] == 200
    text = """
version: 1
projects:
  street:
    labels:
      vehicle:
        renamed_from: car
        attributes: {parked: , make: , colour: {input_type: text, default_value: grey}}
    prune: {labels: true}
"""
    [found] = Reader(session).tasks_by_id([task["id"]])
    foreseen = digest_of(building(session, tmp_path, text), found)
    new = {"name": "colour", "input_type": "text", "default_value": "grey", "mutable": False, "values": []}
    changed = [
        {"id": ids["car"], "name": "vehicle", "color": "#ff0000", "attributes": [new]},
        {"id": ids["person"], "name": "person", "color": "#00ff00", "deleted": True},
    ]
    assert worker.ask("PATCH", f"/api/projects/{street['id']}", {"labels": changed})[0] == 200
    assert digest_of(building(session, tmp_path), found) == foreseen
