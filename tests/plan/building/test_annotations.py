"""Annotations from a file, planned against a sandbox: what is added, replaced, imported, and when nothing is to do."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from reconciler.annotations.content import Annotations
from reconciler.annotations.reading import sha256_of
from reconciler.errors import PlanError
from reconciler.plan.model import Plan
from reconciler.plan.steps import Do, Impact, Step
from reconciler.sandbox import Sandbox
from reconciler.sandbox.pictures import stand_in

from ...annotations.drawn import box
from ...sandbox.tasks import LABELS, Worker
from ..planning import Planning

NOTHING = {"digest": Annotations().digest, "tags": 0, "shapes": 0, "tracks": 0}


@pytest.fixture(scope="module")
def empty() -> Iterator[Sandbox]:
    with Sandbox.start(seed="empty") as sandbox:
        yield sandbox


@pytest.fixture
def worker(empty: Sandbox) -> Iterator[Worker]:
    empty.reset({})
    worker = Worker(empty)
    yield worker
    worker.close()


class Desk:
    """A task `one` with its labels, and the file that its block names."""

    def __init__(self, worker: Worker, folder: Path) -> None:
        self.worker = worker
        self.planning = Planning(worker.sandbox, folder, organization=None)
        self.file = folder / "wanted.json"
        self.task: dict[str, Any] = {}

    def make(self, frames: int = 4, **more: Any) -> None:
        self.task = self.worker.task(frames, name="one", **more)

    def write(self, **kinds: list[dict[str, Any]]) -> None:
        self.file.write_text(json.dumps(kinds))

    def draw(self, *frames: int, label: str = "car", **more: Any) -> None:
        labels = self.worker.labels(self.task)
        shapes = [{**box(frame), "label_id": labels[label]["id"], **more} for frame in frames]
        self.send(shapes=shapes)

    def send(self, **kinds: list[dict[str, Any]]) -> None:
        status, said = self.worker.ask("PUT", f"/api/tasks/{self.task['id']}/annotations", kinds)
        assert status == 200, said

    def plan(self, *, applied: Mapping[str, Any] | None = None, block: str = "", **options: str) -> Plan:
        said = ", ".join(f"{name}: {value}" for name, value in {"file": self.file.name, **options}.items())
        remembered = {"task.one": {"id": self.task["id"], "annotations": applied}} if applied else None
        manifest = f"version: 1\ntasks:\n  one:\n    annotations: {{{said}}}\n{block}"
        return self.planning.plan(manifest, bindings=remembered)

    def step(self, **more: Any) -> Step:
        [step] = self.plan(**more).steps
        assert step.address == "task.one.annotations"
        assert (step.of and step.of.id, step.kind) == (self.task["id"], "annotations")
        assert step.content is not None
        assert (step.content.sha256, step.content.size) == (sha256_of(self.file), self.file.stat().st_size)
        return step

    def problem(self, **more: Any) -> str:
        with pytest.raises(PlanError) as raised:
            self.plan(**more)
        [problem] = raised.value.problems
        assert problem.where is not None
        return f"{problem.what} | {problem.hint}"

    def applied(self, digest: str, *, mode: str = "append", format: str | None = None) -> dict[str, Any]:  # noqa: A002
        return {"wish": {"source": sha256_of(self.file), "format": format, "mode": mode}, "result": digest}


@pytest.fixture
def desk(worker: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.chdir(tmp_path)
    return Desk(worker, tmp_path)


def counts(step: Step) -> list[tuple[str, str]]:
    return [(str(change.before), str(change.after)) for change in step.fields]


def test_a_task_without_annotations_gets_them(desk: Desk) -> None:
    desk.make()
    desk.write(shapes=[box(), box(1)], tags=[{"frame": 2, "label": "person"}])
    for mode in ("append", "replace"):
        step = desk.step(mode=mode)
        assert (step.do, step.destroys, step.action) == (Do.ADD_ANNOTATIONS, None, "create")
        assert counts(step) == [("nothing", "2 shapes, 1 tag")]
        assert step.expect == NOTHING
        assert step.gives is not None
        assert (step.gives["tags"], step.gives["shapes"]) == (1, 2)


def test_what_is_missing_is_added_to_what_is_there(desk: Desk) -> None:
    desk.make()
    desk.draw(0, 3)
    desk.write(shapes=[box(0), box(1)])
    step = desk.step()
    assert (step.do, step.destroys, step.action) == (Do.ADD_ANNOTATIONS, None, "update")
    assert counts(step) == [("2 shapes", "3 shapes")]
    desk.draw(0, 1, 3)
    plan = desk.plan()
    assert plan.steps == ()
    [binding] = plan.bindings
    assert binding.annotations is not None
    assert binding.annotations.source == sha256_of(desk.file)


def test_what_was_applied_once_is_left_to_people(desk: Desk) -> None:
    desk.make()
    desk.write(shapes=[box(0)])
    assert desk.plan(applied=desk.applied("x")).steps == ()
    assert desk.plan(applied=desk.applied("x", mode="replace")).steps == ()
    assert desk.step(applied={**desk.applied("x"), "wish": {"source": "y", "format": None, "mode": "append"}})


def test_replacing_says_what_is_lost(desk: Desk) -> None:
    desk.make()
    desk.draw(0, 2, 3)
    desk.write(shapes=[box(0), box(1)])
    step = desk.step(mode="replace")
    assert step.do is Do.PUT_ANNOTATIONS
    assert step.destroys == Impact(tasks=(desk.task["id"],), shapes=2)
    assert counts(step) == [("3 shapes", "2 shapes")]
    assert step.expect is not None
    assert step.expect["shapes"] == 3
    desk.draw(1, 0)
    assert desk.plan(mode="replace").steps == ()


def test_a_track_over_the_bounds_of_jobs_is_planned_once(desk: Desk) -> None:
    """What comes of it only the server knows, for it cuts it; but in parts it is there."""
    desk.make()
    desk.write(tracks=[{"label": "car", "shapes": [box(0), box(3)]}])
    step = desk.step()
    assert step.gives is None
    car = desk.worker.labels(desk.task)["car"]["id"]
    shapes = [{**box(frame), "label_id": car} for frame in (0, 3)]
    desk.send(tracks=[{"label_id": car, "frame": 0, "shapes": shapes}])
    assert desk.plan().steps == ()
    desk.write(tracks=[{"label": "car", "shapes": [box(0), {**box(1), "outside": True}]}])
    assert desk.step().gives is not None


def test_an_archive_that_is_cut_off_is_refused_at_its_place(desk: Desk) -> None:
    desk.make()
    desk.file = desk.file.with_name("wanted.zip")
    desk.file.write_bytes(b"PK\3\4 and then nothing")
    with pytest.raises(PlanError) as raised:
        desk.plan(format="CVAT 1")
    cut, unknown = raised.value.problems  # told together
    assert "imports no format `CVAT 1`" in unknown.what
    assert "wanted.zip is no readable zip archive: cut off, or damaged" in cut.what
    assert cut.where is not None
    assert cut.where.line == 4


def test_a_file_of_another_format_is_imported_once(desk: Desk) -> None:
    desk.make()
    desk.file.write_text("whatever it is")
    step = desk.step(format="CVAT 1.1")
    assert (step.do, step.body, step.gives, step.destroys) == (
        Do.IMPORT_ANNOTATIONS,
        {"format": "CVAT 1.1"},
        None,
        None,
    )
    assert counts(step) == [("nothing", "what the file has")]
    desk.draw(0, 1)
    assert counts(desk.step(format="CVAT 1.1")) == [("2 shapes", "2 shapes, and what the file has")]
    replacing = desk.step(format="CVAT 1.1", mode="replace")
    assert replacing.destroys == Impact(tasks=(desk.task["id"],), shapes=2)
    assert replacing.expect is not None
    left = desk.applied(str(replacing.expect["digest"]), mode="replace", format="CVAT 1.1")
    assert desk.plan(format="CVAT 1.1", mode="replace", applied=left).steps == ()
    desk.draw(0)
    assert desk.step(format="CVAT 1.1", mode="replace", applied=left)
    assert desk.plan(format="CVAT 1.1", applied=desk.applied("x", format="CVAT 1.1")).steps == ()


def test_what_cannot_be_is_told_while_planning(desk: Desk) -> None:
    desk.make()
    desk.write(shapes=[box(4), box(9)])
    assert desk.problem() == (
        "wanted.json has annotations on frames that the task does not have: 4 and 9 | "
        "its frames are 0 to 3; the server would drop the others"
    )
    desk.write(shapes=[box(0, "carr"), box(0, "bike")])
    assert desk.problem() == (
        "wanted.json uses labels that the task does not have: `bike` and `carr` | its labels: `car` and `person`"
    )
    desk.write(shapes=[box(points=[1])])
    assert desk.problem().startswith("wanted.json: shapes[0].points has 1 numbers: a rectangle has 4")
    desk.write(shapes=[{**box(), "label": None, "label_id": 12345}])
    assert "there is no label with the id 12345" in desk.problem()
    assert desk.problem(format="CVAT 1") == "the server imports no format `CVAT 1` | did you mean `CVAT 1.1`?"


def test_a_task_without_data_cannot_be_annotated(desk: Desk) -> None:
    desk.make(0)
    desk.write(shapes=[box()])
    assert desk.problem() == "this task has no data, so nothing in it can be annotated | add `data:`"


def test_labels_of_the_same_plan_count(desk: Desk) -> None:
    """A label that is made or renamed can be used, one that goes cannot, and what is there is seen with new names."""
    desk.make()
    desk.draw(0)
    bike = "    labels: {vehicle: {renamed_from: car}, bike: {type: rectangle}}\n"
    desk.write(shapes=[box(0, "vehicle"), box(1, "bike")])
    *labels, step = desk.plan(block=bike).steps
    assert {one.do for one in labels} == {Do.CREATE_LABEL, Do.PATCH_LABEL}
    assert set(step.needs) == {"task.one.label[bike]", "task.one.label[vehicle]"}
    assert counts(step) == [("1 shape", "2 shapes")]
    desk.write(shapes=[box(0, "car")])
    assert desk.problem(block=bike).endswith("| `car` is renamed to `vehicle`")
    desk.write(shapes=[box(0, "person")])
    assert desk.problem(block="    labels: {car: }\n    prune: {labels: true}\n") == (
        "wanted.json uses labels that this plan removes: `person` | describe them, or set `prune: {labels: false}`"
    )


def test_a_new_attribute_is_seen_in_what_is_there(desk: Desk) -> None:
    desk.make()
    desk.draw(0, label="person")
    desk.write(shapes=[box(0, "person", attributes={"age": "7"})])
    age = "    labels: {person: {attributes: {age: {input_type: number, values: ['7', '9', '1']}}}}\n"
    [step] = desk.plan(block=age).steps
    assert step.kind == "label"


def test_a_task_that_the_plan_makes(worker: Worker, tmp_path: Path) -> None:
    worker.make("/api/projects", {"name": "street", "labels": LABELS})
    planning = Planning(worker.sandbox, tmp_path, organization=None)
    (tmp_path / "a.png").write_bytes(stand_in("a"))
    file = tmp_path / "wanted.json"
    file.write_text(json.dumps({"shapes": [box(0), box(99, "bike")]}))
    manifest = """
version: 1
projects: {street: {labels: {bike: {type: rectangle}}}}
tasks:
  new: {project: street, data: {files: [a.png]}, annotations: {file: wanted.json, mode: replace}}
"""
    steps = {(step.address, step.do): step for step in planning.plan(manifest).steps}
    step = steps["task.new.annotations", Do.ADD_ANNOTATIONS]
    assert (step.expect, step.of and step.of.id) == (NOTHING, None)
    assert step.needs == ("task.new.data", "project.street.label[bike]")
    assert step.gives is not None
    assert step.gives["shapes"] == 2
