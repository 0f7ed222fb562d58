from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import JsonValue

from reconciler.cvat import Reader, Session
from reconciler.cvat.annotations import (
    add_annotations,
    add_job_annotations,
    parts,
    put_annotations,
    put_job_annotations,
)
from reconciler.errors import ServerError
from reconciler.sandbox import Sandbox

from . import made


def tag(frame: int, label: int) -> JsonValue:
    return {"frame": frame, "label_id": label, "attributes": []}


def box(frame: int, label: int) -> JsonValue:
    return {"type": "rectangle", "frame": frame, "label_id": label, "points": [1, 2, 3, 4], "attributes": []}


def held(session: Session, task: int) -> dict[str, list[int]]:
    """The frames of a task's tags, shapes and tracks."""
    read: dict[str, Any] = Reader(session).annotations(task)
    return {kind: sorted(item["frame"] for item in read[kind]) for kind in ("tags", "shapes", "tracks")}


def label_of(session: Session, task: int) -> int:
    (label,) = Reader(session).labels_of("task", task)
    return label.id


def test_put_and_add(anyone: Session, tmp_path: Path) -> None:
    task = made.task(anyone, tmp_path).id
    car = label_of(anyone, task)
    put_annotations(anyone, task, {"tags": [tag(0, car)], "shapes": [box(1, car)]})
    add_annotations(anyone, task, {"version": 0, "tags": [tag(3, car)], "shapes": [], "tracks": []})
    assert held(anyone, task) == {"tags": [0, 3], "shapes": [1], "tracks": []}
    put_annotations(anyone, task, {})
    assert held(anyone, task) == {"tags": [], "shapes": [], "tracks": []}


def test_those_of_a_job(anyone: Session, tmp_path: Path) -> None:
    task = made.task(anyone, tmp_path).id
    car = label_of(anyone, task)
    first, second = Reader(anyone).jobs_of_tasks([task])
    put_annotations(anyone, task, {"tags": [tag(0, car), tag(2, car)]})
    put_job_annotations(anyone, second.id, {"tags": [tag(3, car)]})
    add_job_annotations(anyone, first.id, {"shapes": [box(1, car)]})
    assert held(anyone, task) == {"tags": [0, 3], "shapes": [1], "tracks": []}
    assert len(Reader(anyone).job_annotations(second.id)["tags"]) == 1  # type: ignore[arg-type]


def test_an_unknown_label(anyone: Session, tmp_path: Path) -> None:
    task = made.task(anyone, tmp_path).id
    with pytest.raises(ServerError) as caught:
        put_annotations(anyone, task, {"tags": [tag(0, 99_999_999)]})
    assert caught.value.status == 400
    assert caught.value.what == (
        f"the annotations of task {task} cannot be replaced (400): label_id `99999999` is invalid"
    )


def test_what_is_too_large_goes_in_parts(
    sandbox: Sandbox, admin: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = made.task(admin, tmp_path).id
    car = label_of(admin, task)
    put_annotations(admin, task, {"tags": [tag(0, car)]})
    sandbox.requests.clear()
    monkeypatch.setattr("reconciler.cvat.annotations.LARGEST", 200)
    put_annotations(
        admin, task, {"tags": [tag(1, car), tag(2, car), tag(3, car)], "shapes": [box(n, car) for n in range(4)]}
    )
    assert [asked.method for asked in sandbox.requests] == ["PUT", *["PATCH"] * (len(sandbox.requests) - 1)]
    assert len(sandbox.requests) > 2
    assert held(admin, task) == {"tags": [1, 2, 3], "shapes": [0, 1, 2, 3], "tracks": []}


@pytest.mark.parametrize("largest", [1, 30, 100, 10_000])
def test_parts_are_all_of_it_in_order(largest: int) -> None:
    body: dict[str, JsonValue] = {"tags": [tag(n, 1) for n in range(5)], "tracks": [box(n, 1) for n in range(3)]}
    made_of = list(parts(body, largest))
    for kind in ("tags", "shapes", "tracks"):
        together: list[JsonValue] = []
        for part in made_of:
            items = part[kind]
            assert isinstance(items, list)
            together += items
        assert together == body.get(kind, [])
    assert all(len(json.dumps(part)) <= largest + 80 for part in made_of) or largest < 100
    assert len(made_of) == {1: 8, 30: 8, 10_000: 1}.get(largest, len(made_of))


def test_nothing_is_still_one_part() -> None:
    assert list(parts({})) == [{"version": 0, "tags": [], "shapes": [], "tracks": []}]


def test_additions_are_never_repeated(sandbox: Sandbox, admin: Session, tmp_path: Path) -> None:
    """The answer is lost after the server has added them: a second time they would be there twice."""
    task = made.task(admin, tmp_path).id
    car = label_of(admin, task)
    sandbox.drop("PATCH", "/annotations$", after_write=True)
    with pytest.raises(ServerError) as caught:
        add_annotations(admin, task, {"tags": [tag(0, car)]})
    assert caught.value.status == 0
    assert held(admin, task)["tags"] == [0]


def test_a_replacement_is_repeated(sandbox: Sandbox, admin: Session, tmp_path: Path) -> None:
    task = made.task(admin, tmp_path).id
    car = label_of(admin, task)
    sandbox.drop("PUT", "/annotations$", after_write=True)
    put_annotations(admin, task, {"tags": [tag(0, car)]})
    assert held(admin, task)["tags"] == [0]
