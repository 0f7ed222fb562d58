"""Snapshots found again; files that are not what was written are not used."""

from __future__ import annotations

import json

import pytest

from reconciler.errors import StateError
from reconciler.history.store import StateStore
from reconciler.snapshots.checking import check_copy
from reconciler.snapshots.model import Copy
from reconciler.snapshots.reading import (
    annotations_of,
    check_file,
    file_bytes,
    find_copy,
    find_snapshot,
    load_snapshot,
    snapshots,
    survey,
    task_record,
)

from .studio import Studio

FIRST, SECOND = "20260101-000000-0001", "20260202-000000-0001"


@pytest.fixture
def copies(studio: Studio) -> list[Copy]:
    task = studio.worker.task(2)
    return [studio.copy(task, snapshot_id=one) for one in (SECOND, FIRST)]


def flip(studio: Studio, copy: Copy, name: str) -> None:
    path = studio.store.path(f"{copy.folder}/{name}")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_none(studio: Studio) -> None:
    assert survey(studio.store) == ([], [])
    with pytest.raises(StateError, match="There is no snapshot '2026'"):
        load_snapshot(studio.store, "2026")
    assert not studio.store.folder.exists()


def test_by_the_beginning_of_its_id(studio: Studio, copies: list[Copy]) -> None:
    assert [one.id for one in snapshots(studio.store)] == [FIRST, SECOND]
    assert load_snapshot(studio.store, FIRST).id == FIRST
    assert load_snapshot(studio.store, "202602").id == SECOND
    with pytest.raises(StateError, match="2 snapshots begin with '2026'"):
        load_snapshot(studio.store, "2026")
    with pytest.raises(StateError, match="did you mean"):
        load_snapshot(studio.store, "20260101-000000-0002")


def test_what_is_no_copy(studio: Studio, copies: list[Copy]) -> None:
    for folder in ("", "runs/x/y", f"snapshots/{FIRST}/task-99", "snapshots/none/task-1"):
        with pytest.raises(StateError, match="There is no copy"):
            find_copy(studio.store, folder)


@pytest.mark.parametrize("name", ["record.json", "annotations.json", "backup.zip"])
def test_a_flipped_byte(studio: Studio, copies: list[Copy], name: str) -> None:
    flip(studio, copies[0], name)
    assert check_copy(studio.store, copies[0]) == [f"{name}: it is damaged: not what was written"]
    assert check_copy(studio.store, copies[1]) == []
    with pytest.raises(StateError, match=f"{name}: it is damaged"):
        file_bytes(studio.store, copies[0], name)
    with pytest.raises(StateError, match=f"{name}: it is damaged"):
        check_file(studio.store, copies[0], name)


def test_a_file_that_is_gone_or_cut_off(studio: Studio, copies: list[Copy]) -> None:
    one = copies[0]
    studio.store.remove(f"{one.folder}/record.json")
    path = studio.store.path(f"{one.folder}/backup.zip")
    path.write_bytes(path.read_bytes()[:100])
    gone, cut = check_copy(studio.store, one)
    assert gone == "record.json: it is not there"
    assert cut.startswith("backup.zip: it has 100 bytes instead of ")
    with pytest.raises(StateError, match="it is not there"):
        task_record(studio.store, one)


def test_files_that_contradict_each_other(studio: Studio) -> None:
    """Each is what was written, but they do not belong together."""
    empty, full = studio.worker.task(2), studio.worker.task(2)
    studio.worker.annotate(full)
    one, other = (studio.copy(task) for task in (empty, full))
    mixed = one.model_copy(update={"files": (one.files[0], other.files[1], one.files[2])})
    content = studio.store.read(f"{other.folder}/annotations.json")
    assert content is not None
    studio.store.write(f"{one.folder}/annotations.json", content)
    assert annotations_of(studio.store, mixed).numbers.shapes == 1
    problems = check_copy(studio.store, mixed)
    assert "annotations.json: it does not hold the annotations that record.json speaks of" in problems
    assert any(problem.startswith("backup.zip: it holds 0 tags") for problem in problems)


def test_a_damaged_list(studio: Studio, copies: list[Copy]) -> None:
    path = studio.store.path(f"snapshots/{FIRST}/snapshot.json")
    path.write_text(path.read_text()[:-20])
    _, [broken] = survey(studio.store)
    assert (broken.id, [one.id for one in snapshots(studio.store)]) == (FIRST, [SECOND])
    with pytest.raises(StateError, match=f"Snapshot {FIRST} cannot be used"):
        load_snapshot(studio.store, FIRST)


def test_a_list_of_another_snapshot(studio: Studio, copies: list[Copy]) -> None:
    store: StateStore = studio.store
    content = store.read(f"snapshots/{FIRST}/snapshot.json")
    assert content is not None
    store.write("snapshots/20270101-000000-0001/snapshot.json", content)
    assert next(one.why for one in survey(store)[1]).endswith(f"is of another snapshot, {FIRST}")
    assert find_snapshot(store, "none") is None
    assert json.loads(content)["id"] == FIRST
