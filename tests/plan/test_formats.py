from __future__ import annotations

import pytest

from reconciler.cvat.details import FileFormat, Formats
from reconciler.errors import Problem
from reconciler.plan.formats import importing, never_imported, unknown_format, wrong_dimension

from .observed import task

FORMATS = Formats(
    importers=(
        FileFormat(name="CVAT 1.1", dimension="2d"),
        FileFormat(name="COCO 1.0", dimension="2d"),
        FileFormat(name="Kitti Raw Format 1.0", dimension="3d"),
        FileFormat(name="Odd 1.0"),
    ),
    exporters=(
        FileFormat(name="CVAT for images 1.1", dimension="2d"),
        FileFormat(name="Ultralytics YOLO Detection Track 1.0", dimension="2d"),
        FileFormat(name="Kitti Raw Format 1.0", dimension="3d"),
    ),
)
FLAT, CLOUD, SOUND = (task(number, size=5, dimension=f"{dimension}d") for number, dimension in ((1, 2), (2, 3), (3, 1)))


@pytest.mark.parametrize(
    ("wanted", "verb", "problem"),
    [
        ("COCO 1.0", "imports", None),
        (
            "COCO 1",
            "imports",
            Problem("the server imports no format `COCO 1`", hint="did you mean `COCO 1.0`?"),
        ),
        (
            "xyz",
            "exports",
            Problem(
                "the server exports no format `xyz`",
                hint="it exports CVAT for images 1.1, Kitti Raw Format 1.0, Ultralytics YOLO Detection Track 1.0, "
                "and native",
            ),
        ),
        (
            "Ultralytics YOLO Detection Track 1.0",
            "imports",
            Problem(
                "the server only exports `Ultralytics YOLO Detection Track 1.0`: it cannot be imported",
                hint="it imports COCO 1.0, CVAT 1.1, Kitti Raw Format 1.0, Odd 1.0, and native",
            ),
        ),
    ],
)
def test_what_is_no_format(wanted: str, verb: str, problem: Problem | None) -> None:
    found = list(unknown_format(wanted, FORMATS, verb, besides=["native"]))  # type: ignore[arg-type]
    assert found == ([problem] if problem is not None else [])


def test_what_comes_back() -> None:
    assert importing("CVAT for video 1.1") == "CVAT 1.1"
    coming = {one.name: not never_imported(one.name, FORMATS) for one in FORMATS.exporters}
    assert coming == {
        "CVAT for images 1.1": True,
        "Ultralytics YOLO Detection Track 1.0": False,
        "Kitti Raw Format 1.0": True,
    }


def test_tasks_of_other_dimensions_are_one_problem() -> None:
    [problem] = wrong_dimension("COCO 1.0", FORMATS, "imports", [FLAT, CLOUD, SOUND])
    assert problem.what == "`COCO 1.0` is for 2D tasks, not for 2 1D or 3D tasks: 2 (t2) and 3 (t3)"
    assert problem.hint == (
        "leave them out, or choose another format: for 1D or 3D tasks the server imports Kitti Raw Format 1.0"
    )
    [problem] = wrong_dimension("Kitti Raw Format 1.0", FORMATS, "exports", [FLAT])
    assert problem.what == "`Kitti Raw Format 1.0` is for 3D tasks, not for 1 2D task: 1 (t1)"
    [problem] = wrong_dimension("COCO 1.0", FORMATS, "imports", [SOUND])
    assert problem.hint == "leave them out"


def test_what_is_not_said_is_not_judged() -> None:
    """Of a format, of a task, and of a task without data: it may become one of any kind."""
    assert not list(wrong_dimension("Odd 1.0", FORMATS, "imports", [FLAT, CLOUD]))
    assert not list(wrong_dimension("no format", FORMATS, "imports", [FLAT, CLOUD]))
    unsaid = [task(1, size=5), task(2, size=5, dimension=""), task(3, dimension="3d")]
    assert not list(wrong_dimension("COCO 1.0", FORMATS, "imports", unsaid))
