from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.cvat import Reader, Session
from reconciler.cvat.details import DataMeta
from reconciler.errors import ServerError

from . import made
from .scripted import Says, ScriptedServer


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
    assert "CVAT 1.1" in formats.importers
    assert "CVAT for images 1.1" in formats.exporters


def test_formats_that_are_off(server: ScriptedServer, session: Session) -> None:
    on, off = {"name": "COCO 1.0", "enabled": True}, {"name": "Odd 1.0", "enabled": False}
    server.answers["/api/server/annotation/formats"] = Says(body={"importers": [on, off], "exporters": None})
    formats = Reader(session).formats()
    assert (formats.importers, formats.exporters) == (("COCO 1.0",), ())


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
