"""Real processes with pipes: which stream, readers that go away, disks that are full, streams that are closed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.sandbox import Sandbox

from .conftest import REOPEN, writes
from .processes import ended, surroundings

FULL = Path("/dev/full")


def test_results_and_the_rest_are_apart(sandbox: Sandbox) -> None:
    said = ended("plan", "-", "--format", "json", "--detailed-exitcode", environ=surroundings(sandbox), stdin=REOPEN)
    assert said.returncode == 2
    assert json.loads(said.stdout)["plan"]["summary"]["tasks_to_change"] == 6
    assert all(line.startswith("Reading ") for line in said.stderr.splitlines())
    assert "\x1b" not in said.stdout + said.stderr


def test_the_module_and_its_exit_code(sandbox: Sandbox) -> None:
    said = ended("apply", "nothing.yaml", environ=surroundings(sandbox))
    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr.startswith("error: there is no file `nothing.yaml`\n")


def _with_a_reader_that_went_away(arguments: list[str], environ: dict[str, str]) -> tuple[int, str]:
    read, write = os.pipe()
    os.close(read)
    try:
        said = ended(*arguments, environ=environ, stdout=write)
    finally:
        os.close(write)
    return said.returncode, said.stderr or ""


@pytest.mark.parametrize(
    "arguments", [["plan", "reopen.yaml"], ["plan", "reopen.yaml", "--format", "json"], ["schema"]]
)
def test_a_reader_that_went_away_is_not_worth_a_word(sandbox: Sandbox, arguments: list[str]) -> None:
    code, err = _with_a_reader_that_went_away(arguments, surroundings(sandbox))
    assert code == 1
    assert all(line.startswith("Reading ") for line in err.splitlines())


@pytest.mark.parametrize("as_json", [[], ["--json"]])
def test_nobody_to_show_the_files_to_does_not_change_how_it_ended(sandbox: Sandbox, as_json: list[str]) -> None:
    arguments = ["export-annotations", "--id", "1", "--format", "native", "--out", "x", *as_json]
    code, err = _with_a_reader_that_went_away(arguments, surroundings(sandbox))
    assert code == 0, err
    assert list(Path("x").glob("*.task-1.json"))


def test_nobody_to_show_the_plan_to_is_no_reason_to_apply_it(sandbox: Sandbox) -> None:
    code, err = _with_a_reader_that_went_away(["apply", "reopen.yaml", "--yes"], surroundings(sandbox))
    assert code == 1
    assert err.endswith("error: standard output was closed before the plan was shown; nothing was written\n")
    assert writes(sandbox) == []


def test_nobody_to_show_the_outcome_to_does_not_change_it(sandbox: Sandbox) -> None:
    arguments = ["apply", "reopen.yaml", "--yes", "--format", "json"]
    code, err = _with_a_reader_that_went_away(arguments, surroundings(sandbox))
    assert code == 0
    assert "Traceback" not in err
    assert len(writes(sandbox)) == 18


def test_nobody_to_show_the_progress_to_does_not_stop_a_run(sandbox: Sandbox) -> None:
    read, write = os.pipe()
    sandbox.before("PATCH", "/api/jobs/", lambda: os.close(read))
    try:
        said = ended("apply", "reopen.yaml", "--yes", environ=surroundings(sandbox), stderr=write)
    finally:
        os.close(write)
    assert said.returncode == 0
    assert len(writes(sandbox)) == 18


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
def test_a_full_disk(sandbox: Sandbox) -> None:
    environ = surroundings(sandbox)
    with FULL.open("w") as full:
        said = ended("plan", "reopen.yaml", environ=environ, stdout=full)
        assert said.returncode == 1
        assert said.stderr.endswith("error: cannot write to standard output: No space left on device\n")
        said = ended("apply", "reopen.yaml", "--yes", "--format", "json", environ=environ, stdout=full)
    assert said.returncode == 0  # all of it was written and verified; only the telling failed
    assert "warning: cannot write to standard output: No space left on device\n" in said.stderr
    assert "reconciler history " in said.stderr.splitlines()[-1]


CLOSED = """\
import os, sys
for number in (0, 1, 2):
    os.close(number)
os.execv(sys.executable, [sys.executable, "-m", "reconciler", "apply", "rename.yaml", *sys.argv[1:]])
"""


@pytest.mark.parametrize(("options", "code"), [([], 1), (["--yes"], 0)])
def test_closed_streams(sandbox: Sandbox, options: list[str], code: int) -> None:
    """Nothing that the program opens may take the place of a closed stream and be written into."""
    command = [sys.executable, "-c", CLOSED, *options]
    assert subprocess.run(command, env=surroundings(sandbox), timeout=30, check=False).returncode == code
    assert len(writes(sandbox)) == (1 if options else 0)
    for file in Path(".reconciler").rglob("*.json"):
        json.loads(file.read_text())


def test_an_encoding_without_arrows(sandbox: Sandbox) -> None:
    said = ended("plan", "reopen.yaml", environ=surroundings(sandbox, PYTHONIOENCODING="ascii"))
    assert (said.returncode, said.stderr.count("error")) == (0, 0)
    assert "\\u2192" in said.stdout
