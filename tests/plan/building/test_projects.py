"""Golden cases: a manifest's projects and tasks, and what was found of them, make steps.

`cases/<name>/` holds `manifest.yaml`, `observed.yaml` (as `described.py` explains; without it nothing is there), files
of guides, and `expected.txt`. To add one, write the first files, run `RENEW_GOLDEN=1 .venv/bin/pytest
tests/plan/building/test_projects.py`, and read what came.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from reconciler.manifest.loading import load
from reconciler.plan.building.guides import build_task_guide
from reconciler.plan.building.labels import build_task_labels
from reconciler.plan.building.projects import build_projects, project_binding

from .described import build
from .outlined import outlined

CASES = Path(__file__).parent / "cases"


@pytest.mark.parametrize("name", sorted(path.name for path in CASES.iterdir() if path.is_dir()))
def test_case(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES / name)
    observed, expected = Path("observed.yaml"), Path("expected.txt")
    described = yaml.safe_load(observed.read_text(encoding="utf-8")) if observed.exists() else {}
    ctx = build(load(["manifest.yaml"], environ={}), described)

    steps = build_projects(ctx)
    for key in ctx.tasks:
        steps += build_task_labels(ctx, key)
        steps += build_task_guide(ctx, key)
    said = outlined(ctx, steps)
    present = [key for key in ctx.projects if ctx.manifest.projects[key].ensure == "present"]
    wishes = [project_binding(ctx, key) for key in present]
    said += "".join(f"binding: {wish.model_dump_json(exclude_defaults=True)}\n" for wish in wishes)
    if os.environ.get("RENEW_GOLDEN"):
        expected.write_text(said, encoding="utf-8")
    assert said == expected.read_text(encoding="utf-8")
