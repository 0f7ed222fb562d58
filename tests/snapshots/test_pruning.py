"""Old copies go, the newest of anything stays."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.history.documents import encode
from reconciler.history.store import StateStore
from reconciler.plan.model import ServerRef
from reconciler.snapshots.model import CopiedFile, Copy, DataSnapshot
from reconciler.snapshots.pruning import prunable, prune, sweep_leftovers
from reconciler.snapshots.reading import snapshots

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SERVER = ServerRef(url="http://cvat", version="2.54.1", organization=None, user="admin")
DAY = timedelta(days=1)


def made(age: int, **tasks: bool) -> DataSnapshot:
    """A snapshot some days old, of tasks t1, t2, … with a backup or without."""
    taken = NOW - age * DAY
    snapshot_id = f"{taken:%Y%m%d-%H%M%S}-0001"
    copies = tuple(
        Copy(
            kind="task",
            id=int(name[1:]),
            name=name,
            taken=taken,
            folder=f"snapshots/{snapshot_id}/task-{name[1:]}",
            files=(CopiedFile(name="record.json", sha256="0", size=10),),
            backup=backup,
        )
        for name, backup in tasks.items()
    )
    return DataSnapshot(id=snapshot_id, taken=taken, server=SERVER, operator="me@here", copies=copies)


@pytest.fixture
def store(tmp_path: Path) -> StateStore:
    return StateStore(tmp_path / "state")


def save(store: StateStore, *found: DataSnapshot) -> None:
    for one in found:
        for copy in one.copies:
            store.write(f"{copy.folder}/record.json", b"0123456789")
        store.write(f"snapshots/{one.id}/snapshot.json", encode(one))


def chosen(found: list[DataSnapshot], older_than: int | None = None, keep: int | None = None) -> dict[int, list[str]]:
    age = older_than * DAY if older_than is not None else None
    parts = prunable(found, older_than=age, keep=keep, now=NOW)
    return {(NOW - part.snapshot.taken).days: [copy.name for copy in part.copies] for part in parts}


def test_by_age() -> None:
    found = [made(200, t1=True), made(100, t1=True), made(1, t1=True)]
    assert chosen(found, older_than=90) == {200: ["t1"], 100: ["t1"]}
    assert chosen(found, older_than=150) == {200: ["t1"]}


def test_by_count() -> None:
    found = [made(30, t1=True), made(20, t1=True), made(10, t1=True)]
    assert chosen(found, keep=2) == {30: ["t1"]}
    assert chosen(found, keep=0) == {30: ["t1"], 20: ["t1"]}
    assert chosen(found, keep=9) == {}


def test_both_hold() -> None:
    found = [made(200, t1=True), made(100, t1=True), made(1, t1=True)]
    assert chosen(found, older_than=90, keep=2) == {200: ["t1"]}
    assert chosen(found, older_than=150, keep=1) == {200: ["t1"]}


def test_the_newest_of_anything_stays() -> None:
    assert chosen([made(900, t1=True)], older_than=1) == {}
    assert chosen([made(900, t1=True, t2=True), made(800, t2=True)], keep=0) == {900: ["t2"]}


def test_the_newest_backup_stays_when_annotations_alone_are_newer() -> None:
    found = [made(900, t1=True), made(800, t1=True), made(700, t1=False), made(600, t1=False)]
    assert chosen(found, keep=0) == {900: ["t1"], 700: ["t1"]}


def test_other_servers_have_tasks_of_the_same_id() -> None:
    other = made(900, t1=True).model_copy(update={"server": SERVER.model_copy(update={"url": "http://other"})})
    assert chosen([other, made(1, t1=True)], keep=0) == {}


def test_what_is_pruned_is_gone_and_the_rest_is_listed(store: StateStore) -> None:
    found = [made(30, t1=True, t2=True), made(20, t1=True), made(10, t1=True)]
    save(store, *found)
    prune(store, prunable(found, older_than=None, keep=1, now=NOW))
    assert [[copy.name for copy in one.copies] for one in snapshots(store)] == [["t2"], ["t1"]]
    assert [name for name in store.names("snapshots/") if name.endswith("record.json")] == [
        f"snapshots/{found[0].id}/task-2/record.json",
        f"snapshots/{found[2].id}/task-1/record.json",
    ]
    assert not store.path(f"snapshots/{found[1].id}").exists()


def test_leftovers_are_swept(store: StateStore) -> None:
    whole, half, broken = made(3, t1=True), made(2, t1=True), made(1, t1=True)
    save(store, whole, broken)
    store.write(f"snapshots/{whole.id}/task-9/record.json", b"")
    store.write(f"snapshots/{half.id}/task-1/record.json", b"")
    (store.path(f"snapshots/{half.id}/task-1") / ".tmp-1").write_bytes(b"half")
    store.write(f"snapshots/{broken.id}/snapshot.json", b"{")
    assert sweep_leftovers(store) == 2
    assert [name.split("/", 1)[1] for name in store.names("snapshots/")] == [
        f"{whole.id}/snapshot.json",
        f"{whole.id}/task-1/record.json",
        f"{broken.id}/snapshot.json",
        f"{broken.id}/task-1/record.json",
    ]
    assert not store.path(f"snapshots/{half.id}").exists()
    assert sweep_leftovers(store) == 0


@settings(deadline=None)
@given(
    st.lists(st.dictionaries(st.sampled_from(["t1", "t2", "t3"]), st.booleans(), min_size=1), max_size=6),
    st.one_of(st.none(), st.integers(0, 7)),
    st.one_of(st.none(), st.integers(0, 7)),
)
def test_nothing_is_ever_lost_altogether(
    tasks: list[dict[str, bool]], older_than: int | None, keep: int | None
) -> None:
    found = [made(len(tasks) - place, **one) for place, one in enumerate(tasks)]
    age = older_than * DAY if older_than is not None else None
    gone = {copy.folder for part in prunable(found, older_than=age, keep=keep, now=NOW) for copy in part.copies}
    by_task: dict[int, list[Copy]] = defaultdict(list)
    for one in found:
        for copy in one.copies:
            by_task[copy.id].append(copy)
    for copies in by_task.values():
        assert copies[-1].folder not in gone
        full = [copy for copy in copies if copy.backup]
        assert not full or full[-1].folder not in gone
