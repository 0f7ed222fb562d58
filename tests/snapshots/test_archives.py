"""What a backup has to hold. A real server's is whole."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from reconciler.annotations.numbers import Numbers
from reconciler.snapshots.archives import DamagedBackup, Held, open_backup
from tests.sandbox.replay import RECORDINGS

from .studio import edited, rewritten

RECORDED = RECORDINGS / "task_backup.zip"
NAMES = [f"frame_{number}.png" for number in range(6)]
real = pytest.mark.skipif(not RECORDED.exists(), reason="the recordings (../shared) are not here")


@real
def test_a_real_servers_backup_is_whole() -> None:
    backup = open_backup(RECORDED)
    assert backup.problems(6) == []
    assert backup.problems_of_frames(NAMES) == []
    assert backup.problems_of_numbers(Numbers(tags=1, shapes=2, tracks=2)) == []
    assert backup.held == {
        ("annotation", 0, 1, 0): Held({("shapes", 0, "car"): 1}),
        ("annotation", 2, 3, 0): Held({("tags", 2, "car"): 1, ("tracks", 3, "car"): 1}),
        ("annotation", 4, 5, 0): Held({("shapes", 5, "car"): 1, ("tracks", 4, "car"): 1}),
    }
    assert backup.problems_of_jobs(backup.held) == []


@real
@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda held: held.pop("data/frame_3.png"), "frames are missing in it: frame_3.png"),
        (lambda held: edited(held, "task.json", lambda about: about["jobs"].clear()), "its task.json names no jobs"),
        (
            lambda held: edited(held, "annotations.json", lambda jobs: jobs.pop()),
            "it has 3 jobs, but the annotations of 2",
        ),
        (
            lambda held: edited(held, "task.json", lambda about: about["data"].update(storage="share")),
            "it only names its frames, which are in share; it holds none",
        ),
        (
            lambda held: edited(held, "task.json", lambda about: about["data"].update(stop_frame=3)),
            "its manifest has 4 frames, the task 6",
        ),
        (
            lambda held: edited(
                held,
                "task.json",
                lambda about: about["data"].update(storage_method="file_system", sorting_method="predefined"),
            ),
            "CVAT does not restore it: its frames are in predefined order, and it was made without a cache",
        ),
    ],
)
def test_what_is_missing(tmp_path: Path, change: Any, problem: str) -> None:
    path = rewritten(RECORDED, change, tmp_path / "a.zip")
    assert problem in open_backup(path).problems(6)


@real
def test_other_annotations(tmp_path: Path) -> None:
    wanted = open_backup(RECORDED).held
    path = rewritten(
        RECORDED,
        lambda held: edited(held, "annotations.json", lambda jobs: jobs[0]["shapes"][0].update(label="person")),
        tmp_path / "a.zip",
    )
    backup = open_backup(path)
    [problem] = backup.problems_of_jobs(wanted)
    assert "job of frames 0 to 1 has other annotations (0 tags, 1 shapes and 0 tracks)" in problem
    missing = {("replica", 0, 1, 0): Held(), ("ground_truth", 0, 5, 0): Held()}
    assert backup.problems_of_jobs(missing) == ["the replica job of frames 0 to 1 is not in it"]
    assert backup.problems_of_numbers(Numbers(shapes=3)) != []


@real
@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda held: held.pop("task.json"), "there is no task.json in it"),
        (lambda held: held.update({"annotations.json": b"{"}), "its annotations.json is not valid JSON"),
        (lambda held: held.update({"annotations.json": b"{}"}), "not laid out like the backup of a task"),
        (lambda held: held.update({"data/manifest.jsonl": b"nonsense"}), "its data/manifest.jsonl is not valid"),
    ],
)
def test_what_is_no_backup(tmp_path: Path, change: Any, problem: str) -> None:
    with pytest.raises(DamagedBackup, match=problem):
        open_backup(rewritten(RECORDED, change, tmp_path / "a.zip"))


@real
def test_every_flipped_byte_of_content_is_found(tmp_path: Path) -> None:
    """Headers apart, in which a byte may say nothing."""
    content = RECORDED.read_bytes()
    place = content.index(b"\x89PNG") + 20
    path = tmp_path / "a.zip"
    path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    with pytest.raises(DamagedBackup, match=r"data/frame_\d\.png is damaged in it"):
        open_backup(path)


@real
@pytest.mark.parametrize("kept", [0, 1, 100, 2000, 4600])
def test_a_truncated_one(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(RECORDED.read_bytes()[:kept])
    with pytest.raises(DamagedBackup):
        open_backup(path)


def made(to: Path, manifest: list[dict[str, Any]], files: list[str], **data: Any) -> Path:
    """A backup with this manifest and these frames."""
    about = {"data": data, "jobs": [{"type": "annotation", "start_frame": 0, "stop_frame": 9}]}
    with zipfile.ZipFile(to, "w") as archive:
        archive.writestr("task.json", json.dumps(about))
        archive.writestr("annotations.json", '[{"tags": [], "shapes": [], "tracks": []}]')
        if manifest:
            archive.writestr("data/manifest.jsonl", "\n".join(map(json.dumps, manifest)))
        for name in files:
            archive.writestr(f"data/{name}", "x")
    return to


HEADS = [{"version": "1.1"}, {"type": "images"}]


def images(*names: str) -> list[dict[str, Any]]:
    return [*HEADS, *({"name": name, "extension": ".png", "width": 1, "height": 1} for name in names)]


def test_a_video(tmp_path: Path) -> None:
    manifest: list[dict[str, Any]] = [
        {"version": "1.1"},
        {"type": "video"},
        {"properties": {"name": "a.mp4", "resolution": [1, 1], "length": 10}},
        {"number": 0, "pts": 0, "checksum": "x"},
    ]
    assert open_backup(made(tmp_path / "a.zip", manifest, ["a.mp4"], stop_frame=9)).problems(10) == []
    backup = open_backup(made(tmp_path / "b.zip", manifest, ["clips/a.mp4"], stop_frame=9))
    assert (backup.problems(10), backup.problems_of_frames(["a.mp4"])) == ([], [])
    assert open_backup(made(tmp_path / "c.zip", manifest, [])).problems(10) == ["frames are missing in it: a.mp4"]


def test_every_second_frame_of_a_range(tmp_path: Path) -> None:
    """What the task leaves out need not be there."""
    path = made(
        tmp_path / "a.zip", images(*"abcdef"), ["b.png", "d.png"], start_frame=1, stop_frame=4, frame_filter="step=2"
    )
    assert open_backup(path).problems(2) == []
    assert open_backup(path).problems(3) == ["its manifest has 2 frames, the task 3"]


def test_a_manifest_of_a_share_lists_only_what_is_used(tmp_path: Path) -> None:
    path = made(tmp_path / "a.zip", images("x/b", "x/d"), ["x/b.png", "x/d.png"], storage="local")
    assert open_backup(path).problems(2) == []


def test_pictures_around_a_frame_count_too(tmp_path: Path) -> None:
    manifest = images("a")
    manifest[2]["meta"] = {"related_images": ["related/a_png/1.png"]}
    path = made(tmp_path / "a.zip", manifest, ["a.png"])
    assert open_backup(path).problems(1) == ["frames are missing in it: related/a_png/1.png"]


def test_frames_of_a_pool_come_several_times(tmp_path: Path) -> None:
    path = made(tmp_path / "a.zip", images(*"ab"), ["a.png", "b.png"], validation_layout={"mode": "gt_pool"})
    assert open_backup(path).problems(5) == []


def test_without_a_manifest(tmp_path: Path) -> None:
    assert open_backup(made(tmp_path / "a.zip", [], ["a.png"])).problems(1) == []
    assert open_backup(made(tmp_path / "b.zip", [], [])).problems(1) == ["there are no frames in it"]
