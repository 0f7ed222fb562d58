"""What users of the SDK do over a task's whole life, for the SDK that is on the path: run with the server's address."""

from __future__ import annotations

import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cvat_sdk import make_client, models
from cvat_sdk.core.client import Client
from cvat_sdk.core.proxies.annotations import AnnotationUpdateAction
from PIL import Image

WAIT: Any = 0.01  # seconds between two looks at a request: the SDK's own default is five
SIZE = (40, 30)
FORMAT = "CVAT for images 1.1"
LABELS = [
    models.PatchedLabelRequest(
        name="car",
        type="rectangle",
        attributes=[
            models.AttributeRequest(
                name="parked", mutable=True, input_type="checkbox", default_value="false", values=["false"]
            )
        ],
    )
]


def pictures(folder: Path, count: int) -> list[Path]:
    """Draw pictures."""
    paths = [folder / f"{number}.png" for number in range(count)]
    for number, path in enumerate(paths):
        Image.new("RGB", SIZE, (number * 40, 20, 20)).save(path)
    return paths


def live(client: Client, folder: Path) -> None:
    """Create, annotate, export, import, back up, delete and restore a task, and its project."""
    project = client.projects.create(models.ProjectWriteRequest(name="sdk", labels=LABELS))
    spec = models.TaskWriteRequest(name="life", project_id=project.id, segment_size=2, overlap=0)
    task = client.tasks.create_from_data(spec, pictures(folder, 5), status_check_period=WAIT)
    assert (task.size, task.mode, len(task.get_jobs())) == (5, "annotation", 3)
    look_at_frames(task, folder)
    annotate(task)
    exported = task.export_dataset(FORMAT, folder / "annotations.zip", include_images=False, status_check_period=WAIT)
    before = content(task)
    task.remove_annotations()
    assert content(task) == []
    task.import_annotations("CVAT 1.1", exported or folder / "annotations.zip", status_check_period=WAIT)
    assert content(task) == before
    whole = folder / "dataset.zip"
    task.export_dataset(FORMAT, whole, status_check_period=WAIT)
    assert whole.stat().st_size > (folder / "annotations.zip").stat().st_size
    backup = folder / "task.zip"
    task.download_backup(backup, status_check_period=WAIT)
    task.remove()
    restored = client.tasks.create_from_backup(backup, status_check_period=WAIT)
    assert (restored.name, restored.size, restored.project_id) == ("life", 5, None)
    assert content(restored) == before
    restored.update(models.PatchedTaskWriteRequest(project_id=project.id))
    whole_project(client, project, folder)


def look_at_frames(task: Any, folder: Path) -> None:
    """See a task's frames in all the ways the SDK has."""
    assert Image.open(task.get_frame(3, quality="original")).size == SIZE
    assert Image.open(task.get_frame(0)).format == "JPEG"
    task.download_frames([0, 4], outdir=folder / "frames", filename_pattern="{frame_id}{frame_ext}")
    assert sorted(path.name for path in (folder / "frames").iterdir()) == ["0.png", "4.png"]
    assert [frame.name for frame in task.get_frames_info()] == [f"{number}.png" for number in range(5)]
    assert Image.open(task.get_preview()).format == "JPEG"
    task.remove_frames_by_ids([1])
    assert task.get_meta().deleted_frames == [1]
    [job] = [job for job in task.get_jobs() if job.start_frame == 0]
    assert job.get_meta().deleted_frames == [1]
    task.remove_frames_by_ids([])
    with (folder / "chunk.zip").open("wb") as file:
        task.download_chunk(0, file)


def annotate(task: Any) -> None:
    """Write annotations in all the ways the SDK has."""
    [label] = task.get_labels()
    shape = {"frame": 0, "label_id": label.id, "type": "rectangle", "points": [1.0, 2.0, 30.0, 20.0]}
    task.set_annotations(models.LabeledDataRequest(shapes=[models.LabeledShapeRequest(**shape)]))
    other = models.LabeledShapeRequest(**{**shape, "frame": 3})
    added = models.PatchedLabeledDataRequest(shapes=[other], tags=[], tracks=[])
    task.update_annotations(added, action=AnnotationUpdateAction.CREATE)
    found = task.get_annotations()
    assert [each.frame for each in found.shapes] == [0, 3]
    [job] = [job for job in task.get_jobs() if job.start_frame == 2]
    assert [each.frame for each in job.get_annotations().shapes] == [3]
    task.remove_annotations(ids=[found.shapes[1].id])
    assert [each.frame for each in task.get_annotations().shapes] == [0]


def content(task: Any) -> list[tuple[Any, ...]]:
    """Give a task's shapes, but for their ids and sources."""
    names = {label.id: label.name for label in task.get_labels()}
    return [
        (shape.frame, names[shape.label_id], shape.type.value, tuple(shape.points), shape.attributes[0].value)
        for shape in task.get_annotations().shapes
    ]


def whole_project(client: Client, project: Any, folder: Path) -> None:
    """Export, back up, delete and restore a project."""
    project.export_dataset(FORMAT, folder / "project-dataset.zip", status_check_period=WAIT)
    assert Image.open(project.get_preview()).format == "JPEG"
    backup = folder / "project.zip"
    project.download_backup(backup, status_check_period=WAIT)
    project.remove()
    restored = client.projects.create_from_backup(backup, status_check_period=WAIT)
    [task] = restored.get_tasks()
    assert (restored.name, task.name, len(content(task))) == ("sdk", "life", 1)
    restored.remove()


def main(url: str) -> None:
    """Live with a sandbox."""
    with make_client(url, credentials=("admin", "sandbox")) as client, tempfile.TemporaryDirectory() as folder:
        client.organization_slug = ""
        live(client, Path(folder))
    sys.stdout.write(f"{version('cvat-sdk')} done\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
