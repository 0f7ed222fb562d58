"""`export-annotations`, `import-annotations`, `backup` and `restore`, as a person uses them."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox import Sandbox
from reconciler.transfer.folder import Arriving
from reconciler.transfer.listing import Entry

from .conftest import Command, state_of

FORMAT = ("--format", "CVAT for images 1.1")
THREE = ("--name", "batch-00[123]")


@pytest.fixture(autouse=True)
def _in_the_organization(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CVAT_ORG", "acme")


@pytest.fixture
def annotated(connected: Sandbox) -> Sandbox:
    """Each of the first three tasks has a box of its own."""
    for task in (1, 2, 3):
        draw(connected, task, float(task))
    return connected


def draw(sandbox: Sandbox, task: int, size: float) -> None:
    _, labels = sandbox.api("GET", "/api/labels", query={"project_id": 1}, organization="acme")
    points = [1.0, 2.0, 10.0 + size, 20.0]
    shape = {"type": "rectangle", "points": points, "frame": 0, "label_id": labels["results"][0]["id"]}
    body = {"shapes": [shape], "tags": [], "tracks": []}
    assert sandbox.api("PUT", f"/api/tasks/{task}/annotations", body)[0] == 200


def clear(sandbox: Sandbox, *tasks: int) -> None:
    for task in tasks:
        sandbox.api("DELETE", f"/api/tasks/{task}/annotations")


def drawn(sandbox: Sandbox, task: int) -> list[float]:
    """The sizes of a task's boxes."""
    return sorted(
        shape["points"][2] - 10 for shape in sandbox.api("GET", f"/api/tasks/{task}/annotations")[1]["shapes"]
    )


def tasks_called(sandbox: Sandbox, name: str) -> list[dict[str, Any]]:
    return [task for task in sandbox.dump()["tasks"] if task["name"] == name]


def document(said: Any) -> Any:
    return json.loads(said.out)


# Out


def test_export(annotated: Sandbox, reconciler: Command) -> None:
    looked = reconciler("export-annotations", *THREE, *FORMAT, "--out", "x", "--dry-run")
    assert (looked.code, looked.out.splitlines()[-1]) == (0, "x: 3 to fetch. Nothing was written (--dry-run).")
    assert not Path("x").exists()
    said = reconciler("export-annotations", *THREE, *FORMAT, "--out", "x")
    assert said.code == 0, said.err
    assert "x: 3 files fetched (" in said.out
    assert "Fetching: 3/3 files" in said.err
    listed = json.loads(Path("x/checksums.json").read_text())
    assert [one["name"] for one in listed["files"]] == [f"batch-00{n}.task-{n}.zip" for n in (1, 2, 3)]
    with zipfile.ZipFile("x/batch-001.task-1.zip") as archive:
        assert archive.namelist() == ["annotations.xml"]
        assert b"<box " in archive.read("annotations.xml")


def test_what_is_there_stays_and_what_is_not_right_is_fetched_again(annotated: Sandbox, reconciler: Command) -> None:
    assert reconciler("export-annotations", *THREE, *FORMAT, "--out", "x").code == 0
    again = document(reconciler("export-annotations", *THREE, *FORMAT, "--out", "x", "--json"))
    assert [one["end"] for one in again["files"]] == ["there", "there", "there"]
    Path("x/batch-001.task-1.zip").unlink()
    Path("x/batch-002.task-2.zip").write_bytes(b"PK")
    draw(annotated, 3, 9.0)
    looked = document(reconciler("export-annotations", *THREE, *FORMAT, "--out", "x", "--dry-run", "--json"))
    assert [one["why"] for one in looked["files"]] == ["missing", "damaged", "changed"]
    said = document(reconciler("export-annotations", *THREE, *FORMAT, "--out", "x", "--json"))
    assert [one["end"] for one in said["files"]] == ["fetched"] * 3
    with zipfile.ZipFile("x/batch-003.task-3.zip") as archive:
        assert b'xbr="19' in archive.read("annotations.xml")


