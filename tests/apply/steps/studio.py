"""A desk with pictures and annotations on it, and nothing on the server but people."""

from __future__ import annotations

import json
from typing import Any

from reconciler.apply.running import Outcome
from reconciler.history.bindings import Binding, load_bindings
from reconciler.history.model import StepRecord, WriteOutcome
from reconciler.history.runs import load_step_records
from reconciler.sandbox.pictures import stand_in

from ..desk import Desk

FRAMES = 4
PROJECT = """
version: 1
settings: {limits: {max_deletes: 20}}
projects:
  street:
    name: Street
    assignee: alice
    guide: "# How"
    labels:
      car: {type: rectangle, color: "#ff0000"}
      van: {type: any}
    prune: {labels: true, tasks: true}
"""
TASK = """
tasks:
  one:
    project: street
    subset: Train
    data: {files: ["one/*.png"], segment_size: 2}
"""
ANNOTATED = (
    TASK
    + """
    annotations: {file: one.json, mode: MODE}
    jobs: {assignee: carol}
"""
)
EMPTY = "version: 1\nsettings: {limits: {max_deletes: 20}}\n"
GONE = """
version: 1
settings: {limits: {max_deletes: 20}}
projects: {street: {name: Street, ensure: absent}}
tasks: {one: {project: street, ensure: absent}}
"""


def annotated(mode: str = "append") -> str:
    """The project with its task and annotations."""
    return PROJECT + ANNOTATED.replace("MODE", mode)


def pictures(desk: Desk, name: str = "one", frames: int = FRAMES) -> None:
    """What a task is made from."""
    folder = desk.folder / name
    folder.mkdir(exist_ok=True)
    for number in range(frames):
        (folder / f"{number}.png").write_bytes(stand_in(f"{name} {number}"))


def boxes(desk: Desk, *frames: int, name: str = "one.json", label: str = "car") -> None:
    """A file of annotations: a box on each of these frames."""
    shapes = [box(frame, label) for frame in frames]
    (desk.folder / name).write_text(json.dumps({"tags": [], "shapes": shapes, "tracks": []}))


def box(frame: int, label: str = "car", at: int = 1) -> dict[str, Any]:
    return {"type": "rectangle", "frame": frame, "label": label, "points": [at, 2, 30, 40]}


def results(outcome: Outcome) -> dict[str, WriteOutcome]:
    """What became of each step, by its address and what it did."""
    return {f"{one.step.address} {one.step.do}": one.outcome for one in outcome.steps}


def told(outcome: Outcome) -> dict[str, str]:
    """What is said of the steps that did not arrive."""
    return {
        one.step.address: f"{one.outcome}: {one.message}"
        for one in outcome.steps
        if one.outcome not in (WriteOutcome.WRITTEN, WriteOutcome.ALREADY)
    }


def records(desk: Desk, outcome: Outcome) -> list[StepRecord]:
    return load_step_records(desk.store, outcome.run.id)


def binding(desk: Desk, address: str) -> Binding:
    found = load_bindings(desk.store).find(desk.sandbox.url, None, address)
    assert found is not None
    return found


def get(desk: Desk, path: str, **query: Any) -> Any:
    status, answer = desk.sandbox.api("GET", path, query=query)
    assert status == 200, answer
    return answer


def names(desk: Desk, kind: str) -> list[str]:
    """Of all projects, tasks or labels."""
    return sorted(one["name"] for one in get(desk, f"/api/{kind}s", page_size=100)["results"])


def shapes(desk: Desk, task: int) -> list[int]:
    """The frames on which a task has shapes."""
    return sorted(one["frame"] for one in get(desk, f"/api/tasks/{task}/annotations")["shapes"])


def draw(desk: Desk, task: int, frame: int, label: str = "car") -> None:
    """Somebody annotates."""
    found = {one["name"]: one["id"] for one in get(desk, "/api/labels", task_id=task)["results"]}
    shape = {key: value for key, value in box(frame, at=9).items() if key != "label"} | {"label_id": found[label]}
    body = {"tags": [], "shapes": [shape], "tracks": []}
    status, answer = desk.sandbox.api("PATCH", f"/api/tasks/{task}/annotations", json=body, query={"action": "create"})
    assert status == 200, answer


def sent(desk: Desk, method: str, path: str) -> int:
    """How often the server was asked this."""
    return sum(one.method == method and one.path == path for one in desk.sandbox.requests)
