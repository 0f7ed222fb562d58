from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from reconciler.cvat import Reader, Session
from reconciler.cvat.details import DataMeta, FileFormat
from reconciler.errors import ServerError
from reconciler.sandbox import Sandbox

from . import made
from .conftest import Connect
from .scripted import Says, ScriptedServer


def one(formats: Iterable[FileFormat], name: str) -> FileFormat:
    return next(each for each in formats if each.name == name)


def test_data(anyone: Session, tmp_path: Path) -> None:
    task = made.task(anyone, tmp_path)
    meta = Reader(anyone).data_meta(task.id)
    assert meta is not None
    assert meta.names == ("f0.png", "f1.png", "f2.png", "f3.png")
    assert (meta.size, meta.start_frame, meta.stop_frame, meta.frame_filter) == (4, 0, 3, "")
    assert (task.image_quality, task.overlap, task.data_chunk_size) == (70, 0, meta.chunk_size)


def test_no_data(anyone: Session) -> None:
    task = made.empty_task(anyone)
    assert (task.size, task.image_quality) == (None, None)
    assert Reader(anyone).data_meta(task.id) is None
    assert Reader(anyone).data_meta(999_999) is None
    with pytest.raises(ServerError, match=f"the annotations of task {task.id} cannot be read \\(400\\): Exporting"):
        Reader(anyone).annotations(task.id)


def test_frames_of_a_ground_truth_job_are_counted_as_all_frames_are() -> None:
    """The server counts them in the source, before the step."""
    meta = DataMeta(start_frame=10, frame_filter="step=5", included_frames=(10, 20, 35))
    assert meta.included == (0, 2, 5)
    assert DataMeta(included_frames=(1, 3)).included == (1, 3)
    assert DataMeta().included is None


def test_formats(anyone: Session) -> None:
    formats = Reader(anyone).formats()
    coco, clouds = (one(formats.importers, name) for name in ("COCO 1.0", "Kitti Raw Format 1.0"))
    assert (coco.ext, coco.dimension, clouds.dimension) == ("JSON, ZIP", "2d", "3d")
    images = one(formats.exporters, "CVAT for images 1.1")
    assert (images.ending, images.is_zip, images.dimension) == (".zip", True, "2d")
    assert not [each for each in formats.exporters if each.dimension == "1d"]


def test_formats_of_audio(connect_to: Connect) -> None:
    with Sandbox.start(seed="empty", server_version="2.80") as newer:
        formats = Reader(connect_to(newer.url, token=newer.token)).formats()
    table = one(formats.exporters, "Generic TSV 1.0")
    assert (table.ending, table.is_zip, table.dimension) == (".tsv", False, "1d")
    assert one(formats.importers, "Generic TSV 1.0").ext == "TSV"


def test_formats_that_are_off(server: ScriptedServer, session: Session) -> None:
    on, off = {"name": "COCO 1.0", "enabled": True}, {"name": "Odd 1.0", "enabled": False}
    server.answers["/api/server/annotation/formats"] = Says(body={"importers": [on, off], "exporters": None})
    formats = Reader(session).formats()
    assert (formats.importers, formats.exporters) == ((FileFormat(name="COCO 1.0"),), ())


@pytest.mark.parametrize("ext", ["../../x", "A/B", "", "TAR GZ", "X" * 64])
def test_an_ending_that_leads_elsewhere(ext: str) -> None:
    odd = FileFormat(name="Odd 1.0", ext=ext)
    assert (odd.ending, odd.is_zip) == (".file", False)


def test_no_quality_settings(server: ScriptedServer, session: Session) -> None:
    server.answers["/api/quality/settings"] = Says(body={"count": 0, "results": []})
    assert Reader(session).quality_settings(1) is None
    server.answers["/api/quality/settings"] = Says(body={"count": 1, "results": [{"id": 5, "task_id": 2}]})
    assert Reader(session).quality_settings(1) is None  # a server that ignores the parameter


def test_a_picture_with_its_name(server: ScriptedServer, session: Session) -> None:
    says = Says(body=b"\x89PNG", content_type="image/png", headers={"Content-Disposition": 'inline; filename="a.png"'})
    server.answers["/api/assets/u"] = says
    asset = Reader(session).asset("u")
    assert (asset.filename, asset.data) == ("a.png", b"\x89PNG")


@pytest.mark.parametrize(
    ("said", "canonical"),
    [
        (None, None),
        ({"id": 3, "location": "local", "cloud_storage_id": None}, None),
        (
            {"id": 3, "location": "cloud_storage", "cloud_storage_id": 5},
            {"location": "cloud_storage", "cloud_storage_id": 5},
        ),
    ],
)
def test_storages(server: ScriptedServer, session: Session, said: object, canonical: object) -> None:
    server.answers["/api/projects/1"] = Says(body={"id": 1, "source_storage": said})
    project = Reader(session).project(1)
    assert project is not None
    assert project.source_storage == canonical
    assert type(project).model_validate(project.model_dump()).source_storage == canonical
