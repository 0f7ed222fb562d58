"""Copies are taken whole or not at all."""

from __future__ import annotations

import json
import shutil
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest

from reconciler.cvat.backups import export_backup
from reconciler.cvat.requests import Stopped
from reconciler.snapshots import taking as taking_module
from reconciler.snapshots.checking import check_copy
from reconciler.snapshots.reading import annotations_of, find_copy, find_snapshot, project_record, task_record
from reconciler.snapshots.taking import CopyError
from tests.apply.disks import full
from tests.sandbox.tasks import Worker, shape

from .studio import SNAPSHOT, Studio, edited, rewritten


def nothing_left(studio: Studio) -> bool:
    return [name for name in studio.files() if name.startswith("snapshots")] == []


def test_a_task_with_all_that_a_backup_forgets(studio: Studio) -> None:
    task = studio.rich_task()
    copy = studio.copy(task)
    record, whole = task_record(studio.store, copy), annotations_of(studio.store, copy)
    assert (copy.kind, copy.id, copy.name, copy.project) == ("task", task["id"], "task", task["project_id"])
    assert (copy.frames, copy.backup, copy.folder) == (6, True, f"snapshots/{SNAPSHOT}/task-{task['id']}")
    assert copy.annotations.model_dump() == {"tags": 2, "shapes": 1, "tracks": 3}
    assert record.fields["assignee"] == "admin"
    assert record.project_name == "Street"
    assert [(job.type, job.stage, job.state) for job in record.jobs] == [
        ("annotation", "acceptance", "completed"),
        ("annotation", "annotation", "new"),
        ("annotation", "annotation", "new"),
        ("ground_truth", "annotation", "new"),
    ]
    assert record.jobs[3].frames == (1, 4)
    [issue] = record.issues
    assert (issue.position, issue.resolved, [one.message for one in issue.comments]) == (
        (1.0, 2.5, 3.0, 4.0),
        True,
        ["too wide", "fixed"],
    )
    assert record.guide is not None
    [(uuid, name)] = record.guide.assets.items()
    assert name.endswith(".png")
    assert f"assets/{uuid}" in [file.name for file in copy.files]
    assert list(record.labels) == ["car", "person"]
    assert (whole.digest, whole.numbers) == (record.digest, copy.annotations)
    with zipfile.ZipFile(studio.backup_of(copy)) as archive:
        assert "task.json" in archive.namelist()
    assert check_copy(studio.store, copy) == []
    assert studio.private()
    assert find_copy(studio.store, copy.folder) == copy


def test_no_secret_is_in_any_file(studio: Studio) -> None:
    studio.copy(studio.rich_task())
    for path in studio.store.folder.rglob("*"):
        assert not path.is_file() or studio.sandbox.token.encode() not in path.read_bytes()


def test_only_annotations(studio: Studio) -> None:
    copy = studio.copy(studio.rich_task(), backup=False)
    names = {file.name.partition("/")[0] for file in copy.files}
    assert (names, copy.backup) == ({"record.json", "annotations.json", "assets"}, False)
    assert not any("backup" in asked.path for asked in studio.sandbox.requests)
    assert check_copy(studio.store, copy) == []


@pytest.mark.parametrize(
    ("frames", "problem"),
    [
        (
            [0, 3],
            r"CVAT does not restore it: the ground-truth job's frames \(7\) are named as they are counted in the",
        ),
        ([0, 1], "CVAT would restore the ground-truth job with frames 1, 3 instead of 0, 1"),
    ],
)
def test_ground_truth_that_would_not_come_back(studio: Studio, frames: list[int], problem: str) -> None:
    task = studio.worker.task(9, {"start_frame": "1", "frame_filter": "step=2", "sorting_method": "natural"})
    body = {"type": "ground_truth", "task_id": task["id"], "frame_selection_method": "manual", "frames": frames}
    studio.worker.make("/api/jobs", body)
    with pytest.raises(CopyError, match=problem):
        studio.copy(task)
    assert nothing_left(studio)


def test_a_task_without_data(studio: Studio) -> None:
    copy = studio.copy(studio.worker.task(0))
    assert (copy.backup, copy.frames, len(copy.files)) == (False, 0, 2)
    assert check_copy(studio.store, copy) == []


def test_a_project(studio: Studio) -> None:
    task = studio.rich_task()
    guide = studio.worker.make("/api/guides", {"project_id": task["project_id"], "markdown": "# All"})
    copy = studio.taking().project(guide["project_id"])
    record = project_record(studio.store, copy)
    assert (copy.kind, copy.name, record.fields["name"], list(record.labels)) == (
        "project",
        "Street",
        "Street",
        ["car", "person"],
    )
    assert record.guide is not None
    assert record.guide.markdown == "# All"
    assert check_copy(studio.store, copy) == []


def test_several_copies_of_one_snapshot_even_of_one_task(studio: Studio) -> None:
    task = studio.worker.task(2)
    taking = studio.taking()
    folders = [taking.task(task["id"], backup=False).folder for _ in range(2)]
    folders.append(studio.taking().task(task["id"], backup=False).folder)  # a later process goes on
    snapshot = find_snapshot(studio.store, SNAPSHOT)
    assert snapshot is not None
    assert [copy.folder for copy in snapshot.copies] == folders
    assert [folder.rpartition("/")[2] for folder in folders] == [f"task-{task['id']}{end}" for end in ("", ".2", ".3")]


def test_what_is_not_there(studio: Studio) -> None:
    with pytest.raises(CopyError, match="task 99 cannot be copied: it is not there any more"):
        studio.taking().task(99, backup=True)
    with pytest.raises(CopyError, match="project 99 cannot be copied"):
        studio.taking().project(99)
    assert nothing_left(studio)


