"""Random lives of a project: manifests that follow one another, each an edit of the one before."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from reconciler.sandbox.pictures import stand_in

Document = dict[str, Any]

LABELS = ("car", "van", "person", "night")
TASKS = ("one", "two", "three")
PEOPLE = (None, "alice", "bob", "carol")
FRAMES = 4
_COLORS = ("#aa0000", "#00aa00", "#0000aa")
_ATTRIBUTES: dict[str, Document] = {
    "parked": {"input_type": "checkbox", "values": ["false"], "mutable": True},
    "make": {"input_type": "select", "values": ["other", "acme"], "default_value": "other"},
}


def pictures(folder: Path) -> None:
    """The pictures that the tasks are made from."""
    for name in TASKS:
        (folder / name).mkdir()
        for number in range(FRAMES):
            (folder / name / f"{number}.png").write_bytes(stand_in(f"{name} {number}"))


@st.composite
def lives(draw: st.DrawFn) -> list[Document]:
    """Two to four manifests; what they say of annotations is in `files`, by name."""
    document = draw(_beginnings())
    found = [document]
    for _ in range(draw(st.integers(1, 3))):
        document = draw(_edited(document))
        found.append(document)
    return found


@st.composite
def _beginnings(draw: st.DrawFn) -> Document:
    names = draw(st.lists(st.sampled_from(LABELS), min_size=1, max_size=3, unique=True))
    labels = {name: draw(_labels()) for name in names}
    tasks = draw(st.lists(st.sampled_from(TASKS), max_size=2, unique=True))
    return {
        "labels": labels,
        "project": {"assignee": draw(st.sampled_from(PEOPLE)), "guide": draw(_guides())},
        "tasks": {name: draw(_tasks(tuple(labels))) for name in tasks},
    }


@st.composite
def _edited(draw: st.DrawFn, before: Document) -> Document:
    document = deepcopy(before)
    for label in document["labels"].values():
        label.pop("renamed_from", None)
    edits = (_edit_project, _edit_label, _rename_label, _add_label, _drop_label, _edit_task, _add_task, _drop_task)
    for edit in draw(st.lists(st.sampled_from(edits), min_size=1, max_size=3)):
        edit(draw, document)
    _as_fixed(before, document)
    return document


def _as_fixed(before: Document, document: Document) -> None:
    """What cannot be changed stays: a task's segments; on 2.54, attributes once they are there."""
    for name in before["tasks"].keys() & document["tasks"].keys():
        document["tasks"][name]["segment_size"] = before["tasks"][name]["segment_size"]
    for label in document["labels"].values():
        old = before["labels"].get(label.get("renamed_from"), {})
        label["attributes"] = old.get("attributes", {}) | label["attributes"]
    for name in before["labels"].keys() & document["labels"].keys():
        label = document["labels"][name]
        label["attributes"] = before["labels"][name]["attributes"] | label["attributes"]


def _edit_project(draw: st.DrawFn, document: Document) -> None:
    document["project"] = {"assignee": draw(st.sampled_from(PEOPLE)), "guide": draw(_guides())}


def _edit_label(draw: st.DrawFn, document: Document) -> None:
    name = draw(st.sampled_from(sorted(document["labels"])))
    document["labels"][name]["color"] = draw(st.sampled_from(_COLORS))


def _rename_label(draw: st.DrawFn, document: Document) -> None:
    old = draw(st.sampled_from(sorted(document["labels"])))
    if "renamed_from" in document["labels"][old] or f"{old}2" in document["labels"]:
        return
    if any(one.get("renamed_from") == old for one in document["labels"].values()):
        return
    new = f"{old}2" if not old.endswith("2") else f"{old}x"
    if new in document["labels"]:
        return
    document["labels"][new] = {**document["labels"].pop(old), "renamed_from": old}
    for task in document["tasks"].values():
        for item in task["drawn"]:
            item["label"] = new if item["label"] == old else item["label"]


