"""`reconciler history`."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

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


# Who did what


def report(reconciler: Command, *arguments: str) -> list[dict[str, Any]]:
    said = reconciler("history", *arguments, "--format", "json")
    assert said.code == 0, said.err
    document = json.loads(said.out)
    assert document["format"] == "reconciler.history-report/1"
    return list(document["records"])


def test_who_did_what(reconciler: Command, ids: list[str]) -> None:
    there, back = report(reconciler, "--since", "1d")
    assert (there["run"], there["run_kind"], there["user"]) == (ids[0], "apply", "admin")
    assert (there["kind"], there["id"], there["name"], there["project"]) == ("task", 1, "batch-001", 1)
    assert (there["field"], there["before"], there["after"]) == ("subset", "Train", "Holdout")
    assert (back["run"], back["run_kind"], back["after"], back["outcome"]) == (ids[1], "rollback", "Train", "written")
    said = reconciler("history", "--user", "admin", "--object", "task:1")
    assert (said.code, said.err) == (0, "")
    assert "task 1 batch-001" in said.out
    assert "subset Train → Holdout" in said.out


def test_only_some_of_it(reconciler: Command, ids: list[str]) -> None:
    assert [one["run"] for one in report(reconciler, "--run", ids[1])] == [ids[1]]
    assert report(reconciler, "--until", "2020-01-01") == []
    assert report(reconciler, "--user", "somebody") == []
    assert len(report(reconciler, "--object", "batch-001", "--until", f"{datetime.now(UTC):%Y-%m-%d}")) == 2
    assert reconciler("history", "--user", "somebody").out == "Nothing of that was done.\n"


def test_steps_are_deeds(connected: Sandbox, reconciler: Command) -> None:
    Path("m.yaml").write_text(
        "version: 1\norganization: acme\nprojects: {street: {name: Street scenes, labels: {scooter: {}}}}\n"
    )
    assert reconciler("apply", "m.yaml", "--yes").code == 0
    (made,) = report(reconciler, "--object", "project:1")
    assert (made["kind"], made["field"], made["name"], made["before"]) == ("label", "create_label", "scooter", None)
    assert "create label" in reconciler("history", "--since", "1d").out


def test_as_csv_no_cell_is_a_formula(connected: Sandbox, reconciler: Command) -> None:
    connected.api("PATCH", "/api/tasks/1", json={"subset": "=1+1", "name": '@x\n,"y'})
    Path("m.yaml").write_text("version: 1\norganization: acme\ntasks: {a: {id: 1, subset: Val}}\n")
    assert reconciler("apply", "m.yaml", "--yes").code == 0
    said = reconciler("history", "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(said.out))
    assert (said.code, row["before"], row["after"], row["name"]) == (0, "'=1+1", "Val", "'@x\\n,\"y")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--since", "yesterday"), "--since: error: `yesterday` is no date and no age"),
        (("--until", "7 days"), "--until: error: `7 days` is no date and no age"),
        (("--since", "1d", "--until", "2d"), "--until: error: nothing lies between"),
        (("--user", " "), "--user: error: cannot be empty"),
        (("--run", "1999"), "There is no run '1999'"),
        (("2026", "--since", "1d"), "RUN does not go with"),
        (("2026", "--format", "csv"), "RUN does not go with"),
    ],
)
def test_what_cannot_be_reported(reconciler: Command, ids: list[str], arguments: tuple[str, ...], message: str) -> None:
    said = reconciler("history", *arguments)
    assert (said.code, said.out) == (1, "")
    assert message in said.err


def test_a_report_that_is_not_whole_says_so(reconciler: Command, ids: list[str]) -> None:
    audit = Path(".reconciler/runs", ids[0], "audit.jsonl")
    audit.write_text("{\n" + audit.read_text())
    said = reconciler("history", "--since", "1d")
    assert said.code == 1
    assert ids[1] in said.out
    assert f"warning: run {ids[0]} cannot be read: " in said.err
    assert "error: the report is not whole" in said.err


def test_what_is_in_a_project_is_found_with_it(connected: Sandbox, reconciler: Command) -> None:
    """Annotations of its tasks, too; by its number and by its name."""
    label = connected.api("GET", "/api/labels?project_id=1")[1]["results"][0]["name"]
    tag = {"frame": 0, "label": label, "attributes": []}
    folder = Path("in")
    folder.mkdir()
    (folder / "task-1.json").write_text(json.dumps({"version": 0, "tags": [tag], "shapes": [], "tracks": []}))
    said = reconciler("import-annotations", "--from", "in", "--format", "native", "--yes")
    assert said.code == 0, said.err
    for wanted in ("project:1", "Street scenes", "task:1", "batch-001"):
        told = json.loads(reconciler("history", "--object", wanted, "--format", "json").out)["records"]
        assert [(one["field"], one["task"], one["project"], one["project_name"]) for one in told] == [
            ("add_annotations", 1, 1, "Street scenes")
        ], wanted
    text = reconciler("history", "--object", "project:1").out
    assert "task.imported-1.annotations of task 1 batch-001" in text
    assert "add annotations: 1 tag" in text
    assert reconciler("history", "--object", "project:2").out == "Nothing of that was done.\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--since", ""), "--since: error: an empty text is no date and no age"),
        (("--since", "3m"), "--since: error: `3m` is no date and no age\n    write 2026-11-01"),
        (("--object", "task:x"), "--object: error: `task:x` is no object\n    write task:42"),
    ],
)
def test_what_is_no_condition(reconciler: Command, ids: list[str], arguments: tuple[str, ...], message: str) -> None:
    said = reconciler("history", *arguments)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(message)
