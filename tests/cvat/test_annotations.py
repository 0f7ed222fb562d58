from __future__ import annotations

import json
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from pydantic import JsonValue

from reconciler.cvat import Reader, Session, tus
from reconciler.cvat.annotations import (
    add_annotations,
    add_job_annotations,
    import_annotations,
    parts,
    put_annotations,
    put_job_annotations,
)
from reconciler.cvat.requests import Stopped, WorkFailed
from reconciler.errors import ServerError
from reconciler.sandbox import Sandbox

from . import made
from .scripted import Says, ScriptedServer


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


XML = """<?xml version="1.0" encoding="utf-8"?>
<annotations><version>1.1</version>
<image id="1" name="f1.png" width="64" height="48">
<box label="{label}" occluded="0" source="manual" xtl="1" ytl="2" xbr="3" ybr="4" z_order="0"></box>
</image></annotations>"""


def xml(folder: Path, label: str = "car") -> Path:
    path = folder / "made.xml"
    path.write_text(XML.format(label=label))
    return path


def test_an_import(sandbox: Sandbox, anyone: Session, tmp_path: Path) -> None:
    seen: list[float | None] = []
    task = made.task(anyone, tmp_path).id
    import_annotations(anyone, task, xml(tmp_path), "CVAT 1.1", stop=Event(), on_progress=seen.append)
    assert held(anyone, task) == {"tags": [], "shapes": [1], "tracks": []}
    assert seen[0] == 1.0
    finish = next(asked for asked in sandbox.requests if "upload-finish" in asked.headers and asked.query)
    assert (finish.query["conv_mask_to_poly"], finish.query["format"]) == ("false", "CVAT 1.1")
    assert finish.query["filename"] != "made.xml"


def test_an_import_that_fails_leaves_what_was_there(anyone: Session, tmp_path: Path) -> None:
    task = made.task(anyone, tmp_path).id
    put_annotations(anyone, task, {"tags": [tag(0, label_of(anyone, task))]})
    with pytest.raises(WorkFailed) as caught:
        import_annotations(anyone, task, xml(tmp_path, "truck"), "CVAT 1.1", stop=Event())
    assert str(caught.value).startswith(f"made.xml cannot be imported into task {task}: ValueError: Label 'truck'")
    assert held(anyone, task)["tags"] == [0]


def test_an_unknown_format(anyone: Session, tmp_path: Path) -> None:
    task = made.task(anyone, tmp_path).id
    with pytest.raises(ServerError, match=r"\(400\): Unknown input format 'Odd 1\.0'"):
        import_annotations(anyone, task, xml(tmp_path), "Odd 1.0", stop=Event())


@pytest.mark.parametrize("after_write", [False, True])
@pytest.mark.parametrize(("method", "path"), [("PATCH", "/annotations/"), ("POST", "/annotations/$")])
def test_a_connection_that_breaks(
    sandbox: Sandbox,
    admin: Session,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    path: str,
    after_write: bool,
) -> None:
    monkeypatch.setattr(tus, "CHUNK", 100)
    monkeypatch.setattr(tus, "_PAUSE", 0.0)
    task = made.task(admin, tmp_path).id
    sandbox.drop(method, path, after_write=after_write)
    import_annotations(admin, task, xml(tmp_path), "CVAT 1.1", stop=Event())
    assert held(admin, task)["shapes"] == [1]


def test_a_lost_finish_is_done_again(server: ScriptedServer, session: Session, tmp_path: Path) -> None:
    """Twice the same is the same; the server has begun, and says so."""
    place = "/api/tasks/7/annotations/"
    created = Says(201, headers={"Location": f"{server.url}{place}1_a", "Upload-Filename": "1_a"})
    going = Says(409, {"rq_id": "rq"})
    server.then(place, Says(202), created, Says(hang_up=True), Says(202), created, going)
    server.answers[f"{place}1_a"] = Says(204)
    server.answers["/api/requests/rq"] = Says(body={"id": "rq", "status": "finished"})
    import_annotations(session, 7, xml(tmp_path), "CVAT 1.1", stop=Event())
    assert len(server.asked(place)) == 6


def test_stop(sandbox: Sandbox, admin: Session, tmp_path: Path) -> None:
    task = made.task(admin, tmp_path).id
    stop = Event()
    stop.set()
    with pytest.raises(Stopped):
        import_annotations(admin, task, xml(tmp_path), "CVAT 1.1", stop=stop)
    assert held(admin, task)["shapes"] == []
