"""`reconciler rollback`."""

from __future__ import annotations

import json

import pytest

from reconciler.sandbox import Sandbox

from .conftest import Command, state_of, writes


@pytest.fixture
def run(connected: Sandbox, reconciler: Command) -> str:
    """The id of a run that set the subset of one task and reopened all six."""
    assert reconciler("apply", "rename.yaml", "reopen.yaml", "--yes").code == 0
    connected.requests.clear()
    return str(json.loads(reconciler("history", "--format", "json").out)["runs"][0]["id"])


def test_dry_run_only_shows(connected: Sandbox, reconciler: Command, run: str) -> None:
    said = reconciler("rollback", "--dry-run")
    assert said.code == 0
    assert said.out.startswith(f"Rollback of run {run} on {connected.url}")
    assert writes(connected) == []


def test_without_a_terminal_it_wants_yes(connected: Sandbox, reconciler: Command, run: str) -> None:
    said = reconciler("rollback")
    assert said.code == 1
    assert "error: there is no terminal to confirm on; nothing was written\n" in said.err
    assert writes(connected) == []


def test_there_and_back_and_there_again(connected: Sandbox, reconciler: Command, run: str) -> None:
    applied = state_of(connected)
    said = reconciler("rollback", run, "--yes")
    assert said.code == 0
    assert said.out.splitlines()[-1].startswith(f"Rolled back run {run} by run ")
    assert reconciler("rollback", "--yes").code == 0  # the last run: the rollback itself
    assert state_of(connected) == applied


def test_a_second_rollback_of_the_same_run_finds_nothing(connected: Sandbox, reconciler: Command, run: str) -> None:
    assert reconciler("rollback", run, "--yes").code == 0
    said = reconciler("rollback", run)
    assert said.code == 0
    assert said.out.splitlines()[0] == f"No changes. The server is as it was before run {run}."


def test_json(connected: Sandbox, reconciler: Command, run: str) -> None:
    assert json.loads(reconciler("rollback", "--dry-run", "--format", "json").out)["plan"]["of_run"] == run
    document = json.loads(reconciler("rollback", "--yes", "--format", "json").out)
    assert document["format"] == "reconciler.history-run/1"
    assert document["run"]["of_run"] == run
    assert json.loads(reconciler("rollback", run, "--format", "json").out)["format"] == "reconciler.plan/1"


def test_what_others_changed_is_left_and_named(connected: Sandbox, reconciler: Command, run: str) -> None:
    connected.api("PATCH", "/api/tasks/1", json={"subset": "Mine"})
    said = reconciler("rollback", "--yes")
    assert said.code == 4
    assert "Mine" in said.out
    assert connected.api("GET", "/api/tasks/1")[1]["subset"] == "Mine"
    forced = reconciler("rollback", run, "--yes", "--force")
    assert forced.code == 0
    assert connected.api("GET", "/api/tasks/1")[1]["subset"] == "Train"


def test_only_conflicts_are_left(connected: Sandbox, reconciler: Command) -> None:
    assert reconciler("apply", "rename.yaml", "--yes").code == 0
    connected.api("PATCH", "/api/tasks/1", json={"subset": "Mine"})
    connected.requests.clear()
    assert reconciler("rollback", "--dry-run").code == 0
    assert reconciler("rollback", "--yes").code == 4
    assert writes(connected) == []


def test_nothing_to_roll_back(reconciler: Command) -> None:
    said = reconciler("rollback", "--yes")
    assert (said.code, said.out) == (1, "")
    assert said.err == "error: no run is recorded in .reconciler\n    name the state folder with --state\n"


def test_a_run_of_another_server(
    connected: Sandbox, reconciler: Command, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Sandbox.start(seed="street", tasks=1) as other:
        monkeypatch.setenv("CVAT_HOST", other.url)
        monkeypatch.setenv("CVAT_ACCESS_TOKEN", other.token)
        said = reconciler("rollback", "--yes")
    assert said.code == 1
    assert f"this was made for the server '{connected.url}'; you are connected to '{other.url}'" in said.err
