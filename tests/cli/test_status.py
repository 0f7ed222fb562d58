"""`reconciler status`."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox import Sandbox

from .conftest import Command, writes
from .processes import PATIENCE, surroundings, terminal


@pytest.fixture(autouse=True)
def _in_the_organization(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CVAT_ORG", "acme")


def projects(reconciler: Command, *arguments: str) -> list[Any]:
    said = reconciler("status", "--format", "json", *arguments)
    assert said.code == 0, said.err
    document = json.loads(said.out)
    assert document["format"] == "reconciler.status/1"
    return list(document["projects"])


def test_what_there_is(connected: Sandbox, reconciler: Command) -> None:
    for job, fields in (
        (1, {"stage": "annotation", "state": "in progress"}),
        (2, {"stage": "annotation", "state": "rejected", "assignee": None}),
    ):
        assert connected.api("PATCH", f"/api/jobs/{job}", json=fields)[0] == 200
    street, warehouse = projects(reconciler)
    assert (street["id"], street["name"], street["frames"]) == (1, "Street scenes", 1800)
    assert street["tasks"] == {"annotation": 1, "completed": 5}
    assert street["jobs"] == {
        "annotation": {"in progress": 1, "rejected": 1},
        "acceptance": {"completed": 16},
    }
    carol, nobody, *rest = street["people"]
    assert carol == {"person": "carol", "open": 1, "jobs": 6, "frames": 100}
    assert nobody == {"person": None, "open": 1, "jobs": 1, "frames": 100}
    assert {one["open"] for one in rest} == {0}
    assert warehouse["others"] == 3
    assert writes(connected)[2:] == []
    assert not Path(".reconciler").exists()


def test_as_text(connected: Sandbox, reconciler: Command) -> None:
    said = reconciler("status")
    assert said.code == 0
    assert "Street scenes (project 1): 6 tasks, 18 jobs, 1800 frames\n" in said.out
    assert "  tasks  0 annotation, 0 validation, 6 completed\n" in said.out
    assert "  acceptance    0            0         18         0\n" in said.out
    assert said.out.endswith("2 projects, 18 tasks, 37 jobs, 11 of them open\n")


def test_only_some_projects(connected: Sandbox, reconciler: Command) -> None:
    assert [one["id"] for one in projects(reconciler, "--project", "Warehouse")] == [2]
    assert [one["id"] for one in projects(reconciler, "--project", "2", "--project", "Street scenes")] == [1, 2]


def test_tasks_in_no_project(connected: Sandbox, reconciler: Command) -> None:
    connected.api("POST", "/api/tasks?org=acme", json={"name": "alone", "labels": []})
    *_, last = projects(reconciler)
    assert (last["id"], last["name"], sum(last["tasks"].values())) == (None, None, 1)
    assert "Tasks in no project: 1 task" in reconciler("status").out


def test_an_empty_server(reconciler: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CVAT_ORG")
    with Sandbox.start(seed="empty") as empty:
        monkeypatch.setenv("CVAT_HOST", empty.url)
        monkeypatch.setenv("CVAT_ACCESS_TOKEN", empty.token)
        said = reconciler("status")
    assert (said.code, said.out.splitlines()[-1]) == (0, "0 projects, 0 tasks, 0 jobs, 0 of them open")


def test_drift_against_a_manifest(connected: Sandbox, reconciler: Command) -> None:
    connected.api("PATCH", "/api/tasks/3", json={"subset": "Elsewhere"})
    Path("m.yaml").write_text(
        "version: 1\n"
        "organization: acme\n"
        "projects: {street: {name: Street scenes, labels: {scooter: {type: rectangle}}}}\n"
        "tasks: {a.b: {project: street, name: batch-003, subset: Train}}\n"
        "rules:\n"
        "  reopen: {mode: once, select: {project: street, name: 'batch-00[12]'}, set: {status: annotation}}\n"
    )
    said = reconciler("status", "m.yaml", "--format", "json")
    assert said.code == 0, said.err
    document = json.loads(said.out)
    assert document["drift"]["by_address"] == {"project.street": 1, "rule.reopen": 8, "task.a.b": 1}
    assert (document["drift"]["total"], [one["drift"] for one in document["projects"]]) == (10, [10, 0])
    assert "10 objects to change" in reconciler("status", "m.yaml").out
    assert reconciler("apply", "m.yaml", "--yes").code == 0
    assert "as the manifest wants it" in reconciler("status", "m.yaml").out


def test_a_manifest_that_asks_for_what_is_not_there(connected: Sandbox, reconciler: Command) -> None:
    Path("m.yaml").write_text("version: 1\norganization: acme\ntasks: {a: {id: 99, assignee: alicce}}\n")
    said = reconciler("status", "m.yaml")
    assert (said.code, said.out) == (1, "")
    assert "m.yaml:3:" in said.err


@pytest.mark.parametrize(
    ("arguments", "messages"),
    [
        (("--project", "x", "--project", "77"), ["no project called 'x'", "there is no project 77"]),
        (("--project", ""), ["--project: error: a name cannot be empty"]),
        (("--every", "0"), ["--every: error: `0` is no time to wait"]),
        (("--every", "soon"), ["--every: error: `soon` is no time to wait"]),
        (("no.yaml",), ["there is no file `no.yaml`"]),
    ],
)
def test_what_cannot_be(
    connected: Sandbox, reconciler: Command, arguments: tuple[str, ...], messages: list[str]
) -> None:
    said = reconciler("status", *arguments)
    assert (said.code, said.out) == (1, "")
    for message in messages:
        assert message in said.err


HOSTILE = "=cmd|' /C calc'!A0 | <b>@all</b> [x](http://y) \x1b[2J\u202e\n# www.a.b *_`"


def test_a_name_does_no_harm_in_any_form(connected: Sandbox, reconciler: Command) -> None:
    assert connected.api("PATCH", "/api/projects/1", json={"name": HOSTILE})[0] == 200
    assert "\\x1b[2J\\u202e\\n# www" in reconciler("status").out
    assert projects(reconciler)[0]["name"] == HOSTILE
    rows = list(csv.DictReader(io.StringIO(reconciler("status", "--format", "csv").out)))
    assert {row["project"][0] for row in rows} == {"'", "W"}
    told = reconciler("status", "--format", "markdown").out
    heading = next(line for line in told.splitlines() if "cmd" in line)
    assert heading.startswith("### =cmd&#124;")
    assert not any(mark in heading for mark in ("<b>", " [", "http:", "@all", "www.", " *", " | "))


def test_csv_has_a_number_a_line(connected: Sandbox, reconciler: Command) -> None:
    rows = list(csv.DictReader(io.StringIO(reconciler("status", "--format", "csv").out)))
    of = {(row["project_id"], row["what"], row["status"] or row["stage"], row["state"]): row["count"] for row in rows}
    assert of["1", "jobs", "acceptance", "completed"] == "18"
    assert of["2", "tasks", "validation", ""] == "3"
    assert sum(int(row["count"]) for row in rows if row["what"] == "jobs") == 37


def test_markdown(connected: Sandbox, reconciler: Command) -> None:
    told = reconciler("status", "--project", "1", "--format", "markdown").out
    assert "### Street scenes (project 1)\n\n6 tasks, 18 jobs, 1800 frames\n" in told
    assert "| jobs | new | in progress | completed | rejected |\n| --- | --: | --: | --: | --: |\n" in told
    assert "| acceptance | 0 | 0 | 18 | 0 |\n" in told


# Watching


@contextmanager
def watching(sandbox: Sandbox, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "reconciler", "status", "--watch", "--every", "1s", *arguments],
        env=surroundings(sandbox, CVAT_ORG="acme"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)


def test_one_block_after_another_until_ctrl_c(sandbox: Sandbox) -> None:
    with watching(sandbox, "--project", "1", "--format", "json") as process:
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        sandbox.api("PATCH", "/api/jobs/1", json={"stage": "annotation", "state": "new"})
        while (now := json.loads(process.stdout.readline()))["projects"] == first["projects"]:
            pass
        assert now["projects"][0]["jobs"]["annotation"] == {"new": 1}
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (130, "")


def test_a_server_that_is_away_for_a_moment(sandbox: Sandbox) -> None:
    with watching(sandbox, "--format", "csv") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith("taken,")
        sandbox.fail("GET", "/api/projects", status=400, times=1)
        assert "; trying again" in process.stderr.readline()
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert "taken," not in out  # once is enough
    assert "Traceback" not in err


def test_on_a_terminal_it_refreshes_in_place(sandbox: Sandbox) -> None:
    with terminal(
        "status", "--watch", "--every", "1s", environ=surroundings(sandbox, CVAT_ORG="acme", COLUMNS="100")
    ) as screen:
        screen.until("18 jobs, 1800 frames")
        sandbox.api("PATCH", "/api/jobs/1", json={"stage": "annotation", "state": "new"})
        screen.until("1 annotation, 0 validation, 5 completed")
        screen.type("\x03")
        assert screen.end() == 130
    assert "Traceback" not in screen.text
    assert "error" not in screen.text
    assert screen.text.rstrip().endswith("12 of them open")


def test_the_reader_goes_away(sandbox: Sandbox) -> None:
    with watching(sandbox) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        process.stdout.close()
        assert process.wait(PATIENCE) == 1
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()
        process.stderr.close()
        process.stdout = process.stderr = None
