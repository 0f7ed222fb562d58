"""What is common to all commands: help, the version, errors that nobody foresaw."""

from __future__ import annotations

import pytest

from reconciler import operations
from reconciler.cli import run
from reconciler.history.tool import tool
from reconciler.sandbox import Sandbox

from .conftest import Command

COMMANDS = (
    *("validate", "plan", "apply", "set", "rollback", "history", "status", "schema", "sandbox"),
    *("export-annotations", "import-annotations", "backup", "restore", "snapshot"),
)


def test_the_version(reconciler: Command) -> None:
    said = reconciler("--version")
    assert (said.code, said.out, said.err) == (0, f"{tool()}\n", "")


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_lists_the_commands_and_exit_codes(reconciler: Command, option: str) -> None:
    said = reconciler(option)
    assert (said.code, said.err) == (0, "")
    listed = [line.split()[1] for line in said.out.splitlines() if line.startswith("│ ") and line[2].islower()]
    assert listed == list(COMMANDS)
    assert "Exit codes: 0 done, or nothing to do; 1 error, nothing written; 2 changes" in said.out


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_each_command(reconciler: Command, command: str) -> None:
    said = reconciler(command, "--help")
    assert (said.code, said.err) == (0, "")
    assert f"Usage: reconciler {command}" in said.out
    assert "......" not in said.out
    assert "[[" not in said.out


def test_no_command_is_no_success(reconciler: Command) -> None:
    said = reconciler()
    assert said.code == 1
    assert "Usage: reconciler" in said.out
    assert said.err == "error: no command given\n    the everyday one: reconciler plan MANIFEST\n"


def _explode(*_: object, **__: object) -> None:
    raise ZeroDivisionError("with a secret in it: hunter2")


def test_an_unexpected_error_is_one_message(
    connected: Sandbox, reconciler: Command, secrets: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets.add("hunter2")
    monkeypatch.setattr(operations, "plan", _explode)
    said = reconciler("plan", "reopen.yaml")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("error: unexpected ZeroDivisionError; this is a bug in cvat-reconciler\n")
    assert "RECONCILER_DEBUG=1" in said.err


def test_debugging_shows_where_it_happened(
    connected: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(operations, "plan", _explode)
    monkeypatch.setenv("RECONCILER_DEBUG", "1")
    assert run(["plan", "reopen.yaml"]) == 1
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "hint"),
    [
        (("plan", "reopen.yaml"), ""),
        (("apply", "reopen.yaml", "--yes"), "    `reconciler history` tells whether anything was written\n"),
    ],
)
def test_ctrl_c_outside_of_writing(
    connected: Sandbox,
    reconciler: Command,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
    hint: str,
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(operations, "plan", interrupt)
    said = reconciler(*command)
    assert (said.code, said.out) == (130, "")
    assert said.err == f"error: interrupted\n{hint}"
