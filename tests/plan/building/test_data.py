from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.cvat.details import DataMeta, Frame
from reconciler.cvat.models import Task
from reconciler.manifest.models import DataBlock
from reconciler.plan.building.data import WantedData

from ..observed import Server, task


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a").mkdir()
    for number in range(10):
        Path(f"a/{number}.png").write_bytes(b"x" * number)


def wanted(**fields: Any) -> WantedData:
    return WantedData(DataBlock.model_validate({"files": ["a/*.png"], **fields}))


@pytest.mark.parametrize(
    ("fields", "size"),
    [
        ({}, 10),
        ({"step": 3}, 4),
        ({"start_frame": 2, "stop_frame": 5}, 4),
        ({"start_frame": 2, "stop_frame": 50, "step": 4}, 2),
        ({"start_frame": 20}, None),
        ({"files": [], "share": ["night/"]}, None),
        ({"validation": {"mode": "gt_pool", "frame_count": 2}}, None),
        ({"validation": {"mode": "gt", "frame_count": 2}}, 10),
    ],
)
def test_how_many_frames_there_will_be(fields: dict[str, Any], size: int | None) -> None:
    assert wanted(**fields).size == size


@pytest.mark.parametrize("name", ["b.zip", "b.mp4", "b.pdf", "b.pcd", "related_images/b.png"])
def test_files_of_which_only_the_server_knows_the_frames(name: str) -> None:
    Path("b/related_images").mkdir(parents=True)
    (Path("b") / name).write_bytes(b"")
    assert wanted(files=["a/*.png", "b/**/*.*"]).size is None


def test_the_digest_is_of_what_is_said_and_of_the_files_by_name_and_size() -> None:
    digest = wanted(segment_size=5).digest
    assert digest == wanted(segment_size=5, image_quality=70).digest  # what is meant anyway
    assert digest == wanted(segment_size=5, files=["a/[0-4].png", "a/[5-9].png"]).digest
    assert digest != wanted(segment_size=4).digest
    Path("a/3.png").write_bytes(b"other")
    assert digest != wanted(segment_size=5).digest


def made(**fields: Any) -> Task:
    return task(size=10, segment_size=10, overlap=0, image_quality=70, **fields)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, []),
        ({"segment_size": 10}, []),
        ({"segment_size": 500}, []),  # the server cuts it to what there is
        ({"segment_size": 0}, []),
        ({"segment_size": 5}, ["its segment_size is 10, not 5"]),
        ({"overlap": 2}, ["its overlap is 0, not 2"]),
        ({"image_quality": 50}, ["its image_quality is 70, not 50"]),
        ({"step": 2}, ["it has 10 frames, and these files make 5"]),
        ({"files": [], "share": ["x/"], "jobs": [["a"]], "overlap": 3}, []),
    ],
)
def test_what_a_task_shows_otherwise(fields: dict[str, Any], words: list[str]) -> None:
    assert wanted(**fields).unlike(made()) == words


def test_a_server_that_says_nothing_shows_nothing_otherwise() -> None:
    assert wanted(segment_size=5, overlap=1, image_quality=1).unlike(task()) == []


def test_files_that_are_others_are_named() -> None:
    class Holding(Server):
        def data_meta(self, task_id: int) -> DataMeta | None:  # noqa: ARG002
            return DataMeta(frames=tuple(Frame(name=f"x/{number}.png") for number in (8, 9, 10)))

    assert wanted().differences(made(), Holding()) == [
        "0.png, 1.png, 2.png and 5 more are not in it",
        "10.png is not among these files",
    ]


def test_files_in_an_order_of_ones_own() -> None:
    body = wanted(files=["a/[0-2].png"], sorting="predefined").request()
    assert (body["sorting_method"], body["upload_file_order"]) == ("predefined", ["0.png", "1.png", "2.png"])