def test_datasets_hold_the_pictures(annotated: Sandbox, reconciler: Command) -> None:
    assert reconciler("export-annotations", "--id", "1", *FORMAT, "--images", "--out", "d").code == 0
    with zipfile.ZipFile("d/batch-001.task-1.zip") as archive:
        assert sum(name.startswith("images/") for name in archive.namelist()) == 300


def test_all_that_is_wrong_is_told_together(connected: Sandbox, reconciler: Command) -> None:
    Path("x").write_text("a file")
    wrong = ("--project", "Streets", "--label", "lorry", "--format", "CVAT for image 1.1", "--out", "x")
    said = reconciler("export-annotations", *wrong)
    assert (said.code, said.out) == (1, "")
    assert "there is no project called 'Streets'" in said.err
    assert "the server exports no format `CVAT for image 1.1`\n    did you mean `CVAT for images 1.1`?" in said.err
    assert "x is a file, not a folder" in said.err
    assert not [one for one in connected.requests if one.method == "POST"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((*FORMAT,), "an empty selection is not all"),
        (("--id", "1", "--format", "json"), "CVAT's own JSON is --format native"),
        (("--id", "1", "--format", "nonsense"), "it exports COCO 1.0, "),
        (("--id", "1", "--format", "native", "--images"), "--format native has no pictures"),
        (("--id", "1"), "Missing option '--format'"),
        (("--id", "1", *FORMAT, "--parallelism", "0"), "--parallelism"),
    ],
)
def test_what_cannot_be_exported(
    connected: Sandbox, reconciler: Command, arguments: tuple[str, ...], message: str
) -> None:
    said = reconciler("export-annotations", *arguments, "--out", "x")
    assert (said.code, said.out) == (1, "")
    assert message in said.err
    assert not Path("x").exists()


def test_a_strangers_file_is_not_overwritten(connected: Sandbox, reconciler: Command) -> None:
    Path("x").mkdir()
    Path("x/batch-001.task-1.zip").write_text("mine")
    said = reconciler("export-annotations", "--id", "1", "--id", "2", *FORMAT, "--out", "x")
    assert said.code == 1
    assert "would be overwritten: batch-001.task-1.zip" in said.err
    assert [path.name for path in Path("x").iterdir()] == ["batch-001.task-1.zip"]


def test_one_folder_is_for_one_thing(connected: Sandbox, reconciler: Command) -> None:
    assert reconciler("export-annotations", "--id", "1", *FORMAT, "--out", "x").code == 0
    said = reconciler("backup", "--id", "1", "--out", "x")
    assert said.code == 1
    assert "x holds annotations (CVAT for images 1.1)" in said.err


def test_what_fails_does_not_stop_the_others(connected: Sandbox, reconciler: Command) -> None:
    connected.fail_work("export:annotations", "RuntimeError: no room")
    said = reconciler("export-annotations", *THREE, *FORMAT, "--out", "x", "--parallelism", "1")
    assert said.code == 3
    assert "failed: task 1 cannot be exported: " in said.out
    assert "RuntimeError: no room" in said.out
    assert "x: 2 files fetched" in said.out
    assert "1 failed" in said.out
    assert reconciler("export-annotations", *THREE, *FORMAT, "--out", "x").code == 0


def test_a_server_that_is_gone_is_not_asked_for_everything(connected: Sandbox, reconciler: Command) -> None:
    connected.fail("POST", r"/dataset/export$", 503, times=None)
    said = reconciler("export-annotations", "--name", "batch-*", *FORMAT, "--out", "x", "--parallelism", "1")
    assert said.code == 3
    assert "Stopped: the server could not be reached any more" in said.out
    assert "3 failed" in said.out
    assert "not reached" in said.out


