"""Formats of files at the command line: which tasks they are for, what files they make, what never comes back."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.sandbox import Sandbox

from .conftest import Command, state_of

CLOUDS, TABLE, TRACKS = "Kitti Raw Format 1.0", "Generic TSV 1.0", "Ultralytics YOLO Detection Track 1.0"
FLAT = "CVAT for images 1.1"
FOUR = ("--name", "batch-00[1234]")


@pytest.fixture(autouse=True)
def _in_the_organization(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CVAT_ORG", "acme")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A newer server, with two tasks of images, one of point clouds, and one of audio."""
    with Sandbox.start(seed="street", tasks=6, server_version="2.80") as running:
        world = running.dump()
        for doc in world["tasks"]:
            doc["dimension"] = {3: "3d", 4: "1d"}.get(int(str(doc["id"])), "2d")
        running.reset(world)
        yield running


def asked(sandbox: Sandbox) -> list[str]:
    """What was asked for but reading."""
    return [f"{one.method} {one.path}" for one in sandbox.requests if one.method != "GET"]


def files(*names: str) -> None:
    Path("in").mkdir()
    for name in names:
        Path("in", name).write_text("x")


# Dimensions


def test_a_format_for_other_tasks_is_not_exported(connected: Sandbox, reconciler: Command) -> None:
    said = reconciler("export-annotations", *FOUR, "--format", FLAT, "--out", "x", "--parallelism", "0")
    assert (said.code, said.out) == (1, "")
    assert (
        "--format: error: `CVAT for images 1.1` is for 2D tasks, not for 2 1D or 3D tasks: 3 (batch-003) and 4 ("
        in said.err
    )
    assert (
        "leave them out, or choose another format: for 1D or 3D tasks the server exports Datumaro 3D 1.0," in said.err
    )
    assert "--parallelism: error: 0 at once is not possible\n    say 1 to 32" in said.err
    assert not asked(connected)
    assert not Path("x").exists()
    assert reconciler("export-annotations", *FOUR, "--format", "native", "--out", "n").code == 0


def test_nor_imported(connected: Sandbox, reconciler: Command) -> None:
    files("1.zip", "2.zip", "3.zip", "nothing.zip")
    before = state_of(connected)
    said = reconciler("import-annotations", "--from", "in", "--format", CLOUDS, "--yes")
    assert (said.code, said.out) == (1, "")
    # Task 4 has no file: it is not meant.
    assert (
        f"--format: error: `{CLOUDS}` is for 3D tasks, not for 2 2D tasks: 1 (batch-001) and 2 (batch-002)" in said.err
    )
    assert "in/nothing.zip matches no task" in said.err
    assert state_of(connected) == before
    assert not asked(connected)


def test_nor_planned(connected: Sandbox, reconciler: Command) -> None:
    files()
    zipfile.ZipFile("in/a.zip", "w").close()
    blocks = "".join(
        f"  t{task}: {{id: {task}, annotations: {{file: in/a.zip, format: {wanted}}}}}\n"
        for task, wanted in ((1, CLOUDS), (2, CLOUDS), (3, CLOUDS), (4, FLAT), (5, FLAT))
    )
    Path("m.yaml").write_text(f"version: 1\norganization: acme\ntasks:\n{blocks}")
    said = reconciler("plan", "m.yaml")
    assert (said.code, said.out) == (1, "")
    assert f"m.yaml:4:53: error: `{CLOUDS}` is for 3D tasks, not for 2 2D tasks: 1 (batch-001) and 2 (" in said.err
    assert "m.yaml:7:53: error: `CVAT 1.1` is for 2D tasks, not for 1 1D task: 4 (batch-004)" in said.err
    assert said.err.count("error: ") == 2


# What is no archive


