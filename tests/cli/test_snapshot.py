"""`reconciler snapshot`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.history.lock import locked
from reconciler.history.store import StateStore
from reconciler.sandbox import Sandbox

from .conftest import Command, state_of


@pytest.fixture(autouse=True)
def _in_the_organization(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CVAT_ORG", "acme")


@pytest.fixture
def taken(connected: Sandbox, reconciler: Command) -> str:
    """A snapshot of two tasks and their project."""
    said = reconciler(
        "snapshot", "create", "--name", "batch-00[12]", "--reason", "before the audit", "--format", "json"
    )
    assert said.code == 0, said.err
    return str(json.loads(said.out)["snapshot"]["id"])


def document(reconciler: Command, *arguments: str) -> Any:
    return json.loads(reconciler("snapshot", *arguments, "--format", "json").out)


def test_none(reconciler: Command) -> None:
    assert reconciler("snapshot", "list").out == "No snapshots yet.\n"
    assert document(reconciler, "list") == {"format": "reconciler.snapshots/1", "snapshots": []}
    assert not Path(".reconciler").exists()


def test_a_life(connected: Sandbox, reconciler: Command, taken: str) -> None:
    listed = reconciler("snapshot", "list")
    assert (listed.code, listed.err) == (0, "")
    assert taken in listed.out
    assert "before the audit" in listed.out
    shown = reconciler("snapshot", "show", taken[:-1])
    assert shown.code == 0
    assert shown.out.startswith(f"Snapshot {taken}\n")
    assert "batch-001" in shown.out
    assert "full" in shown.out
    assert document(reconciler, "show", taken)["id"] == taken
    checked = reconciler("snapshot", "verify", taken)
    assert (checked.code, checked.out.splitlines()[-1]) == (0, "All copies are whole.")


def test_create_says_what_it_does(connected: Sandbox, reconciler: Command) -> None:
    said = reconciler("snapshot", "create", "--id", "1", "--status", "completed", "--project", "Street scenes")
    assert said.code == 0, said.err
    assert "Copying project 1 (1/2)" in said.err
    assert "Copied 2/2" in said.err
    assert said.out.startswith("Snapshot 20")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "error: an empty selection is not all"),
        (("--name", "nothing-*"), "error: no task is selected"),
        (("--project", "Nowhere"), "no project called 'Nowhere'"),
        (("--project", "99"), "there is no project 99"),
        (("--id", "0"), "--id: "),
        (("--name-regex", "("), "--name-regex: error: `(`: this is not a valid regular expression"),
        (("--created-before", "yesterday"), "--created-before: error: `yesterday`: this is not a date"),
        (("--status", "done"), "--status: error: `status` is `done`; it can be annotation, validation or completed"),
    ],
)
def test_what_cannot_be_selected(
    connected: Sandbox, reconciler: Command, arguments: tuple[str, ...], message: str
) -> None:
    said = reconciler("snapshot", "create", *arguments)
    assert (said.code, said.out) == (1, "")
    assert message in said.err
    assert not Path(".reconciler").exists()


def test_what_cannot_be_copied(connected: Sandbox, reconciler: Command) -> None:
    connected.fail_work("export:backup", "No space left on device")
    said = reconciler("snapshot", "create", "--id", "1", "--id", "2")
    assert said.code == 3
    assert "Not copied: 1 object" in said.out
    assert "No space left on device" in said.out


def test_a_run_holds_the_store(connected: Sandbox, reconciler: Command) -> None:
    with locked(StateStore(Path(".reconciler")), "somebody", "a run"):
        assert reconciler("snapshot", "create", "--id", "1").code == 5


def test_damage_is_found(connected: Sandbox, reconciler: Command, taken: str) -> None:
    path = Path(".reconciler") / "snapshots" / taken / "task-1" / "backup.zip"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    said = reconciler("snapshot", "verify", taken)
    assert said.code == 1
    assert "damaged  task 1" in said.out
    assert "backup.zip: it is damaged" in said.out
    problems = {copy["folder"]: copy["problems"] for copy in document(reconciler, "verify", taken)["copies"]}
    assert [bool(found) for found in problems.values()] == [False, True, False]


def test_restored_and_compared(connected: Sandbox, reconciler: Command, taken: str) -> None:
    before = state_of(connected)
    said = reconciler("snapshot", "verify", taken, "--restore", "--yes")
    last = "All copies are whole. Tasks were restored, compared, and deleted again."
    assert (said.code, said.out.splitlines()[-1]) == (0, last)
    assert "Restoring task 1 (batch-001)" in said.err
    assert state_of(connected) == before


def test_restoring_is_asked_for(connected: Sandbox, reconciler: Command, taken: str) -> None:
    said = reconciler("snapshot", "verify", taken, "--restore")
    assert said.code == 1
    assert "there is no terminal to confirm on" in said.err


def test_a_backup_that_does_not_restore(connected: Sandbox, reconciler: Command, taken: str) -> None:
    connected.fail_work("import:backup", "ValueError: no")
    said = reconciler("snapshot", "verify", taken, "--restore", "--yes")
    assert said.code == 1
    assert "ValueError: no" in said.out


def test_another_server(connected: Sandbox, reconciler: Command, taken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Sandbox.start(tasks=1) as other:
        monkeypatch.setenv("CVAT_HOST", other.url)
        monkeypatch.setenv("CVAT_ACCESS_TOKEN", other.token)
        said = reconciler("snapshot", "verify", taken, "--restore", "--yes")
    assert said.code == 1
    assert f"the snapshot is of {connected.url}, not of {other.url}" in said.err


def test_unknown(connected: Sandbox, reconciler: Command, taken: str) -> None:
    for command in ("show", "verify"):
        said = reconciler("snapshot", command, "1999")
        assert (said.code, said.out) == (1, "")
        assert said.err.startswith("error: There is no snapshot '1999' in .reconciler\n    `snapshot list` shows them")


def test_prune(connected: Sandbox, reconciler: Command, taken: str) -> None:
    assert reconciler("snapshot", "create", "--id", "1").code == 0
    assert reconciler("snapshot", "prune", "--older-than", "90d").out.startswith("Nothing to prune")
    looked = reconciler("snapshot", "prune", "--keep", "0", "--dry-run")
    assert (looked.code, f"{taken}  " in looked.out) == (0, True)
    asked = reconciler("snapshot", "prune", "--keep", "0")
    assert (asked.code, "add --yes to agree" in asked.err) == (1, True)
    assert len(document(reconciler, "show", taken)["copies"]) == 3
    said = reconciler("snapshot", "prune", "--keep", "0", "--yes")
    assert (said.code, said.out) == (0, "Removed 2 copies.\n")
    assert [copy["name"] for copy in document(reconciler, "show", taken)["copies"]] == ["batch-002"]
    again = document(reconciler, "prune", "--keep", "0", "--yes")
    assert again == {"format": "reconciler.snapshots-pruned/1", "removed": False, "snapshots": []}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((), "error: say what may go"), (("--older-than", "90"), "'90' is no age"), (("--keep", "-1"), "--keep")],
)
def test_what_cannot_be_pruned(reconciler: Command, arguments: tuple[str, ...], message: str) -> None:
    said = reconciler("snapshot", "prune", *arguments, "--yes")
    assert said.code == 1
    assert message in said.err


def test_a_damaged_list_is_a_warning(connected: Sandbox, reconciler: Command, taken: str) -> None:
    (Path(".reconciler") / "snapshots" / taken / "snapshot.json").write_text("{")
    said = reconciler("snapshot", "list")
    assert (said.code, said.out) == (0, "No snapshots yet.\n")
    assert f"warning: snapshot {taken} cannot be read" in said.err


def test_help(reconciler: Command) -> None:
    assert "create" in reconciler("snapshot", "--help").out
    assert reconciler("snapshot").code != 0


def test_ctrl_c_while_copying_keeps_what_is_whole(
    connected: Sandbox, reconciler: Command, ctrl_c: Callable[[], None]
) -> None:
    connected.before("POST", r"/api/tasks/2/backup/export", ctrl_c)
    said = reconciler("snapshot", "create", "--id", "1", "--id", "2", "--id", "3")
    assert said.code == 130
    assert "Interrupted: what is listed above is whole." in said.out
    [snapshot] = document(reconciler, "list")["snapshots"]
    assert [copy["name"] for copy in snapshot["copies"]] == ["Street scenes", "batch-001"]
    assert reconciler("snapshot", "verify", snapshot["id"]).code == 0


def test_ctrl_c_while_restoring_leaves_no_scratch_task(
    connected: Sandbox, reconciler: Command, taken: str, ctrl_c: Callable[[], None]
) -> None:
    before = state_of(connected)
    connected.before("POST", r"/api/tasks/backup/", ctrl_c)
    said = reconciler("snapshot", "verify", taken, "--restore", "--yes")
    assert said.code == 130
    assert "Restoring task 1" in said.err
    assert "Restoring task 2" not in said.err
    assert state_of(connected) == before
