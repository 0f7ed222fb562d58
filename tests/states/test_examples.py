"""The examples in `states/` do what they say: each is valid, applies, is proven, and can be taken back whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.cli import run
from reconciler.sandbox import Sandbox
from reconciler.sandbox.demo import STORY

from ..cli.conftest import state_of
from ..cli.processes import surroundings
from .demonstration import demonstrate

STATES = Path(__file__).parents[2] / "states"
EXAMPLES = sorted(STATES.glob("*.yaml"))  # a whole life, in a folder of its own, has its own tests: test_life.py


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))


def test_there_are_some() -> None:
    assert EXAMPLES


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_it_says_first_what_it_shows(example: Path) -> None:
    first = example.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# ")
    assert len(first) > 30


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_there_and_back(example: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    manifest = str(example)
    assert run(["validate", "--strict", manifest]) == 0
    with Sandbox.start(seed="street", tasks=20) as sandbox:
        monkeypatch.setenv("CVAT_HOST", sandbox.url)
        monkeypatch.setenv("CVAT_ACCESS_TOKEN", sandbox.token)
        before = state_of(sandbox)
        assert run(["plan", manifest, "--detailed-exitcode"]) == 2
        assert state_of(sandbox) == before
        assert run(["apply", manifest, "--yes"]) == 0
        assert state_of(sandbox) != before
        assert run(["plan", manifest, "--detailed-exitcode"]) == 0
        assert run(["rollback", "--yes"]) == 0
        assert state_of(sandbox) == before
        capsys.readouterr()
        assert run(["history", "--format", "json"]) == 0
    runs = json.loads(capsys.readouterr().out)["runs"]
    assert [(each["kind"], each["status"]) for each in runs] == [("apply", "done"), ("rollback", "done")]


def test_the_demo() -> None:
    """`make demo`, as a process of its own."""
    shown = demonstrate(STATES / "reopen.yaml", surroundings(None))
    assert shown.returncode == 0, shown.stderr
    for number, scene in enumerate(STORY, start=1):
        assert f"# {number}. " in shown.stdout
        assert f"$ reconciler {scene.command.partition(' ')[0]}" in shown.stdout
    assert "verified. Undo with: reconciler rollback" in shown.stdout
    assert "No changes. The server is as the manifest wants it." in shown.stdout
    assert "Rolled back run" in shown.stdout
    plans = [line for line in shown.stdout.splitlines() if line.startswith("Plan: ") and "Plan: 0 tasks" not in line]
    assert len(plans) == 3  # shown, applied, and due again after the rollback
    assert len(set(plans)) == 1
    assert "Traceback" not in shown.stdout + shown.stderr
