"""From the file to the server and back: applied, planned again to nothing, taken back step by step."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.cvat.reading import Reader
from reconciler.plan.steps import Do

from ..apply.desk import seated
from ..sandbox.tasks import Worker
from .drawn import box
from .test_whole import read

FILES: list[tuple[str, Do, dict[str, Any]]] = [
    ("append", Do.ADD_ANNOTATIONS, {"shapes": [box(0), box(2, group=4), box(5)]}),
    ("replace", Do.PUT_ANNOTATIONS, {"tracks": [{"label": "car", "shapes": [box(0), box(4)]}]}),
    ("replace", Do.PUT_ANNOTATIONS, {"tags": [{"frame": 1, "label": "car"}]}),
]


@pytest.mark.parametrize("overlap", [0, 1])
def test_files_applied_and_taken_back(
    worker: Worker, reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, overlap: int
) -> None:
    monkeypatch.chdir(tmp_path)
    task = worker.task(6, name="one", segment_size=3, overlap=overlap)
    worker.annotate(task)
    runs, digests = [], [read(reader, task).digest]
    with seated(worker.sandbox, tmp_path) as desk:
        for mode, do, document in FILES:
            Path("a.json").write_text(json.dumps(document))
            manifest = f"version: 1\ntasks: {{one: {{annotations: {{file: a.json, mode: {mode}}}}}}}"
            plan = desk.plan(manifest)
            assert [step.do for step in plan.steps] == [do]
            done = desk.apply(plan).run
            assert done.status == "done"
            runs.append(done.id)
            assert desk.plan(manifest).is_empty
            digests.append(read(reader, task).digest)
        for run, digest in zip(reversed(runs), reversed(digests[:-1]), strict=True):
            assert desk.rollback(run).run.status == "done"
            assert read(reader, task).digest == digest


def test_a_file_with_the_servers_ids(
    worker: Worker, reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What GET answers is a file as it is."""
    monkeypatch.chdir(tmp_path)
    task = worker.task(6, name="one", segment_size=3)
    worker.annotate(task)
    before = read(reader, task)
    exported = worker.get(f"/api/tasks/{task['id']}/annotations")
    Path("a.json").write_text(json.dumps(exported))
    manifest = "version: 1\ntasks: {one: {annotations: {file: a.json, mode: replace}}}"
    with seated(worker.sandbox, tmp_path) as desk:
        assert not desk.plan(manifest).steps
        assert worker.ask("DELETE", f"/api/tasks/{task['id']}/annotations")[0] == 204
        assert desk.apply(manifest).run.status == "done"
    assert read(reader, task) == before