def test_a_table_is_named_and_checked_as_one(connected: Sandbox, reconciler: Command) -> None:
    export = ("export-annotations", "--id", "4", "--format", TABLE, "--out", "t")
    said = reconciler(*export, "--json")
    assert said.code == 0, said.err
    assert "warning" not in said.err
    assert [one["file"] for one in json.loads(said.out)["files"]] == ["batch-004.task-4.tsv"]
    assert Path("t/batch-004.task-4.tsv").read_text().startswith("id\tfilename\tstart\tstop\t")
    assert json.loads(reconciler(*export, "--json").out)["files"][0]["end"] == "there"
    assert reconciler("import-annotations", "--from", "t", "--dry-run").code == 0


def test_an_empty_one_is_not_kept(connected: Sandbox, reconciler: Command) -> None:
    connected.fail("GET", r"/dataset/download", status=200, body="", content_type="text/tab-separated-values")
    said = reconciler("export-annotations", "--id", "4", "--format", TABLE, "--out", "t")
    assert said.code == 3
    assert "what the server gave of task 4 is empty" in said.out
    assert not list(Path("t").glob("*.tsv"))


def test_it_has_no_pictures(connected: Sandbox, reconciler: Command) -> None:
    said = reconciler("export-annotations", "--id", "4", "--format", TABLE, "--images", "--out", "t")
    assert (said.code, said.out) == (1, "")
    assert f"--images: error: `{TABLE}` has no pictures: it is one TSV file" in said.err
    assert not Path("t").exists()


# What never comes back


def test_what_is_only_exported_is_told_before(connected: Sandbox, reconciler: Command) -> None:
    said = reconciler("export-annotations", "--id", "1", "--format", TRACKS, "--out", "x", "--dry-run")
    assert said.code == 0
    assert f"warning: the server only exports `{TRACKS}`: these files cannot be imported again" in said.err
    assert (
        "warning" not in reconciler("export-annotations", "--id", "1", "--format", FLAT, "--out", "y", "--dry-run").err
    )


def test_and_when_somebody_tries(connected: Sandbox, reconciler: Command) -> None:
    files("1.zip")
    said = reconciler("import-annotations", "--from", "in", "--format", TRACKS, "--yes")
    assert (said.code, said.out) == (1, "")
    assert (
        f"--format: error: the server only exports `{TRACKS}`: it cannot be imported\n    it imports COCO 1.0"
        in said.err
    )
    Path("m.yaml").write_text(
        f"version: 1\norganization: acme\ntasks: {{t: {{id: 1, annotations: {{file: in/1.zip, format: {TRACKS}}}}}}}\n"
    )
    assert f"m.yaml:3:58: error: the server only exports `{TRACKS}`" in reconciler("plan", "m.yaml").err


# One kind of folder for another


def test_backups_are_not_imported(connected: Sandbox, reconciler: Command) -> None:
    assert reconciler("backup", "--id", "1", "--out", "b").code == 0
    written = asked(connected)
    for form in (("--format", FLAT), ()):
        said = reconciler("import-annotations", "--from", "b", *form, "--project", "Nowhere", "--yes")
        assert (said.code, said.out) == (1, "")
        assert f"--from: error: b holds backups of {connected.url}, no annotations\n" in said.err
        assert "    make tasks of them: reconciler restore b\n" in said.err
        assert "there is no project called 'Nowhere'" in said.err
        assert said.err.count("error: ") == 2
    assert asked(connected) == written


def test_annotations_are_not_restored(connected: Sandbox, reconciler: Command) -> None:
    assert reconciler("export-annotations", "--id", "1", "--format", FLAT, "--out", "x").code == 0
    written = asked(connected)
    hint = "    import them into tasks that are there: reconciler import-annotations --from x\n"
    for source in ("x", "x/batch-001.task-1.zip"):
        assert zipfile.is_zipfile("x/batch-001.task-1.zip")
        said = reconciler("restore", source, "--yes")
        assert (said.code, said.out) == (1, "")
        assert f"{source} holds annotations ({FLAT}) of {connected.url}, no backups\n{hint}" in said.err
    assert asked(connected) == written
