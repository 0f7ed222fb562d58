"""Things made on a sandbox by our own calls: projects, tasks with pictures."""

from __future__ import annotations

from pathlib import Path
from threading import Event

from pydantic import JsonValue

from reconciler.cvat import Reader, Session
from reconciler.cvat.models import Project, Task
from reconciler.cvat.objects import Objects
from reconciler.cvat.uploading import upload_data
from reconciler.sandbox.pictures import stand_in

CAR: dict[str, JsonValue] = {"name": "car", "color": "#ff0000", "type": "any", "attributes": []}
DATA: dict[str, JsonValue] = {"image_quality": 70}


def pictures(folder: Path, *names: str) -> list[tuple[Path, str]]:
    """Files, and what they are to be called on the server."""
    files = []
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(stand_in(name))
        files.append((path, name))
    return files


def project(session: Session, name: str = "Made") -> Project:
    """A project with one label."""
    made = Objects(session).create_project({"name": name})
    Objects(session).patch_labels("project", made.id, [CAR])
    return made


def empty_task(session: Session, **more: int | str) -> Task:
    """A task with one label and no data."""
    body: dict[str, JsonValue] = {"name": "made", "segment_size": 2, "overlap": 0, **more}
    return Objects(session).create_task(body if "project_id" in more else {**body, "labels": [CAR]})


def task(session: Session, folder: Path, frames: int = 4, **more: int | str) -> Task:
    """A task with frames, in jobs of two."""
    made = empty_task(session, **more)
    files = pictures(folder, *(f"f{number}.png" for number in range(frames)))
    upload_data(session, made.id, DATA, files, stop=Event())
    found = Reader(session).task(made.id)
    assert found is not None
    assert found.size == frames
    return found