def test_what_is_no_archive_is_not_kept(connected: Sandbox, reconciler: Command) -> None:
    connected.fail("GET", r"/dataset/download", 200, "<html>", times=None)
    said = reconciler("export-annotations", "--id", "1", *FORMAT, "--out", "x")
    assert said.code == 3
    assert "is no readable zip archive" in said.out
    assert not list(Path("x").glob("*.zip"))


def test_a_task_without_data_is_skipped(connected: Sandbox, reconciler: Command) -> None:
    said = reconciler("backup", "--name", "no-data-yet", "--out", "b")
    assert said.code == 0
    assert "skipped: the task has no data" in said.out


@pytest.mark.parametrize("room", [False, True])
def test_a_disk_that_is_full_in_the_end(
    annotated: Sandbox, reconciler: Command, monkeypatch: pytest.MonkeyPatch, room: bool
) -> None:
    """The last file, or only the list, has no room: what has arrived is told all the same."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    arrived = Arriving.arrived

    def filling(held: Arriving, entry: Entry) -> None:
        if entry.task == 3 and not room:
            full()
        arrived(held, entry)
        if entry.task == 2:
            patched.setattr(Arriving, "_put", full)

    arguments = ("export-annotations", *THREE, "--format", "native", "--out", "n", "--parallelism", "1")
    with monkeypatch.context() as patched:
        patched.setattr(Arriving, "arrived", filling)
        said = reconciler(*arguments)
    assert said.code == 3
    assert f"{3 if room else 2} files fetched" in said.out
    assert "Not listed: checksums.json and SHA256SUMS cannot be written: No space left on device" in said.out
    assert "Listed in" not in said.out
    again = reconciler(*arguments)
    assert again.code == 0, again.err
    assert f"{0 if room else 1} file" in again.out
    assert Path("n/SHA256SUMS").read_text().count("\n") == 3
    assert subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd="n", capture_output=True, check=False).returncode == 0


def test_ctrl_c_keeps_what_has_arrived(connected: Sandbox, reconciler: Command, ctrl_c: Callable[[], None]) -> None:
    connected.before("POST", r"/api/tasks/2/dataset/export", ctrl_c)
    arguments = ("export-annotations", *THREE, *FORMAT, "--out", "x", "--parallelism", "1")
    said = reconciler(*arguments)
    assert said.code == 130
    assert "Stopping: what has arrived stays" in said.err
    assert Path("x/batch-001.task-1.zip").exists()
    assert not Path("x/batch-003.task-3.zip").exists()
    assert reconciler(*arguments).code == 0
    assert len(json.loads(Path("x/checksums.json").read_text())["files"]) == 3


@pytest.mark.parametrize("what", [("export-annotations", *FORMAT), ("backup",)])
def test_a_read_only_token_is_enough_to_get_files_but_not_to_bring_them_back(
    annotated: Sandbox, reconciler: Command, monkeypatch: pytest.MonkeyPatch, what: tuple[str, ...]
) -> None:
    _, token = annotated.api("POST", "/api/auth/access_tokens", {"name": "t", "read_only": True})
    monkeypatch.setenv("CVAT_ACCESS_TOKEN", token["value"])
    said = reconciler(*what, *THREE, "--out", "x")
    assert said.code == 0, said.err
    assert len(list(Path("x").glob("*.zip"))) == 3
    back = ("restore", "x") if what == ("backup",) else ("import-annotations", "--from", "x")
    said = reconciler(*back, "--yes")
    assert said.code == 1
    assert "this access token is read-only" in said.err


# In


def test_annotations_there_and_back(annotated: Sandbox, reconciler: Command) -> None:
    assert reconciler("export-annotations", *THREE, *FORMAT, "--out", "x").code == 0
    clear(annotated, 1, 2)
    draw(annotated, 3, 8.0)
    before = state_of(annotated)
    looked = reconciler("import-annotations", "--from", "x", "--dry-run")
    assert looked.code == 0, looked.err
    assert "Plan: 3 tasks to change" in looked.out
    assert state_of(annotated) == before
    said = reconciler("import-annotations", *THREE, "--from", "x", "--yes")
    assert said.code == 0, said.err
    assert [drawn(annotated, task) for task in (1, 2, 3)] == [[1.0], [2.0], [3.0, 8.0]]
    again = reconciler("import-annotations", *THREE, "--from", "x", "--yes")
    assert (again.code, again.out.splitlines()[0][:10]) == (0, "No changes")
    assert reconciler("rollback", "--yes", "--allow-destructive").code == 0
    assert [drawn(annotated, task) for task in (1, 2, 3)] == [[], [], [8.0]]


def test_what_was_imported_before_is_said_and_can_be_imported_again(annotated: Sandbox, reconciler: Command) -> None:
    assert reconciler("export-annotations", *THREE, *FORMAT, "--out", "x").code == 0
    clear(annotated, 1, 2, 3)
    arguments = ("import-annotations", "--from", "x", "--yes")
    assert reconciler(*arguments).code == 0
    [run] = [one["id"] for one in document(reconciler("history", "--format", "json"))["runs"]]
    clear(annotated, 1)
    said = reconciler(*arguments)
    assert said.code == 0
    told = " ".join(said.out.split())
    assert told.startswith("No changes. Nothing of these files is to be imported.")
    assert f"imported before in run {run}, not imported again: --mode replace puts the file in the place" in told
    assert "--again adds it once more" in told
    assert "manifest" not in told
    assert drawn(annotated, 1) == []
    again = reconciler(*arguments, "--again", "--allow-destructive")
    assert again.code == 0, again.err
    assert [drawn(annotated, task) for task in (1, 2, 3)] == [[1.0], [2.0], [3.0]]
    assert reconciler("rollback", "--yes", "--allow-destructive").code == 0
    assert drawn(annotated, 1) == []


def test_what_was_found_there_is_not_remembered(annotated: Sandbox, reconciler: Command) -> None:
    """Nothing was imported, so there is no run that would take it back."""
    assert reconciler("export-annotations", *THREE, "--format", "native", "--out", "n").code == 0
    arguments = ("import-annotations", "--from", "n", "--yes")
    said = reconciler(*arguments)
    assert "3 tasks unchanged: all that its file holds is there already (3)" in " ".join(said.out.split())
    clear(annotated, 1)
    assert reconciler(*arguments).code == 0  # remembers task 1, and not the others
    clear(annotated, 2)
    assert reconciler(*arguments).code == 0
    assert [drawn(annotated, task) for task in (1, 2, 3)] == [[1.0], [2.0], [3.0]]


def test_again_is_for_appending(annotated: Sandbox, reconciler: Command) -> None:
    assert reconciler("export-annotations", "--id", "1", "--format", "native", "--out", "n").code == 0
    said = reconciler("import-annotations", "--from", "n", "--mode", "replace", "--again", "--yes")
    assert (said.code, said.out) == (1, "")
    assert "--again" in said.err
    assert "goes with --mode append only" in said.err


def test_replacing_needs_to_be_allowed(annotated: Sandbox, reconciler: Command) -> None:
    assert reconciler("export-annotations", "--id", "1", "--format", "native", "--out", "n").code == 0
    draw(annotated, 1, 7.0)
    arguments = ("import-annotations", "--from", "n", "--mode", "replace", "--yes")
    said = reconciler(*arguments)
    assert said.code == 6
    assert drawn(annotated, 1) == [7.0]
    assert reconciler(*arguments, "--allow-destructive").code == 0
    assert drawn(annotated, 1) == [1.0]
    assert reconciler("rollback", "--yes", "--allow-destructive").code == 0
    assert drawn(annotated, 1) == [7.0]


def test_all_that_is_wrong_with_files_is_told_together(annotated: Sandbox, reconciler: Command) -> None:
    assert reconciler("export-annotations", *THREE, "--format", "native", "--out", "n").code == 0
    Path("in").mkdir()
    for name in ("batch-001.json", "1.json", "dock-03.json", "2.json"):
        shutil.copy("n/batch-001.task-1.json", f"in/{name}")
    Path("in/2.json").write_text('{"shapes": [{"label": "lorry"}]}')
    before = state_of(annotated)
    said = reconciler("import-annotations", "--from", "in", "--format", "native", "--yes")
    assert (said.code, said.out) == (1, "")
    assert "task 1 matches 2 files: in/1.json and in/batch-001.json" in said.err
    assert "in/dock-03.json matches no task" in said.err
    assert "in/2.json" in said.err
    assert state_of(annotated) == before
    unknown = reconciler("import-annotations", "--from", "in", "--format", "COCO 1", "--yes")
    assert "the server imports no format `COCO 1`\n    did you mean `COCO 1.0`?" in unknown.err
    assert "in/dock-03.json matches no task" in unknown.err


def test_files_that_are_not_whole_are_refused_before_anything_is_replaced(
    annotated: Sandbox, reconciler: Command
) -> None:
    assert reconciler("export-annotations", *THREE, *FORMAT, "--out", "x").code == 0
    Path("in").mkdir()
    for file in Path("x").glob("*.zip"):
        shutil.copy(file, "in")
    cut, empty = Path("in/batch-002.task-2.zip"), Path("in/batch-003.task-3.zip")
    cut.write_bytes(cut.read_bytes()[:-30])
    empty.write_bytes(b"")
    before = state_of(annotated)
    options = ("--format", "CVAT 1.1", "--mode", "replace", "--yes", "--allow-destructive")
    said = reconciler("import-annotations", "--from", "in", *options)
    assert (said.code, said.out) == (1, "")
    assert "in/batch-002.task-2.zip is no readable zip archive: cut off, or damaged" in said.err
    assert "in/batch-003.task-3.zip is empty" in said.err
    assert state_of(annotated) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--from", "nowhere", *FORMAT), "nowhere cannot be read: No such file or directory"),
        (("--from", "empty", *FORMAT), "there are no files in empty"),
        (("--from", "some"), "in which format the files are is not said"),
    ],
)
def test_what_cannot_be_imported(
    connected: Sandbox, reconciler: Command, arguments: tuple[str, ...], message: str
) -> None:
    Path("empty").mkdir()
    Path("some").mkdir()
    Path("some/1.zip").write_text("")
    said = reconciler("import-annotations", *arguments, "--yes")
    assert (said.code, said.out) == (1, "")
    assert message in said.err


def test_a_selection_narrows_a_folder(annotated: Sandbox, reconciler: Command) -> None:
    assert reconciler("export-annotations", *THREE, "--format", "native", "--out", "n").code == 0
    clear(annotated, 1, 2, 3)
    arguments = ("import-annotations", "--from", "n", "--id", "1", "--yes")
    said = reconciler(*arguments)
    assert said.code == 0, said.err
    assert "2 files of tasks that are not selected: left out" in said.err
    assert [drawn(annotated, task) for task in (1, 2, 3)] == [[1.0], [], []]
    Path("n/nobody.json").write_text("{}")
    said = reconciler(*arguments)
    assert (said.code, "n/nobody.json matches no task" in said.err) == (1, True)


@pytest.mark.parametrize("empty", [("import-annotations", "--from", ""), ("backup", "--id", "1", "--out", "")])
def test_an_unset_variable_is_not_the_folder_in_which_one_is(
    connected: Sandbox, reconciler: Command, empty: tuple[str, ...]
) -> None:
    said = reconciler(*empty)
    assert (said.code, said.out) == (1, "")
    assert "cannot be empty" in said.err
    assert empty[-2] in said.err


def test_files_of_another_format_are_not_native(annotated: Sandbox, reconciler: Command) -> None:
    assert reconciler("export-annotations", *THREE, *FORMAT, "--out", "x").code == 0
    said = reconciler("import-annotations", "--from", "x", "--format", "native", "--yes")
    assert (said.code, said.out) == (1, "")
    named = "x/batch-001.task-1.zip, x/batch-002.task-2.zip and x/batch-003.task-3.zip"
    assert f"{named} are not CVAT's own JSON" in said.err
    assert "say in which format with --format" in said.err
    assert said.err.count("error:") == 1


def test_two_projects_of_one_name_are_told_apart_by_the_option(connected: Sandbox, reconciler: Command) -> None:
    assert connected.api("POST", "/api/projects", {"name": "Street scenes"}, organization="acme")[0] == 201
    said = reconciler("backup", "--project", "Street scenes", "--out", "b")
    assert "2 projects are called 'Street scenes'" in said.err
    assert "say which one with --project ID" in said.err


def test_what_stands_in_a_files_place(annotated: Sandbox, reconciler: Command) -> None:
    Path("n/batch-001.task-1.json").mkdir(parents=True)
    said = reconciler("export-annotations", *THREE, "--format", "native", "--out", "n")
    assert (said.code, said.out) == (1, "")
    assert "error: n/batch-001.task-1.json is a folder, and a file is to come there\n    move it away" in said.err
    Path("n/batch-002.task-2.json").symlink_to("nowhere")
    said = reconciler("import-annotations", "--from", "n", "--format", "native", "--yes")
    assert "error: n/batch-001.task-1.json is a folder, not a file" in said.err
    assert "error: n/batch-002.task-2.json is a link that leads nowhere" in said.err


def test_a_list_that_is_damaged(annotated: Sandbox, reconciler: Command) -> None:
    """What the hint says helps."""
    export = ("export-annotations", *THREE, "--format", "native", "--out")
    assert reconciler(*export, "n").code == 0
    Path("n/checksums.json").write_text("{")
    said = reconciler(*export, "n")
    assert "n/checksums.json cannot be read: it is damaged" in said.err
    assert "into another folder (--out)" in said.err
    assert "move only the list away, and they are known by their names" in " ".join(said.err.split())
    Path("n").rename("moved")
    assert reconciler(*export, "n").code == 0
    clear(annotated, 1, 2, 3)
    Path("moved/checksums.json").rename("away")
    assert reconciler("import-annotations", "--from", "moved", "--format", "native", "--yes").code == 0
    assert [drawn(annotated, task) for task in (1, 2, 3)] == [[1.0], [2.0], [3.0]]


# Backups


def test_backups_there_and_back(annotated: Sandbox, reconciler: Command) -> None:
    assert reconciler("backup", *THREE, "--out", "b").code == 0
    before = len(annotated.dump()["tasks"])
    looked = reconciler("restore", "b", "--dry-run")
    assert (looked.code, "3 to create" in looked.out) == (0, True)
    assert len(annotated.dump()["tasks"]) == before
    said = reconciler("restore", "b", "--project", "Street scenes", "--yes")
    assert said.code == 0, said.err
    copy = tasks_called(annotated, "batch-001")[0]
    assert copy["project_id"] == 1
    assert drawn(annotated, copy["id"]) == [1.0]
    again = reconciler("restore", "b", "--yes")
    assert "3 backups restored before" in again.err
    assert "All that the files hold is there already" in again.out
    assert reconciler("rollback", "--yes", "--allow-destructive").code == 0
    assert len(annotated.dump()["tasks"]) == before
    assert reconciler("restore", "b/batch-001.task-1.zip", "--yes").code == 0  # what was taken back can come again
    assert reconciler("restore", "b/batch-001.task-1.zip", "--yes", "--again").code == 0
    assert len(tasks_called(annotated, "batch-001")) == 3


def test_what_somebody_annotated_since_is_not_taken_back(annotated: Sandbox, reconciler: Command) -> None:
    assert reconciler("backup", "--id", "1", "--out", "b").code == 0
    assert reconciler("restore", "b", "--yes").code == 0
    restored = tasks_called(annotated, "batch-001")[0]["id"]
    _, labels = annotated.api("GET", "/api/labels", query={"task_id": restored})
    shape = {"type": "rectangle", "points": [1, 2, 3, 4], "frame": 1, "label_id": labels["results"][0]["id"]}
    body = {"shapes": [shape], "tags": [], "tracks": []}
    annotated.api("PATCH", f"/api/tasks/{restored}/annotations", body, {"action": "create"})
    said = reconciler("rollback", "--yes", "--allow-destructive")
    assert len(tasks_called(annotated, "batch-001")) == 2, said.out


def test_all_that_is_wrong_with_backups_is_told_together(annotated: Sandbox, reconciler: Command) -> None:
    assert reconciler("backup", *THREE, "--out", "b").code == 0
    content = bytearray(Path("b/batch-001.task-1.zip").read_bytes())
    content[2000] ^= 1
    Path("b/batch-001.task-1.zip").write_bytes(content)
    shutil.copy("b/batch-002.task-2.zip", "b/other.zip")
    Path("b/batch-003.task-3.zip").unlink()
    Path("no.zip").write_text("no")
    before = len(annotated.dump()["tasks"])
    said = reconciler("restore", "b", "no.zip", "nowhere.zip", "--project", "Street scene", "--yes")
    assert (said.code, said.out) == (1, "")
    assert "b/batch-001.task-1.zip is no backup of a task that can be used" in said.err
    assert "b/batch-003.task-3.zip cannot be read: No such file or directory" in said.err
    assert "b/other.zip is the same backup as b/batch-002.task-2.zip" in said.err
    assert "no.zip is no backup of a task" in said.err
    assert "nowhere.zip cannot be read" in said.err
    assert "there is no project `Street scene`" in said.err
    assert len(annotated.dump()["tasks"]) == before


def test_a_backup_that_is_named_twice(annotated: Sandbox, reconciler: Command) -> None:
    assert reconciler("backup", "--id", "1", "--out", "b").code == 0
    said = reconciler("restore", "b/batch-001.task-1.zip", "b", "--yes")
    assert (said.code, said.out) == (1, "")
    assert "b/batch-001.task-1.zip is named twice: as b/batch-001.task-1.zip and in b" in said.err


def test_long_names_are_shown_without_their_middle(connected: Sandbox, reconciler: Command) -> None:
    name = "n" * 120 + "m" * 120
    assert connected.api("PATCH", "/api/tasks/1", {"name": name})[0] == 200
    said = reconciler("export-annotations", "--id", "1", "--format", "native", "--out", "x")
    assert said.code == 0, said.err
    row = next(line for line in said.out.splitlines() if "nnn" in line)
    assert len(row) < 140
    assert f"{'n' * 24}…{'m' * 23} " in row
    assert ".task-1.json" in row


def test_a_project_that_lacks_labels(annotated: Sandbox, reconciler: Command) -> None:
    assert reconciler("backup", "--id", "1", "--out", "b").code == 0
    said = reconciler("restore", "b", "--project", "2", "--yes")
    assert said.code == 1
    assert "cannot go into project 2" in said.err
    assert "which has not the labels car, van and pedestrian" in said.err


def test_without_a_context_tasks_are_restored_where_their_project_is(
    annotated: Sandbox, reconciler: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Moving a task leaves it in its organization (CVAT's source: TaskWriteSerializer.update_project)."""
    monkeypatch.delenv("CVAT_ORG")
    assert reconciler("backup", "--id", "1", "--out", "b").code == 0
    said = reconciler("restore", "b", "--project", "Street scenes", "--yes")
    assert said.code == 0, said.err
    copy = next(one for one in tasks_called(annotated, "batch-001") if one["id"] != 1)
    assert (copy["project_id"], copy["organization_id"]) == (1, 1)


