"""`reconciler apply` with a manifest."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from reconciler.history.lock import locked
from reconciler.history.store import StateStore
from reconciler.sandbox import Sandbox

from .conftest import REOPEN, Command, state_of, writes

PAGE = "<!doctype html><html><body><h1>Server Error (500)</h1></body></html>"


def test_it_plans_writes_verifies_and_says_how_to_undo_it(connected: Sandbox, reconciler: Command) -> None:
    said = reconciler("apply", "reopen.yaml", "--yes")
    assert said.code == 0
    last = said.out.splitlines()[-1]
    run = last.split()[2].rstrip(":")
    assert last == f"Applied run {run}: 6 tasks changed (18 jobs), verified. Undo with: reconciler rollback {run}"
    assert f"Run {run}: plan and snapshot are recorded.\n" in said.err
    assert "Applying: 6/6 tasks, 18/18 writes" in said.err
    assert said.err.splitlines()[-1] == "Verifying: reading everything again."
    assert len(writes(connected)) == 18


def test_without_a_terminal_it_wants_yes(connected: Sandbox, reconciler: Command) -> None:
    said = reconciler("apply", "reopen.yaml")
    assert said.code == 1
    assert "Plan: 6 tasks to change" in said.out
    assert "error: there is no terminal to confirm on; nothing was written\n" in said.err
    assert "--yes" in said.err
    assert writes(connected) == []
    assert not Path(".reconciler").exists()


def test_nothing_to_do_needs_no_yes(connected: Sandbox, reconciler: Command) -> None:
    assert reconciler("apply", "reopen.yaml", "--yes").code == 0
    said = reconciler("apply", "reopen.yaml")
    assert (said.code, said.out.splitlines()[0]) == (0, "No changes. The server is as the manifest wants it.")


def test_a_rule_that_finds_nothing_is_recorded(connected: Sandbox, reconciler: Command) -> None:
    Path("none.yaml").write_text(REOPEN.replace("batch-*", "no-such-*"))
    assert reconciler("apply", "none.yaml").err.endswith("Recorded: these one-time rules are applied.\n")
    assert "Recorded" not in reconciler("apply", "none.yaml").err


def test_json_is_the_run_and_nothing_else(connected: Sandbox, reconciler: Command) -> None:
    document = json.loads(reconciler("apply", "reopen.yaml", "--yes", "--format", "json").out)
    assert document["format"] == "reconciler.history-run/1"
    assert document["run"]["status"] == "done"
    assert {record["outcome"] for record in document["audit"]} == {"started", "written"}


def test_json_of_nothing_to_do_is_the_empty_plan(connected: Sandbox, reconciler: Command) -> None:
    reconciler("apply", "reopen.yaml", "--yes")
    document = json.loads(reconciler("apply", "reopen.yaml", "--yes", "--format", "json").out)
    assert document["format"] == "reconciler.plan/1"
    assert document["plan"]["summary"]["tasks_to_change"] == 0


def test_an_error_has_no_json(connected: Sandbox, reconciler: Command) -> None:
    """Errors are for standard error, whatever the format: no result, no document."""
    said = reconciler("apply", "reopen.yaml", "--format", "json")
    assert (said.code, said.out) == (1, "")


def test_from_standard_input(connected: Sandbox, reconciler: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(REOPEN))
    assert reconciler("apply", "-", "--yes").code == 0
    assert len(writes(connected)) == 18


def test_a_limit_stops_it(connected: Sandbox, reconciler: Command) -> None:
    Path("limited.yaml").write_text(REOPEN + "settings: {limits: {max_changes: 2}}\n")
    said = reconciler("apply", "limited.yaml", "--yes")
    assert said.code == 6
    assert "error: this plan exceeds a safety limit: 6 tasks would change; `max_changes` allows 2\n" in said.err
    assert writes(connected) == []


def test_another_run_holds_the_lock(connected: Sandbox, reconciler: Command) -> None:
    store = StateStore(Path(".reconciler"))
    with locked(store, "somebody@there", "a long run"):
        said = reconciler("apply", "reopen.yaml", "--yes")
    assert said.code == 5
    assert "error: The state store .reconciler is held by somebody@there (process" in said.err
    assert writes(connected) == []


def test_one_refused_write_does_not_stop_the_others(connected: Sandbox, reconciler: Command) -> None:
    connected.fail("PATCH", r"/api/jobs/4$", status=500, body=PAGE, times=None)
    said = reconciler("apply", "reopen.yaml", "--yes")
    assert said.code == 3
    assert "Failed: the server refused 1 write" in said.out
    assert "job 4 of task 2 batch-002" in said.out
    assert "Applied run" in said.out.splitlines()[-2]
    assert said.out.splitlines()[-1].startswith("18 writes planned, 17 made. Continue ")
    assert "1 write failed" in said.out.splitlines()[-2]


def test_somebody_else_writes_meanwhile(connected: Sandbox, reconciler: Command) -> None:
    def somebody() -> None:
        connected.api("PATCH", "/api/jobs/10", json={"stage": "validation", "state": "new"})

    connected.before("PATCH", r"/api/jobs/1$", somebody)
    said = reconciler("apply", "reopen.yaml", "--yes", "--parallelism", "1")
    assert said.code == 4
    assert "Conflicts: somebody else changed these since the plan" in said.out
    assert "job 10 of task 4 batch-004" in said.out
    assert connected.api("GET", "/api/jobs/10")[1]["stage"] == "validation"


def test_the_state_folder_is_where_it_is_told_to_be(
    connected: Sandbox, reconciler: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert reconciler("apply", "rename.yaml", "--yes", "--state", "kept").code == 0
    monkeypatch.setenv("RECONCILER_STATE", "kept")
    assert len(reconciler("history").out.splitlines()) == 2
    assert not Path(".reconciler").exists()


def test_apply_twice_then_rollback_is_where_it_began(connected: Sandbox, reconciler: Command) -> None:
    before = state_of(connected)
    assert reconciler("apply", "reopen.yaml", "rename.yaml", "--yes").code == 0
    assert state_of(connected) != before
    assert reconciler("apply", "reopen.yaml", "rename.yaml", "--yes").code == 0
    assert reconciler("rollback", "--yes").code == 0
    assert state_of(connected) == before
