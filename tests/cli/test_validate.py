"""`reconciler validate`, from the command line; what it finds is tested with the manifest."""

from __future__ import annotations

from pathlib import Path

from .conftest import REOPEN, Command

DOUBTFUL = "version: 1\ntasks:\n  a: {id: 1}\n"


def test_it_needs_no_server(reconciler: Command) -> None:
    said = reconciler("validate", "reopen.yaml", "rename.yaml")
    assert (said.code, said.out, said.err) == (0, "reopen.yaml, rename.yaml: valid (1 rule, 1 task, 1 project)\n", "")


def test_warnings_go_to_standard_error_and_pass(reconciler: Command) -> None:
    Path("m.yaml").write_text(DOUBTFUL)
    said = reconciler("validate", "m.yaml")
    assert (said.code, said.out) == (0, "m.yaml: valid (1 task)\n")
    assert said.err.startswith("m.yaml:3:3: warning: the task `a` sets nothing")


def test_strict(reconciler: Command) -> None:
    Path("m.yaml").write_text(DOUBTFUL)
    said = reconciler("validate", "--strict", "m.yaml")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("m.yaml:3:3: error: the task `a` sets nothing")


def test_all_errors_at_once(reconciler: Command) -> None:
    Path("m.yaml").write_text(REOPEN.replace("rules", "rulez") + "tasks: {a: {}, b: {ide: 1}}\n")
    said = reconciler("validate", "m.yaml")
    assert (said.code, said.out) == (1, "")
    assert said.err.splitlines()[-1] == "2 errors"