def test_what_was_restored_elsewhere_before_is_not_moved(
    annotated: Sandbox, reconciler: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CVAT_ORG")
    assert reconciler("backup", "--id", "1", "--out", "b").code == 0
    assert reconciler("restore", "b", "--yes").code == 0
    copy = max(one["id"] for one in tasks_called(annotated, "batch-001"))
    before = state_of(annotated)
    said = reconciler("restore", "b", "--project", "1", "--yes")
    assert said.code == 1
    what = f"task {copy}, which is in the personal workspace and cannot go into project 1 (Street scenes)"
    assert f"b/batch-001.task-1.zip was restored before as {what}" in " ".join(said.err.split())
    assert state_of(annotated) == before
    assert annotated.api("PATCH", f"/api/tasks/{copy}", {"organization_id": 1})[0] == 200
    said = reconciler("restore", "b", "--project", "1", "--yes")
    assert said.code == 0, said.err
    assert annotated.api("GET", f"/api/tasks/{copy}")[1]["project_id"] == 1


def test_two_of_one_name_one_after_the_other(annotated: Sandbox, reconciler: Command) -> None:
    assert annotated.api("PATCH", "/api/tasks/2", {"name": "batch-001"})[0] == 200
    assert reconciler("backup", "--id", "1", "--id", "2", "--out", "b").code == 0
    assert reconciler("restore", "b", "--yes").code == 0
    copies = [task["id"] for task in tasks_called(annotated, "batch-001") if task["id"] > 2]
    assert sorted(drawn(annotated, task)[0] for task in copies) == [1.0, 2.0]


def test_a_backup_that_the_server_does_not_take(annotated: Sandbox, reconciler: Command) -> None:
    assert reconciler("backup", *THREE, "--out", "b").code == 0
    annotated.fail_work("import:backup", "ValueError: no")
    said = reconciler("restore", "b", "--yes", "--parallelism", "1")
    assert said.code == 3
    assert "ValueError: no" in said.out
    assert reconciler("restore", "b", "--yes").code == 0
    assert all(len(tasks_called(annotated, f"batch-00{number}")) == 2 for number in (1, 2, 3))


def test_names_are_matched_without_their_priorities(annotated: Sandbox, reconciler: Command) -> None:
    """Put there by this tool, as the state store remembers."""
    rule = '{select: {project: Street scenes, name: "batch-00[12]"}, set: {priority: 1}}'
    settings = '{priority: {format: "[P{priority}] {name}"}}'
    Path("in").mkdir()
    Path("in/p.yaml").write_text(f"version: 1\nsettings: {settings}\nrules:\n  first: {rule}\n", encoding="utf-8")
    assert reconciler("apply", "in", "--yes").code == 0
    Path("in/p.yaml").unlink()  # an import from there is not that manifest without its priorities
    assert tasks_called(annotated, "[P1] batch-001")
    assert reconciler("export-annotations", *THREE, "--format", "native", "--out", "out").code == 0
    assert reconciler("backup", "--name", "batch-001", "--out", "copies", "--dry-run").code == 0
    names = sorted(path.name for path in Path("out").glob("*.json") if path.name != "checksums.json")
    assert names == ["[P1] batch-001.task-1.json", "[P1] batch-002.task-2.json", "batch-003.task-3.json"]
    shutil.copy(Path("out") / names[0], Path("in") / "batch-001.json")  # by its name
    shutil.copy(Path("out") / names[1], Path("in") / "[P7] batch-002.task-2.json")  # when it was less urgent
    clear(annotated, 1, 2)
    done = reconciler("import-annotations", "--from", "in", "--format", "native", "--yes")
    assert done.code == 0, done.err
    assert [drawn(annotated, task) for task in (1, 2)] == [[1.0], [2.0]]
    assert tasks_called(annotated, "[P1] batch-001")
