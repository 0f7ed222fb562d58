"""On a terminal: the question, Ctrl-C, colours and the progress bar."""

from __future__ import annotations

import json
import subprocess
import threading
from pathlib import Path

import pytest

from reconciler.sandbox import Sandbox

from .conftest import Command, state_of, writes
from .processes import ended, surroundings, terminal

QUESTION = "Only `yes` is taken as a yes: "


def test_yes_applies_and_the_bar_leaves_the_lines_whole(sandbox: Sandbox) -> None:
    sandbox.delay("PATCH", "/api/jobs/", 0.01)
    with terminal("apply", "reopen.yaml", environ=surroundings(sandbox)) as screen:
        screen.until(f"Apply this to {sandbox.url}? {QUESTION}")
        assert writes(sandbox) == []
        screen.type("yes\n")
        assert screen.end() == 0
    lines = [line.rstrip() for line in screen.text.replace("\r\n", "\n").replace("\r", "\n").splitlines()]
    run = json.loads(ended("history", "--format", "json", environ=surroundings(None)).stdout)["runs"][0]["id"]
    assert f"Run {run}: plan and snapshot are recorded." in lines
    assert "Verifying: reading everything again." in lines
    assert any("Applying" in line and "tasks" in line and "writes" in line for line in lines)
    assert lines[-1].startswith(f"Applied run {run}: 6 tasks changed (18 jobs), verified.")
    assert "\x1b[32m" in screen.screen or "\x1b[1;32m" in screen.screen
    assert sandbox.token not in screen.screen


@pytest.mark.parametrize("answer", ["y\n", "\x04"], ids=["y", "Ctrl-D"])
def test_anything_else_does_not(sandbox: Sandbox, answer: str) -> None:
    """A declined apply is no success: exit code 1, as Terraform's."""
    with terminal("apply", "reopen.yaml", environ=surroundings(sandbox)) as screen:
        screen.until(QUESTION)
        screen.type(answer)
        assert screen.end() == 1
    assert screen.text.splitlines()[-1] == "Nothing was written."
    assert writes(sandbox) == []
    assert not Path(".reconciler").exists()


def test_ctrl_c_at_the_question(sandbox: Sandbox) -> None:
    with terminal("apply", "reopen.yaml", environ=surroundings(sandbox)) as screen:
        screen.until(QUESTION)
        screen.type("\x03")
        assert screen.end() == 130
    assert screen.text.splitlines()[-1] == "error: interrupted; nothing was written"
    assert "Traceback" not in screen.text
    assert writes(sandbox) == []
    assert not Path(".reconciler").exists()


def test_ctrl_c_while_writing_records_what_was_written(sandbox: Sandbox, reconciler: Command) -> None:
    before = state_of(sandbox)
    seen = threading.Event()
    sandbox.before("PATCH", "/api/jobs/", seen.set)
    sandbox.delay("PATCH", "/api/jobs/", 0.05)
    with terminal("apply", "reopen.yaml", "--yes", environ=surroundings(sandbox)) as screen:
        assert seen.wait(30)
        screen.type("\x03")
        screen.until("Stopping: writes in flight are finished and recorded.")
        assert screen.end() == 130
    assert "in part (interrupted)" in screen.text
    assert 0 < len(writes(sandbox)) < 18
    undone = ended("rollback", "--yes", environ=surroundings(sandbox))
    assert undone.returncode == 0, undone.stderr
    assert state_of(sandbox) == before


def test_rollback_asks_too(sandbox: Sandbox) -> None:
    environ = surroundings(sandbox)
    assert ended("apply", "rename.yaml", "--yes", environ=environ).returncode == 0
    with terminal("rollback", environ=environ) as screen:
        screen.until(QUESTION)
        assert "Roll back run " in screen.text
        screen.type("yes\n")
        assert screen.end() == 0
    assert sandbox.api("GET", "/api/tasks/1")[1]["subset"] == "Train"


def test_json_is_kept_apart_from_the_question(sandbox: Sandbox) -> None:
    """Whoever is asked sees what for, though standard output is kept for the JSON."""
    with (
        Path("out.json").open("wb") as out,
        terminal("apply", "rename.yaml", "--format", "json", environ=surroundings(sandbox), stdout=out) as screen,
    ):
        screen.until(QUESTION)
        assert "subset Train → Holdout" in screen.text
        screen.type("yes\n")
        assert screen.end() == 0
    assert json.loads(Path("out.json").read_text())["run"]["status"] == "done"


def test_no_colours_where_they_are_not_wanted(sandbox: Sandbox) -> None:
    environ = surroundings(sandbox, NO_COLOR="1")
    with terminal("plan", "reopen.yaml", environ=environ, stderr=subprocess.DEVNULL) as screen:
        assert screen.end() == 0
    assert "Plan: 6 tasks to change" in screen.screen
    assert "\x1b" not in screen.screen
