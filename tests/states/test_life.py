"""A whole life, from `states/life`: made, changed, pruned, taken back step by step to an empty server, and forward."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.cli import run
from reconciler.sandbox import Sandbox
from reconciler.sandbox.demo_life import STORY

from ..cli.processes import surroundings
from ..laws.contents import contents

LIFE = Path(__file__).parents[2] / "states" / "life"
MADE, CHANGED, PRUNED = (str(path) for path in sorted(LIFE.glob("*.yaml")))


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.mark.parametrize("manifest", sorted(LIFE.glob("*.yaml")), ids=lambda path: path.name)
def test_it_is_valid_and_says_first_what_it_shows(manifest: Path) -> None:
    assert manifest.read_text(encoding="utf-8").startswith("# ")
    assert run(["validate", "--strict", str(manifest)]) == 0


@pytest.mark.parametrize("version", ["2.54", "2.80"])
def test_there_and_back_and_there_again(
    version: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Sandbox.start(seed="people", server_version=version) as sandbox:
        monkeypatch.setenv("CVAT_HOST", sandbox.url)
        monkeypatch.setenv("CVAT_ACCESS_TOKEN", sandbox.token)
        states = [contents(sandbox)]
        for manifest in (MADE, CHANGED, PRUNED):
            assert run(["plan", manifest, "--detailed-exitcode"]) == 2
            assert contents(sandbox) == states[-1], "a plan writes nothing"
            assert run(["apply", manifest, "--yes", "--allow-destructive"]) == 0
            assert run(["plan", manifest, "--detailed-exitcode"]) == 0
            states.append(contents(sandbox))
        assert len({json.dumps(state, default=str) for state in states}) == 4
        runs = _runs(capsys)
        for number in (3, 2, 1):
            assert run(["rollback", runs[number - 1], "--yes", "--allow-destructive"]) == 0
            assert contents(sandbox) == states[number - 1]
        for number in (1, 2, 3):
            assert run(["apply", (MADE, CHANGED, PRUNED)[number - 1], "--yes", "--allow-destructive"]) == 0
            assert contents(sandbox) == states[number]


def _runs(capsys: pytest.CaptureFixture[str]) -> list[str]:
    capsys.readouterr()
    assert run(["history", "--format", "json"]) == 0
    return [str(one["id"]) for one in json.loads(capsys.readouterr().out)["runs"]]


def test_the_demo(tmp_path: Path) -> None:
    """`make demo-life`, as a process of its own."""
    command = [sys.executable, "-m", "reconciler.sandbox.demo_life", str(LIFE)]
    shown = subprocess.run(
        command, env=surroundings(None), capture_output=True, text=True, encoding="utf-8", timeout=120, check=False
    )
    assert shown.returncode == 0, shown.stderr
    for number, scene in enumerate(STORY, start=1):
        assert f"# {number}. {scene.told}" in shown.stdout
    assert shown.stdout.count("verified. Undo with: reconciler rollback") == 7
    assert "1 label made, 1 task restored" in shown.stdout
    assert "Traceback" not in shown.stdout + shown.stderr
