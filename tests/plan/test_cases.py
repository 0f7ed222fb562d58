"""Golden cases: a manifest and a world make a plan.

`cases/<name>/` holds

- `manifest.yaml`: what is wanted
- `world.yaml`: what is there, as `worlds.py` explains; without it, `cases/world.yaml`
- `ledger.yaml`, if one-time rules were applied before: `RULE: {selected: [11], done: [11]}` and, where it matters,
  `revision`, `selected_jobs`, `left: [{task: 11, jobs: [101], fields: true, status: true}]`, `run`, `edited: true` (the
  rule said something else then)
- `bindings.yaml`, if something was applied before: `task.x: {id: 11}` and, where it matters, `data`, `prevent_delete`,
  `created`; and under `successors` what was restored: `[{kind: task, old: 4, new: 11}]`
- `targets.txt`, for `--target`: one address a line
- `expected.txt`: the plan in full, or every problem

To add one, write the first files, run `RENEW_GOLDEN=1 .venv/bin/pytest tests/plan/test_cases.py`, and read what came.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.errors import PlanError
from reconciler.manifest.loading import load
from reconciler.sandbox import Sandbox

from .outline import outline
from .planning import Planning
from .worlds import build_world

CASES = Path(__file__).parent / "cases"


@pytest.mark.parametrize("name", sorted(path.name for path in CASES.iterdir() if path.is_dir()))
def test_case(
    name: str, sandbox: Sandbox, newer_sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(CASES / name)
    own = Path("world.yaml")
    described = yaml.safe_load((own if own.exists() else CASES / own).read_text(encoding="utf-8"))
    server = newer_sandbox if described.get("server") == 2.80 else sandbox
    server.reset(build_world(described))
    planning = Planning(server, tmp_path, described.get("organization"), described.get("as"))

    said = planned(planning)
    expected = Path("expected.txt")
    if os.environ.get("RENEW_GOLDEN"):
        expected.write_text(said, encoding="utf-8")
    assert said == expected.read_text(encoding="utf-8")


def planned(planning: Planning) -> str:
    """Plan the case in the current folder, twice: the same comes out."""
    targets = Path("targets.txt")
    entries, bindings = (_read(Path(f"{name}.yaml")) for name in ("ledger", "bindings"))
    named = targets.read_text(encoding="utf-8").split() if targets.exists() else []
    loaded = load(["manifest.yaml"], environ={})
    try:
        plan = planning.plan(loaded, *named, ledger=entries, bindings=bindings)
    except PlanError as error:
        return f"{error}\n"
    assert planning.plan(loaded, *named, ledger=entries, bindings=bindings) == plan
    return outline(plan)


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else None
