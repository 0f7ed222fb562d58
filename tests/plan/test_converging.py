"""Applied once, planned again: nothing is left to do, and few requests say so."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.errors import PlanError
from reconciler.history.model import RunStatus
from reconciler.sandbox import Sandbox
from tests.apply.desk import Desk, seated
from tests.cvat.made import pictures

WHOLE = """
version: 1
settings: {limits: {max_deletes: 5}}
projects:
  yard:
    name: Yard
    guide: "Draw tightly."
    labels:
      car: {type: rectangle, color: "#ff0000", attributes: {parked: {input_type: checkbox, values: ["false"]}}}
      van: {}
tasks:
  yard-001:
    project: yard
    subset: Train
    jobs: {stage: validation}
    job_overrides: [{frames: 0-1, state: completed}]
    data: {files: ["images/*.png"], segment_size: 2}
    annotations: {file: boxes.json}
  loose:
    labels: {box: {color: "#00ff00"}}
    data: {files: ["images/*.png"]}
"""
BOXES = '{"shapes": [{"type": "rectangle", "frame": 0, "label": "car", "points": [1, 2, 30, 40]}]}'


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.chdir(tmp_path)
    Path("images").mkdir()
    pictures(Path("images"), *(f"{number}.png" for number in range(4)))
    Path("boxes.json").write_text(BOXES)
    with Sandbox.start(world={}) as sandbox, seated(sandbox, tmp_path) as sitting:
        yield sitting


def apply(desk: Desk, text: str) -> list[str]:
    """Apply a manifest; the addresses of its steps. What is there then is as wanted, and a second plan says so."""
    plan = desk.plan(text)
    outcome = desk.apply(plan)
    assert (outcome.run.status, outcome.run.note) == (RunStatus.DONE, None)
    assert desk.plan(text).is_empty
    return [step.address for step in plan.steps]


def test_what_is_made_is_as_wanted(desk: Desk) -> None:
    apply(desk, WHOLE)
    desk.sandbox.requests.clear()
    assert desk.plan(WHOLE).is_empty
    asked = [one.path.partition("?")[0] for one in desk.sandbox.requests]
    assert "/api/guides/1" in asked
    assert not any("annotations" in path for path in asked)
    assert len(asked) <= 6, asked


def test_without_memory_all_of_it_is_found_by_name(desk: Desk) -> None:
    apply(desk, WHOLE)
    shutil.rmtree(desk.store.folder)
    assert desk.plan(WHOLE).is_empty


def test_pictures_that_were_cleaned_away_are_needed_only_to_make_a_task(desk: Desk) -> None:
    apply(desk, WHOLE)
    shutil.rmtree("images")
    assert desk.plan(WHOLE).is_empty
    with pytest.raises(PlanError, match="matches no file, and the task is to be made from them"):
        desk.plan(WHOLE.replace("  loose:", "  another:"))


def test_the_labels_of_many_projects_are_one_sweep(desk: Desk) -> None:
    blocks = "".join(f"  p{number}: {{labels: {{car: {{}}}}}}\n" for number in range(9))
    text = f"version: 1\nprojects:\n{blocks}"
    apply(desk, text)
    desk.sandbox.requests.clear()
    assert desk.plan(text).is_empty
    assert len(desk.sandbox.requests) <= 5


def test_data_that_changed_is_refused_and_then_made_anew(desk: Desk) -> None:
    apply(desk, WHOLE)
    changed = WHOLE.replace("segment_size: 2", "segment_size: 4").replace("frames: 0-1", "frames: 0-3")
    with pytest.raises(PlanError, match="its segment_size is 2, not 4"):
        desk.plan(changed)
    steps = apply(desk, changed.replace("    project: yard\n", "    project: yard\n    replace: true\n"))
    assert steps[0] == "task.yard-001"
    assert steps[-1].startswith("task.yard-001.replaced[")
    names = [task["name"] for task in desk.sandbox.dump()["tasks"]]
    assert sorted(names) == ["loose", "yard-001"]


def test_a_task_that_was_made_without_its_data_is_continued(desk: Desk) -> None:
    """As after a crash between the two calls: nothing is remembered, nothing is made twice."""
    project = desk.sandbox.api("POST", "/api/projects", json={"name": "Yard"})[1]
    body = {"name": "yard-001", "project_id": project["id"], "segment_size": 2}
    desk.sandbox.api("POST", "/api/tasks", json=body)
    steps = apply(desk, WHOLE)
    assert "task.yard-001" not in steps
    assert "task.yard-001.data" in steps
    assert len(desk.sandbox.dump()["tasks"]) == 2


def test_a_task_goes_from_project_to_project_and_then_all_of_it_goes(desk: Desk) -> None:
    apply(desk, WHOLE)
    moved = WHOLE.replace("tasks:", "  street: {labels: {auto: {type: rectangle}, van: {}}}\ntasks:").replace(
        "  yard-001:\n    project: yard\n", "  yard-001:\n    project: street\n    move_labels: {car: auto}\n"
    )
    with pytest.raises(PlanError, match="the attribute parked of auto"):
        desk.plan(moved)
    moved = moved.replace("auto: {", 'auto: {attributes: {parked: {input_type: checkbox, values: ["false"]}}, ')
    assert "task.yard-001" in apply(desk, moved)
    gone = "version: 1\nsettings: {limits: {max_deletes: 9}}\nprojects:\n"
    gone += "  yard: {name: Yard, ensure: absent}\n  street: {ensure: absent}\n"
    steps = apply(desk, gone + "tasks: {loose: {ensure: absent}}\n")
    assert [re.sub(r"\d", "N", step) for step in steps] == [
        "task.loose",
        "project.street.task[N]",
        "project.yard",
        "project.street",
    ]
    dump = desk.sandbox.dump()
    assert (dump["projects"], dump["tasks"]) == ([], [])