def test_a_failed_export(studio: Studio) -> None:
    task = studio.worker.task(2)
    studio.sandbox.fail_work("export:backup", "No space left on device")
    with pytest.raises(CopyError, match=rf"task {task['id']} cannot be copied: .*No space left on device"):
        studio.copy(task)
    assert nothing_left(studio)
    assert check_copy(studio.store, studio.copy(task)) == []  # the next time


def changed_backup(monkeypatch: pytest.MonkeyPatch, change: Any) -> None:
    """Let the server give another archive than it should."""
    real = export_backup

    def export(session: Any, task_id: int, to: Path, **more: Any) -> None:
        real(session, task_id, to, **more)
        change(to)

    monkeypatch.setattr(taking_module, "export_backup", export)


def test_a_truncated_archive(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    changed_backup(monkeypatch, lambda path: path.write_bytes(path.read_bytes()[:-200]))
    with pytest.raises(CopyError, match="no readable zip archive"):
        studio.copy(studio.worker.task(2))
    assert nothing_left(studio)


def test_a_missing_frame(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    changed_backup(monkeypatch, lambda path: rewritten(path, lambda held: held.pop("data/frame_1.png"), path))
    with pytest.raises(CopyError, match=r"frames are missing in it: frame_1\.png"):
        studio.copy(studio.worker.task(3))
    assert nothing_left(studio)


def test_a_backup_that_only_names_its_frames(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    def lighten(held: dict[str, bytes]) -> None:
        edited(held, "task.json", lambda about: about["data"].update(storage="cloud_storage"))

    changed_backup(monkeypatch, lambda path: rewritten(path, lighten, path))
    with pytest.raises(CopyError, match="only names its frames, which are in cloud storage"):
        studio.copy(studio.worker.task(3))


def test_an_old_backup_that_the_server_kept(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """CVAT gives the same archive for as long as the task's own date does not move."""
    task = studio.worker.task(4)
    old = studio.worker.backup(task)
    studio.worker.annotate(task)
    changed_backup(monkeypatch, lambda path: path.write_bytes(old))
    with pytest.raises(
        CopyError, match=r"job of frames 0 to 1 has 0 tags, 0 shapes and 0 tracks instead of 0 tags, 1 sh"
    ):
        studio.copy(task)
    assert nothing_left(studio)


def test_annotations_that_change_once_meanwhile(studio: Studio) -> None:
    task = studio.worker.task(4)
    box = shape(studio.worker, task, 1)

    def annotate() -> None:
        Worker(studio.sandbox).ask(
            "PUT", f"/api/tasks/{task['id']}/annotations", {"tags": [], "tracks": [], "shapes": [box]}
        )

    studio.sandbox.before("POST", r"/api/tasks/\d+/backup/export", annotate)
    copy = studio.copy(task)
    assert copy.annotations.shapes == 1
    assert check_copy(studio.store, copy) == []


def test_annotations_that_change_all_the_time(studio: Studio) -> None:
    task = studio.worker.task(4)
    boxes = [shape(studio.worker, task, 1)]

    def annotate() -> None:
        boxes.append(boxes[0])
        body = {"tags": [], "tracks": [], "shapes": boxes}
        Worker(studio.sandbox).ask("PUT", f"/api/tasks/{task['id']}/annotations", body)

    studio.sandbox.before("POST", r"/api/tasks/\d+/backup/export", annotate, times=None)
    with pytest.raises(CopyError, match="its annotations change all the time"):
        studio.copy(task)
    assert nothing_left(studio)


def test_a_stop_while_the_server_works(studio: Studio) -> None:
    task = studio.worker.task(2)
    with studio.sandbox.held():
        threading.Timer(0.2, studio.stop.set).start()
        with pytest.raises(Stopped):
            studio.copy(task)
    assert nothing_left(studio)


def test_too_little_room_is_said_before_it_is_filled(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(studio.store.folder.parent)._replace(free=100)
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    with pytest.raises(CopyError, match=r"it has \d+ bytes, and the disk of .* takes only 100 more"):
        studio.copy(studio.worker.task(2))
    assert nothing_left(studio)


def test_a_disk_that_is_full_in_the_middle(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: object) -> int:
        raise OSError(28, "No space left on device")

    class Full:
        def __init__(self, file: Any) -> None:
            self._file = file

        def __enter__(self) -> Full:
            return self

        def __exit__(self, *_: object) -> None:
            self._file.close()

        write = no_room

    monkeypatch.setattr("reconciler.cvat.downloading._opened", lambda _, part: Full(part.open("wb")))
    with pytest.raises(CopyError, match=r"the disk of .* is full") as caught:
        studio.copy(studio.worker.task(2))
    assert caught.value.hint == "Free some space and run the same command again."
    assert nothing_left(studio)


def test_a_full_disk_for_small_files(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    task = studio.worker.task(2)
    monkeypatch.setattr(studio.store, "write", full(studio.store.write, "annotations.json"))
    with pytest.raises(CopyError, match="the disk is full"):
        studio.copy(task)


def test_a_damaged_list_is_said(studio: Studio) -> None:
    studio.copy(studio.worker.task(2), backup=False)
    path = studio.store.path(f"snapshots/{SNAPSHOT}/snapshot.json")
    path.write_text(json.dumps({"format": "reconciler.data/1"}))
    with pytest.raises(Exception, match=r"Cannot use .*snapshot\.json"):
        studio.taking()
