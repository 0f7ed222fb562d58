"""Which backups' tasks can go into which project."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from reconciler.cvat.models import Label, Project, Task
from reconciler.errors import Problem
from reconciler.transfer.fitting import misfits, stranded
from reconciler.transfer.opening import BackupFile, opened_backups

PARKED: dict[str, Any] = {
    "name": "parked",
    "mutable": True,
    "input_type": "checkbox",
    "default_value": "false",
    "values": ["false"],
}
CAR: dict[str, Any] = {"name": "car", "color": "#ff0000", "type": "any", "attributes": [PARKED], "sublabels": []}
HAND: dict[str, Any] = {
    "name": "hand",
    "color": "#00ff00",
    "type": "skeleton",
    "attributes": [],
    "svg": "",
    "sublabels": [{"name": name, "type": "points", "attributes": [], "sublabels": []} for name in ("thumb", "palm")],
}
NO_WAY = "b.zip cannot go into project 7 (Street)"


def answered(label: dict[str, Any]) -> Label:
    """A label as the server has it."""
    inside = {name: [{"id": 1, **one} for one in label.get(name, ())] for name in ("attributes", "sublabels")}
    return Label.model_validate({"id": 1, **label, **inside})


def problems(about: dict[str, Any], *labels: dict[str, Any], there: str | None = None) -> list[str]:
    file = BackupFile(Path("b.zip"), "", about, dimension="3d")
    project = Project(id=7, name="Street", dimension=there)
    return [one.what for one in misfits(project, [answered(label) for label in labels], [file])]


def test_what_fits() -> None:
    assert problems({"labels": [CAR, HAND]}, HAND, {**CAR, "color": "#0000ff"}, {"name": "van"}, there="3d") == []
    assert problems({"labels": [CAR]}, {**CAR, "attributes": [{**PARKED, "default_value": "true"}]}) == []


@pytest.mark.parametrize(
    ("mine", "theirs", "said"),
    [
        (CAR, {"name": "van"}, "which has not the label car"),
        (CAR, {"name": "car"}, "which has not the attribute parked of car"),
        (
            CAR,
            {**CAR, "attributes": [{**PARKED, "values": ["true"]}]},
            "which has not the attribute parked of car with the same input type and values",
        ),
        (
            CAR,
            {**CAR, "attributes": [{**PARKED, "input_type": "text"}]},
            "which has not the attribute parked of car with the same input type and values",
        ),
        (HAND, {**HAND, "sublabels": HAND["sublabels"][:1]}, "which has not the same parts in hand (palm)"),
    ],
)
def test_what_a_project_lacks(mine: dict[str, Any], theirs: dict[str, Any], said: str) -> None:
    assert problems({"labels": [mine]}, theirs) == [f"{NO_WAY}, {said}"]


def test_another_dimension() -> None:
    assert problems({"labels": []}, there="2d") == [f"{NO_WAY}, whose tasks are 2D: its frames are 3D"]
    assert problems({"labels": []}, there=None) == []


@pytest.mark.parametrize("labels", [["car"], [{"name": 5}], [{"name": "car", "attributes": "parked"}]])
def test_labels_that_nobody_understands(labels: list[Any]) -> None:
    [said] = problems({"labels": labels})
    assert said == f"{NO_WAY}: its task.json describes labels in a way that is not known"


@pytest.mark.parametrize(
    ("mine", "theirs", "fits"), [(None, None, True), (3, 3, True), (None, 3, False), (3, 4, False)]
)
def test_another_organization(mine: int | None, theirs: int | None, fits: bool) -> None:
    project = Project(id=7, name="Street", organization_id=theirs)
    assert (stranded(project, Path("b.zip"), Task(id=1, organization_id=mine)) is None) == fits


def backup(folder: Path, frames: list[str], manifest: list[dict[str, Any]]) -> Path:
    """A backup with these frames."""
    about = {
        "name": "made",
        "labels": [CAR],
        "version": "1.0",
        "data": {"storage": "local"},
        "jobs": [{"status": "annotation", "type": "annotation", "start_frame": 0, "stop_frame": 0}],
    }
    path = folder / "b.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("task.json", json.dumps(about))
        archive.writestr("annotations.json", json.dumps([{"version": 0, "tags": [], "shapes": [], "tracks": []}]))
        archive.writestr("data/manifest.jsonl", "".join(json.dumps(line) + "\n" for line in manifest))
        for name in frames:
            archive.writestr(f"data/{name}", "x")
    return path


IMAGES: list[dict[str, Any]] = [{"version": "1.1"}, {"type": "images"}]


@pytest.mark.parametrize(
    ("frames", "manifest", "dimension"),
    [
        (["a.png"], [*IMAGES, {"name": "a", "extension": ".png", "width": 1, "height": 1}], "2d"),
        (["a.PCD", "related_images/a/b.jpg"], [*IMAGES, {"name": "a", "extension": ".PCD"}], "3d"),
        (["v.mp4"], [{"version": "1.1"}, {"type": "video"}, {"properties": {"name": "v.mp4"}}], "2d"),
    ],
)
def test_the_dimension_is_told_by_the_frames(
    tmp_path: Path, frames: list[str], manifest: list[dict[str, Any]], dimension: str
) -> None:
    found: list[Problem] = []
    files = list(opened_backups([backup(tmp_path, frames, manifest)], found))
    assert [one.what for one in found] == []
    assert [one.dimension for one in files] == [dimension]
