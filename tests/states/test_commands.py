"""The examples in `states/commands` run as they stand, each as a shell of its own, and do what they say."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reconciler.sandbox import Sandbox

from ..cli.conftest import state_of
from ..cli.processes import surroundings

COMMANDS = Path(__file__).parents[2] / "states" / "commands"
Example = Callable[[str], subprocess.CompletedProcess[str]]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(seed="street", tasks=6) as running:
        yield running


@pytest.fixture
def example(sandbox: Sandbox, tmp_path: Path) -> Example:
    """Run an example to its end, in a folder of its own."""
    tool = tmp_path / "bin" / "reconciler"
    tool.parent.mkdir()
    tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m reconciler "$@"\n')
    tool.chmod(0o755)
    environ = surroundings(sandbox, CVAT_ORG="acme")
    environ["PATH"] = f"{tool.parent}:{environ['PATH']}"
    there = tmp_path / "there"
    there.mkdir()

    def run(name: str) -> subprocess.CompletedProcess[str]:
        command = ["sh", str(COMMANDS / name)]
        ended = subprocess.run(
            command, cwd=there, env=environ, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False
        )
        assert ended.returncode == 0, ended.stderr
        assert "Traceback" not in ended.stdout + ended.stderr
        return ended

    return run


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_each_says_first_what_it_shows_and_has_a_test() -> None:
    found = sorted(COMMANDS.iterdir())
    for path in found:
        shell, first = path.read_text(encoding="utf-8").splitlines()[:2]
        assert shell == "#!/bin/sh"
        assert first.startswith("# ")
        assert len(first) > 30
    assert [path.stem.replace("-", "_") for path in found] == sorted(
        name.removeprefix("test_example_") for name in globals() if name.startswith("test_example_")
    )


def test_example_annotations(sandbox: Sandbox, example: Example, tmp_path: Path) -> None:
    before = state_of(sandbox)
    said = example("annotations.sh")
    assert "6 to fetch. Nothing was written (--dry-run)." in said.stdout
    assert len(list((tmp_path / "there" / "delivery").glob("*.task-*.json"))) == 6
    assert list((tmp_path / "there" / "datasets").glob("*.task-*.zip"))
    assert "No changes." in said.stdout, "what is there is not added twice"
    assert state_of(sandbox) == before


def test_example_backups(sandbox: Sandbox, example: Example, tmp_path: Path) -> None:
    before = len(sandbox.dump()["tasks"])
    said = example("backups.sh")
    assert len(list((tmp_path / "there" / "backups").glob("*.zip"))) == 3
    assert len(sandbox.dump()["tasks"]) == before + 3, "the same again makes no task twice"
    assert "3 tasks restored, 3 tasks moved, verified" in said.stdout
    assert "before the audit" in said.stdout


def test_example_ad_hoc(sandbox: Sandbox, example: Example, tmp_path: Path) -> None:
    said = example("ad-hoc.sh")
    assert "6 tasks changed (18 jobs), verified" in said.stdout
    tasks = sandbox.dump()["tasks"]
    urgent = [task for task in tasks if task["name"].startswith("[P1] aisle-0")]
    assert len(urgent) == 3
    assert {task["bug_tracker"] for task in urgent} == {"https://tracker.example/urgent"}
    assert "valid (1 rule)" in said.stdout
    reviewed = [job for job in sandbox.dump()["jobs"] if (job["assignee"] or {}).get("username") == "erin"]
    assert any(job["stage"] == "validation" for job in reviewed)


def test_example_overview(example: Example, tmp_path: Path) -> None:
    said = example("overview.sh")
    assert "Street scenes" in said.stdout
    rows = rows_of(tmp_path / "there" / "warehouse.csv")
    assert {row["project"] for row in rows} == {"Warehouse"}
    assert "Warehouse" in (tmp_path / "there" / "drift.md").read_text(encoding="utf-8")


def test_example_who_did_what(example: Example, tmp_path: Path) -> None:
    said = example("who-did-what.sh")
    assert "rollback" in said.stdout
    rows = rows_of(tmp_path / "there" / "changes.csv")
    records = json.loads((tmp_path / "there" / "changes.json").read_text(encoding="utf-8"))["records"]
    assert len(rows) == len(records) > 0
    assert {row["run_kind"] for row in rows} == {"apply", "rollback"}
