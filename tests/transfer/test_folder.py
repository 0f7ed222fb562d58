"""Files arrive whole and listed; a folder is one process's, and for one purpose."""

from __future__ import annotations

import errno
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.errors import LockedError, ReconcilerError
from reconciler.transfer.folder import WORK, Arriving, arriving, known, problems_of
from reconciler.transfer.listing import CHECKSUMS, SUMS, Entry, Purpose, Standing, sha256_of, standing

PURPOSE = Purpose(kind="annotations", format="COCO 1.0", server="http://here")


def put(held: Arriving, task: int, content: str, name: str | None = None) -> Entry:
    held.place(task).write_text(content)
    entry = Entry(
        name=name or f"task-{task}.zip",
        sha256=sha256_of(held.place(task)),
        size=len(content),
        task=task,
        task_name=f"t{task}",
        fetched=datetime.now(UTC),
    )
    held.arrived(entry)
    return entry


def test_listed(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    with arriving(out, PURPOSE) as held:
        entries = [put(held, 2, "two"), put(held, 1, "one")]
    listing = known(out)
    assert listing is not None
    assert listing.files == (entries[1], entries[0])
    assert listing.purpose == PURPOSE
    assert sorted(path.name for path in out.iterdir()) == [WORK, SUMS, CHECKSUMS, "task-1.zip", "task-2.zip"]
    checked = subprocess.run(["sha256sum", "-c", SUMS], cwd=out, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout) == (0, "task-1.zip: OK\ntask-2.zip: OK\n")
    assert [standing(out, entry) for entry in entries] == [Standing.WHOLE, Standing.WHOLE]


def test_a_disk_that_is_full_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What has arrived stays listed, line by line; what is half there makes room first."""
    with arriving(tmp_path, PURPOSE) as held:
        entry = put(held, 1, "one")
        held.place(2).write_text("hal")

        def full(_: int) -> None:
            assert not (tmp_path / WORK / "arriving").exists()
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr("os.fsync", full)
    assert held.unlisted == "checksums.json and SHA256SUMS cannot be written: No space left on device"
    assert not (tmp_path / WORK / CHECKSUMS).exists()
    monkeypatch.undo()
    listing = known(tmp_path)
    assert listing is not None
    assert listing.files == (entry,)
    with arriving(tmp_path, PURPOSE) as again:
        pass
    assert again.unlisted is None
    assert (tmp_path / SUMS).read_bytes() == listing.sums()


def test_what_a_killed_process_leaves(tmp_path: Path) -> None:
    """Its list is not written yet, its last line is cut off, a file is half there."""
    with arriving(tmp_path, PURPOSE):
        pass
    held = Arriving(tmp_path, PURPOSE)
    (tmp_path / WORK / "arriving").mkdir()
    entry = put(held, 1, "one")
    held.place(2).write_text("hal")
    with (tmp_path / WORK / "arrived.jsonl").open("a") as journal:
        journal.write('{"name": "task-2')
    listing = known(tmp_path)
    assert listing is not None
    assert listing.files == (entry,)
    with arriving(tmp_path, PURPOSE) as again:
        assert not again.place(2).exists()
        later = put(again, 2, "two")
    listing = known(tmp_path)
    assert listing is not None
    assert listing.files == (entry, later)
    assert not (tmp_path / WORK / "arrived.jsonl").exists()


def test_a_renamed_task_has_one_file(tmp_path: Path) -> None:
    with arriving(tmp_path, PURPOSE) as held:
        put(held, 1, "one", "old.task-1.zip")
        put(held, 1, "new", "new.task-1.zip")
    assert {path.name for path in tmp_path.glob("*.zip")} == {"new.task-1.zip"}


def test_damage(tmp_path: Path) -> None:
    with arriving(tmp_path, PURPOSE) as held:
        one, two = put(held, 1, "one"), put(held, 2, "two")
    (tmp_path / one.name).write_text("eno")
    (tmp_path / two.name).unlink()
    assert [standing(tmp_path, one), standing(tmp_path, two)] == [Standing.DAMAGED, Standing.MISSING]


def test_a_name_that_leads_out_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    entry = Entry(
        name="../x", sha256=sha256_of(tmp_path / "x"), size=1, task=1, task_name="", fetched=datetime.now(UTC)
    )
    assert standing(tmp_path / "sub", entry) is Standing.MISSING


def test_one_process_at_a_time(tmp_path: Path) -> None:
    with arriving(tmp_path, PURPOSE), pytest.raises(LockedError, match="another process is writing to"):
        arriving(tmp_path, PURPOSE).__enter__()
    with arriving(tmp_path, PURPOSE):
        pass


def test_for_something_else(tmp_path: Path) -> None:
    with arriving(tmp_path / "out", PURPOSE):
        pass
    other = Purpose(kind="backup", server="http://here")
    [problem] = problems_of(tmp_path / "out", other)
    assert "holds annotations (COCO 1.0) of http://here, not backups of http://here" in problem.what
    (tmp_path / "file").write_text("")
    [problem] = problems_of(tmp_path / "file", other)
    assert "is a file, not a folder" in problem.what


def test_a_list_that_is_none(tmp_path: Path) -> None:
    (tmp_path / CHECKSUMS).write_text("{}")
    with pytest.raises(ReconcilerError, match="cannot be read: it is damaged"):
        known(tmp_path)


def test_not_writable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ReconcilerError, match="cannot be written to"):
        arriving(tmp_path / "file" / "out", PURPOSE).__enter__()
