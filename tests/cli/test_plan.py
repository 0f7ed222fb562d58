"""`reconciler plan`."""

from __future__ import annotations

import io
import json
from pathlib import Path

import jsonschema
import pytest

from reconciler.report.plan_json import plan_schema
from reconciler.sandbox import Sandbox

from .conftest import REOPEN, Command, writes


def test_it_shows_and_writes_nothing(connected: Sandbox, reconciler: Command) -> None:
    said = reconciler("plan", "reopen.yaml")
    assert said.code == 0
    assert said.out.splitlines()[0].startswith(f"Plan for {connected.url} (CVAT 2.54.1) as admin, organization acme")
    assert said.out.splitlines()[-1] == "Plan: 6 tasks to change (18 jobs), 0 to create, 0 to delete, 0 unchanged"
    assert "Reading tasks: 6/6" in said.err
    assert writes(connected) == []
    assert not Path(".reconciler").exists()


def test_the_detailed_exit_code(connected: Sandbox, reconciler: Command) -> None:
    assert reconciler("plan", "reopen.yaml", "--detailed-exitcode").code == 2
    assert reconciler("apply", "reopen.yaml", "--yes").code == 0
    said = reconciler("plan", "reopen.yaml", "--detailed-exitcode")
    assert (said.code, said.out.splitlines()[0]) == (0, "No changes. The server is as the manifest wants it.")


@pytest.mark.parametrize("applied", [False, True])
def test_json_is_one_document(connected: Sandbox, reconciler: Command, applied: bool) -> None:
    if applied:
        assert reconciler("apply", "reopen.yaml", "--yes").code == 0
    said = reconciler("plan", "reopen.yaml", "--format", "json")
    assert said.code == 0
    document = json.loads(said.out)
    jsonschema.validate(document, plan_schema())
    assert document["format"] == "reconciler.plan/1"
    assert document["plan"]["summary"]["tasks_to_change"] == (0 if applied else 6)


def test_json_of_a_plan_that_is_saved_too(connected: Sandbox, reconciler: Command) -> None:
    said = reconciler("plan", "reopen.yaml", "--format", "json", "--out", "plan.json")
    assert json.loads(said.out) == json.loads(Path("plan.json").read_text())
    assert "Saved to plan.json. Apply exactly this with: reconciler apply --plan plan.json\n" in said.err


def test_from_standard_input(connected: Sandbox, reconciler: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(REOPEN))
    said = reconciler("plan", "-")
    assert said.code == 0
    assert "from standard input" in said.out


def test_only_what_is_targeted(connected: Sandbox, reconciler: Command) -> None:
    said = reconciler("plan", "reopen.yaml", "--target", "rule.reopen[2]", "--target", "rule.reopen[3]")
    assert said.code == 0
    assert said.out.splitlines()[-1].startswith("Plan: 2 tasks to change (6 jobs)")


def test_a_long_plan_is_folded_unless_asked_for_in_full(reconciler: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    with Sandbox.start(seed="street", tasks=30) as sandbox:
        monkeypatch.setenv("CVAT_HOST", sandbox.url)
        monkeypatch.setenv("CVAT_ACCESS_TOKEN", sandbox.token)
        assert "(--full shows all)" in reconciler("plan", "reopen.yaml").out
        full = reconciler("plan", "reopen.yaml", "--full").out
    assert "(--full shows all)" not in full
    assert "batch-029" in full


def test_a_limit_is_announced(connected: Sandbox, reconciler: Command) -> None:
    Path("limited.yaml").write_text(REOPEN + "settings: {limits: {max_changes: 2}}\n")
    said = reconciler("plan", "limited.yaml")
    assert said.code == 0
    assert "warning: apply would refuse this: 6 tasks would change; `max_changes` allows 2\n" in said.err


@pytest.mark.parametrize("out", ["reopen.yaml", "./reopen.yaml"])
def test_the_manifest_is_not_overwritten(reconciler: Command, out: str) -> None:
    said = reconciler("plan", "reopen.yaml", "--out", out)
    assert (said.code, said.err.splitlines()[0]) == (1, f"error: --out {Path(out)} would overwrite the manifest")
    assert Path("reopen.yaml").read_text() == REOPEN


def test_out_in_a_folder_that_is_not_there(connected: Sandbox, reconciler: Command) -> None:
    said = reconciler("plan", "reopen.yaml", "--out", "nowhere/plan.json")
    assert (said.code, said.out) == (1, "")
    assert "error: Cannot write the plan to nowhere/plan.json: No such file or directory\n" in said.err
