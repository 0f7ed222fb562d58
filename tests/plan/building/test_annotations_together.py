"""Annotations of many tasks: read side by side, told, and not kept."""

# ruff: noqa: ARG002 - a server that does not filter

from __future__ import annotations

import re
import threading
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from reconciler.cvat.capabilities import CONNECTIONS, Capabilities
from reconciler.cvat.details import FileFormat, Formats
from reconciler.cvat.models import Task
from reconciler.errors import PlanError, ServerError
from reconciler.manifest.loading import load
from reconciler.plan.building.annotations_together import AnnotationsTogether
from reconciler.plan.building.building import Building
from reconciler.plan.model import Plan
from reconciler.plan.onward.following import make_plan
from reconciler.plan.surroundings import Surroundings

from ..observed import SERVER, Everybody, Server, plan_for, task

COCO, CLOUDS = "COCO 1.0", "Kitti Raw Format 1.0"
TASKS = 2 * CONNECTIONS
LONG = 60.0


@dataclass
class Meeting(Server):
    """A server that answers only when as many ask at once as there are connections."""

    read: list[int] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    lists_of_jobs: int = 0
    meeting: threading.Barrier = field(default_factory=lambda: threading.Barrier(CONNECTIONS))

    def annotations(self, task_id: int) -> dict[str, Any]:
        self.meeting.wait(LONG)
        if task_id in self.hidden:
            raise ServerError("no", status=403)
        self.read.append(task_id)
        return {}

    def jobs_of_tasks(self, task_ids: Any, *, where: Any = None) -> list[Any]:
        self.lists_of_jobs += 1
        return []

    def formats(self) -> Formats:
        flat, cloud = FileFormat(name=COCO, dimension="2d"), FileFormat(name=CLOUDS, dimension="3d")
        return Formats(importers=(flat, cloud), exporters=(flat, cloud))


def some(number: int = TASKS, **fields: Any) -> list[Task]:
    return [task(one, size=5, dimension="2d", **fields) for one in range(1, number + 1)]


def manifest(folder: Path, blocks: dict[str, str]) -> Path:
    """`blocks`: what each says of its annotations. The file is there."""
    zipfile.ZipFile(folder / "a.zip", "w").close()
    lines = [f"  {key}: {{annotations: {{file: a.zip, {said}}}}}\n" for key, said in blocks.items()]
    path = folder / "m.yaml"
    path.write_text("version: 1\ntasks:\n" + "".join(lines))
    return path


def of_all(tasks: list[Task], said: str = f"format: {COCO}") -> dict[str, str]:
    return {one.name: said for one in tasks}


def planned(server: Server, path: Path, told: Any = lambda *_: None) -> Plan:
    return make_plan(load([path], environ={}), Surroundings(server, Everybody(), SERVER, told=told))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_side_by_side_in_order_and_told(folder: Path) -> None:
    tasks, told = some(), list[Any]()
    server = Meeting(tasks)
    plan = planned(server, manifest(folder, of_all(tasks)), lambda *said: told.append(said))
    assert [step.address for step in plan.steps] == [f"task.t{one}.annotations" for one in range(1, TASKS + 1)]
    assert sorted(server.read) == [one.id for one in tasks]
    assert server.lists_of_jobs == 1
    assert told == [("annotations", done, TASKS) for done in range(1, TASKS + 1)]


def test_not_more_in_memory_than_are_read_together(folder: Path) -> None:
    tasks = some()
    loaded = load([manifest(folder, of_all(tasks))], environ={})
    server = Meeting(tasks)
    ctx = Building(loaded, server, SERVER, Capabilities.of(Version("2.54.1")), tasks={one.name: one for one in tasks})
    together = AnnotationsTogether(ctx, together=CONNECTIONS)
    for one in tasks:
        assert len(together.steps(one.name)) == 1
        assert len(ctx.wholes) == CONNECTIONS
    assert sorted(server.read) == [one.id for one in tasks]  # each once


def test_only_what_is_to_be_compared_is_read(folder: Path) -> None:
    """Not the task without data, nor that of a file that is not there, of an unknown format or one for others."""
    tasks = [*some(CONNECTIONS + 3), task(CONNECTIONS + 4, dimension="2d")]
    blocks = of_all(tasks)
    blocks |= {"t1": "format: Nonsense 9", "t2": f"format: {CLOUDS}", f"t{CONNECTIONS + 3}": f"format: {CLOUDS}"}
    server = Meeting(tasks)
    with pytest.raises(PlanError) as raised:
        planned(server, manifest(folder, blocks))
    assert sorted(server.read) == list(range(3, CONNECTIONS + 3))
    said = [(problem.where.line if problem.where else 0, problem.what) for problem in raised.value.problems]
    assert said == [
        (3, "the server imports no format `Nonsense 9`"),
        (4, f"`{CLOUDS}` is for 3D tasks, not for 2 2D tasks: 2 (t2) and 7 (t7)"),
        (10, "this task has no data, so nothing in it can be annotated"),
    ]


def test_problems_come_block_by_block(folder: Path) -> None:
    """As an import of a folder makes its manifest: without places, by which they could be sorted."""
    tasks = some(CONNECTIONS + 2)
    zipfile.ZipFile(folder / "a.zip", "w").close()
    document = {
        one.name: {"annotations": {"file": "a.zip" if one.id % 2 else f"gone-{one.id}.zip", "format": COCO}}
        for one in tasks
    }
    server = Meeting(tasks, meeting=threading.Barrier(1), hidden={1, 3})
    with pytest.raises(PlanError) as raised:
        plan_for(server, {"tasks": document})
    about = [re.search(r"gone-\d|task \d", problem.what) for problem in raised.value.problems]
    assert [found and found[0] for found in about] == ["task 1", "gone-2", "task 3", "gone-4", "gone-6"]