def _add_label(draw: st.DrawFn, document: Document) -> None:
    renamed = {one.get("renamed_from") for one in document["labels"].values()}
    name = draw(st.sampled_from(LABELS))
    if name not in renamed:
        document["labels"].setdefault(name, draw(_labels()))


def _drop_label(draw: st.DrawFn, document: Document) -> None:
    if len(document["labels"]) > 1:
        gone = draw(st.sampled_from(sorted(document["labels"])))
        if "renamed_from" not in document["labels"][gone]:
            del document["labels"][gone]
            for task in document["tasks"].values():
                task["drawn"] = [item for item in task["drawn"] if item["label"] != gone]


def _edit_task(draw: st.DrawFn, document: Document) -> None:
    if document["tasks"]:
        name = draw(st.sampled_from(sorted(document["tasks"])))
        segment = document["tasks"][name]["segment_size"]
        document["tasks"][name] = {**draw(_tasks(tuple(document["labels"]))), "segment_size": segment}


def _add_task(draw: st.DrawFn, document: Document) -> None:
    name = draw(st.sampled_from(TASKS))
    if name not in document["tasks"]:
        document["tasks"][name] = draw(_tasks(tuple(document["labels"])))


def _drop_task(draw: st.DrawFn, document: Document) -> None:
    if document["tasks"]:
        del document["tasks"][draw(st.sampled_from(sorted(document["tasks"])))]


@st.composite
def _labels(draw: st.DrawFn) -> Document:
    attributes = draw(st.lists(st.sampled_from(sorted(_ATTRIBUTES)), max_size=2, unique=True))
    return {"color": draw(st.sampled_from(_COLORS)), "attributes": {name: _ATTRIBUTES[name] for name in attributes}}


def _guides() -> st.SearchStrategy[str | None]:
    return st.sampled_from((None, "# Draw tight boxes", "# Draw\n\ntight boxes\n"))


@st.composite
def _tasks(draw: st.DrawFn, labels: tuple[str, ...]) -> Document:
    return {
        "assignee": draw(st.sampled_from(PEOPLE)),
        "subset": draw(st.sampled_from((None, "Train", "Test"))),
        "status": draw(st.sampled_from((None, "annotation", "validation", "completed"))),
        "segment_size": draw(st.sampled_from((0, 2))),
        "drawn": draw(st.lists(_items(labels), max_size=4)),
    }


@st.composite
def _items(draw: st.DrawFn, labels: tuple[str, ...]) -> Document:
    left, top = draw(st.integers(0, 20)), draw(st.integers(0, 20))
    return {
        "type": "rectangle",
        "frame": draw(st.integers(0, FRAMES - 1)),
        "label": draw(st.sampled_from(sorted(labels))),
        "points": [left, top, left + 5, top + 5.5],
        "occluded": draw(st.booleans()),
    }


def written(document: Document, folder: Path) -> str:
    """The manifest as text; the annotations of its tasks as files in the folder."""
    tasks = {name: _written_task(name, task, folder) for name, task in document["tasks"].items()}
    project = {
        "name": "Life",
        **document["project"],
        "labels": document["labels"],
        "prune": {"labels": True, "tasks": True},
    }
    settings = {"limits": {"max_deletes": 100}}
    return json.dumps({"version": 1, "settings": settings, "projects": {"life": project}, "tasks": tasks})


def _written_task(name: str, task: Document, folder: Path) -> Document:
    file = folder / f"{name}.json"
    file.write_text(json.dumps({"shapes": task["drawn"]}))
    block = {key: task[key] for key in ("assignee", "subset", "status") if key != "status" or task[key]}
    return {
        "project": "life",
        **block,
        "data": {"files": [f"{folder}/{name}/*.png"], "segment_size": task["segment_size"]},
        "annotations": {"file": str(file), "mode": "replace"},
    }
