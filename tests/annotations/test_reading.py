"""A person's file: what is wrong in it is told with the file and the place."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.annotations.errors import AnnotationsError
from reconciler.annotations.reading import read_native, sha256_of

from .drawn import IDS, box, held

Write = Callable[[Any], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    monkeypatch.chdir(tmp_path)

    def written(content: Any) -> Path:
        file = Path("x.json")
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        return file

    return written


def refusal(file: Path) -> str:
    with pytest.raises(AnnotationsError) as raised:
        read_native(file, IDS)
    return raised.value.what


def test_names_and_ids_are_both_understood(write: Write) -> None:
    by_name = {**box(), "attributes": [{"name": "parked", "value": True}]}
    by_id = {key: value for key, value in box().items() if key != "label"}
    by_id |= {"label_id": 1, "attributes": [{"spec_id": 11, "value": "true"}]}
    wanted = held(shapes=[box(attributes={"parked": "true"})])
    assert read_native(write({"shapes": [by_name]}), IDS) == wanted
    assert read_native(write({"version": 0, "shapes": [by_id], "tags": []}), IDS) == wanted
    assert read_native(write({"shapes": [by_id]})).completed(IDS) == wanted
    skeleton = {"type": "skeleton", "frame": 0, "label_id": 3}
    part = {"type": "points", "frame": 0, "points": [1, 2]}
    parts_by_id = {**skeleton, "elements": [{**part, "label_id": 33}, {**part, "label_id": 31}]}
    parts_by_name = {**skeleton, "elements": [{**part, "label": "head"}, {**part, "label": "foot"}]}
    assert read_native(write({"shapes": [parts_by_id]}), IDS) == read_native(write({"shapes": [parts_by_name]}), IDS)


def test_the_ends_of_an_attributes_value_do_not_count(write: Write) -> None:
    """The server strips them: otherwise it would never hold what the file says."""
    assert read_native(write({"shapes": [box(attributes={"make": " acme\n"})]}), IDS) == held(
        shapes=[box(attributes={"make": "acme"})]
    )


def test_what_was_exported_reads_back(write: Write) -> None:
    content = held(
        tags=[{"frame": 2, "label": "car", "group": 4}], tracks=[{"label": "car", "shapes": [box(1), box(3)]}]
    )
    assert read_native(write(content.as_json()), IDS) == content


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "x.json is no JSON: line 1, column 2"),
        ('{"shapes": [{"rotation": NaN}]}', "x.json is no JSON: NaN is no number that JSON knows"),
        ([], "x.json: has to be an object, not a list"),
        ({}, "x.json: it has no tags, shapes or tracks"),
        ({"images": []}, "x.json: `images` is not known"),
        ({"shapes": {}}, "x.json: shapes has to be a list, not an object"),
        ({"shapes": [box(), 3]}, "x.json: shapes[1] has to be an object, not 3"),
        ({"tags": [{"label": "car"}]}, "x.json: tags[0] has no `frame`"),
        (
            {"tags": [{"frame": -1, "label": "car"}]},
            "x.json: tags[0].frame has to be a whole number, 0 or more, not -1",
        ),
        ({"tags": [{"frame": 0}]}, "x.json: tags[0] has no `label`"),
        ({"tags": [{"frame": 0, "label_id": 9}]}, "x.json: frame 0: there is no label with the id 9"),
        ({"tags": [{"frame": 0, "label": "bike"}]}, "x.json: frame 0: there is no label `bike`"),
        ({"shapes": [{"frame": 0, "label": "car"}]}, "x.json: shapes[0].type has to be one of rectangle,"),
        ({"shapes": [box(points=[1, 2, 3])]}, "x.json: shapes[0].points has 3 numbers: a rectangle has 4"),
        ({"shapes": [box(type="polygon", points=[1] * 7)]}, "x.json: shapes[0].points has an odd number of numbers"),
        ({"shapes": [box(type="polyline", points=[1, 2])]}, "points has 2 numbers: a polyline has at least 4"),
        ({"shapes": [box(points=[1, 2, 3, "4"])]}, "x.json: shapes[0].points[3] has to be a number, not '4'"),
        ('{"shapes": [{"type": "rectangle", "frame": 0, "label": "car", "points": [1, 2, 3, 1e999]}]}', "points[3]"),
        ({"shapes": [box(rotation=400)]}, "x.json: shapes[0].rotation has to be a number from 0 to 360, not 400"),
        ({"shapes": [box(occluded=1)]}, "x.json: shapes[0].occluded has to be true or false, not 1"),
        ({"shapes": [box(z_order=0.5)]}, "x.json: shapes[0].z_order has to be a whole number, not 0.5"),
        ({"shapes": [box(score="x")]}, "x.json: shapes[0].score has to be a number, not 'x'"),
        ({"shapes": [box(source=3)]}, "x.json: shapes[0].source has to be text, not 3"),
        ({"shapes": [box(source="a" * 17)]}, "x.json: shapes[0].source is longer than 16 characters"),
        ({"shapes": [box(type="skeleton", points=[])]}, "shapes[0] is a skeleton without parts in `elements`"),
        ({"shapes": [box(elements=[box()])]}, "shapes[0] has parts, and is no skeleton"),
        ({"shapes": [box(type="mask", points=[0, 0, 1, 1])]}, "shapes[0].points has 4 numbers: a mask has at least 5"),
        ({"shapes": [box(attributes=[{"value": "x"}])]}, "x.json: shapes[0].attributes[0] has no `name`"),
        ({"shapes": [box(attributes=[{"name": "make"}])]}, "shapes[0].attributes[0].value has to be text, not null"),
        ({"shapes": [box(attributes={"make": "x" * 5000})]}, "shapes[0].attributes.make is longer than 4096"),
        ({"shapes": [box(attributes={"colour": "x"})]}, "label `car` has no attribute `colour`"),
        ({"tracks": [{"label": "car", "shapes": []}]}, "x.json: tracks[0].shapes is empty"),
        ({"tracks": [{"label": "car"}]}, "x.json: tracks[0].shapes has to be a list, not null"),
        (
            {"tracks": [{"label": "car", "shapes": [box(1), box(1)]}]},
            "x.json: tracks[0].shapes[1] is a second keyframe for frame 1",
        ),
        (
            {"shapes": [{"type": "skeleton", "frame": 0, "label": "body", "elements": [box(label="hand")]}]},
            "x.json: frame 0: label `body` has no part `hand`",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(write: Write, content: Any, said: str) -> None:
    assert said in refusal(write(content))


def test_a_file_that_cannot_be_read(write: Write, tmp_path: Path) -> None:
    assert refusal(Path("none.json")) == "none.json cannot be read: No such file or directory"
    assert "Is a directory" in refusal(tmp_path)
    binary = tmp_path / "a.zip"
    binary.write_bytes(b"PK\xff\xfe")
    with pytest.raises(AnnotationsError, match="is no JSON: it is not text in UTF-8") as raised:
        read_native(binary)
    assert raised.value.hint is not None
    assert "format: CVAT 1.1" in raised.value.hint
    with pytest.raises(AnnotationsError, match="cannot be read"):
        sha256_of(tmp_path)
    deep = write("[" * 200_000)
    assert "is no JSON" in refusal(deep)
