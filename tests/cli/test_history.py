"""`reconciler history`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.history.lock import locked
from reconciler.history.store import StateStore
from reconciler.sandbox import Sandbox

from .conftest import Command


@pytest.fixture
def ids(connected: Sandbox, reconciler: Command) -> list[str]:
    """Two runs."""
    assert reconciler("apply", "rename.yaml", "--yes").code == 0
    assert reconciler("rollback", "--yes").code == 0
    return [run["id"] for run in json.loads(reconciler("history", "--format", "json").out)["runs"]]


def test_none(reconciler: Command) -> None:
    said = reconciler("history")
    assert (said.code, said.out, said.err) == (0, "No runs yet.\n", "")
    assert json.loads(reconciler("history", "--format", "json").out) == {"format": "reconciler.history/1", "runs": []}
    assert not Path(".reconciler").exists()


def test_a_list(reconciler: Command, ids: list[str]) -> None:
    said = reconciler("history")
    assert (said.code, said.err) == (0, "")
    assert [line.split()[0] for line in said.out.splitlines()[1:]] in (ids, ids[::-1])


def test_one_by_the_beginning_of_its_id(reconciler: Command, ids: list[str]) -> None:
    said = reconciler("history", ids[0][:-1])
    assert said.code == 0
    assert said.out.startswith(f"Run {ids[0]}: apply\n")
    assert "subset Train → Holdout" in said.out
    document = json.loads(reconciler("history", ids[0], "--format", "json").out)
    assert document["format"] == "reconciler.history-run/1"
    assert document["run"]["id"] == ids[0]


def test_the_beginning_of_two(reconciler: Command, ids: list[str]) -> None:
    said = reconciler("history", ids[0][:4])
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(f"error: 2 runs begin with '{ids[0][:4]}': {ids[0]}")


def test_unknown(reconciler: Command, ids: list[str]) -> None:
    said = reconciler("history", "19990101")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("error: There is no run '19990101' in .reconciler\n    Did you mean ")


def test_a_damaged_run_does_not_hide_the_others(reconciler: Command, ids: list[str]) -> None:
    Path(".reconciler/runs", ids[0], "run.json").write_text("{")
    said = reconciler("history")
    assert said.code == 0
    assert ids[1] in said.out
    assert f"warning: run {ids[0]} cannot be read: " in said.err
    assert reconciler("history", ids[0]).code == 1


def test_a_run_that_was_killed(reconciler: Command, ids: list[str]) -> None:
    """It says it is running; whether it is, the lock tells."""
    file = Path(".reconciler/runs", ids[1], "run.json")
    file.write_text(json.dumps(json.loads(file.read_text()) | {"status": "running", "finished": None}))
    line = next(line for line in reconciler("history").out.splitlines() if line.startswith(ids[1]))
    assert " killed " in line
    assert "  status     killed\n" in reconciler("history", ids[1]).out
    with locked(StateStore(Path(".reconciler")), "somebody", "something later"):
        assert "  status     killed\n" in reconciler("history", ids[1]).out
        begun = {"started": datetime.now(UTC).isoformat()}
        file.write_text(json.dumps(json.loads(file.read_text()) | begun))
        assert "  status     running\n" in reconciler("history", ids[1]).out


def test_what_a_rollback_left_is_named(connected: Sandbox, reconciler: Command) -> None:
    assert reconciler("apply", "rename.yaml", "reopen.yaml", "--yes").code == 0
    connected.api("PATCH", "/api/tasks/1", json={"subset": "Mine"})
    assert reconciler("rollback", "--yes").code == 4
    back = json.loads(reconciler("history", "--format", "json").out)["runs"][-1]["id"]
    said = reconciler("history", back)
    assert "Conflicts: somebody else changed these since the run; they are left as they are" in said.out
    assert "Mine" in said.out
