"""Old copies removed, by age and by count, but never the newest of anything.

An object's newest copy stays, and its newest one with a backup: a newer copy of the annotations alone does not bring a
deleted task back. What an interrupted process left is in no snapshot's list; it is swept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reconciler.history.documents import encode
from reconciler.history.store import StateStore
from reconciler.snapshots.model import Copy, DataSnapshot
from reconciler.snapshots.reading import FOLDER, list_name, survey


@dataclass(frozen=True)
class Pruned:
    """What goes of one snapshot."""

    snapshot: DataSnapshot
    copies: tuple[Copy, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing of it stays."""
        return len(self.copies) == len(self.snapshot.copies)

    @property
    def size(self) -> int:
        """How many bytes that frees."""
        return sum(file.size for copy in self.copies for file in copy.files)


def prunable(
    found: Sequence[DataSnapshot], *, older_than: timedelta | None, keep: int | None, now: datetime
) -> list[Pruned]:
    """What may go: of snapshots older than this, and not among the newest `keep`. Given both, both hold."""
    newest = _newest(found)
    ordered = sorted(found, key=lambda one: one.id)
    kept = {one.id for one in ordered[max(0, len(ordered) - keep) :]} if keep is not None else set()
    chosen = [
        snapshot
        for snapshot in ordered
        if snapshot.id not in kept and (older_than is None or snapshot.taken < now - older_than)
    ]
    parts = [
        Pruned(snapshot, tuple(copy for copy in snapshot.copies if copy.folder not in newest)) for snapshot in chosen
    ]
    return [part for part in parts if part.copies or not part.snapshot.copies]


def prune(store: StateStore, parts: Sequence[Pruned]) -> None:
    """Remove copies. The lock has to be held. What is no longer listed goes first: a crash leaves no listed half.

    Raises:
        StateError: the state store cannot be written.
    """
    for part in parts:
        gone = {copy.folder for copy in part.copies}
        if part.whole:
            store.remove(list_name(part.snapshot.id))
            store.remove_folder(f"{FOLDER}/{part.snapshot.id}")
            continue
        left = tuple(copy for copy in part.snapshot.copies if copy.folder not in gone)
        store.write(list_name(part.snapshot.id), encode(part.snapshot.model_copy(update={"copies": left})))
        for folder in gone:
            store.remove_folder(folder)


def sweep_leftovers(store: StateStore) -> int:
    """Remove what interrupted processes left: folders that no list names. The lock has to be held.

    Gives how many there were. Snapshots whose list is damaged are left alone: their copies may be whole.

    Raises:
        StateError: the state store cannot be written.
    """
    found, broken = survey(store)
    listed = {copy.folder for snapshot in found for copy in snapshot.copies}
    unreadable = {one.id for one in broken}
    there = {"/".join(name.split("/")[:3]) for name in store.names(f"{FOLDER}/") if name.count("/") >= 3}
    leftovers = {folder for folder in there - listed if folder.split("/")[1] not in unreadable}
    for folder in sorted(leftovers):
        store.remove_folder(folder)
    lists = {snapshot.id for snapshot in found} | unreadable
    for snapshot_id in {folder.split("/")[1] for folder in leftovers} - lists:
        store.remove_folder(f"{FOLDER}/{snapshot_id}")
    return len(leftovers)


def _newest(found: Sequence[DataSnapshot]) -> set[str]:
    """The folders of the copies that stay whatever their age."""
    last: dict[tuple[str, str, int, bool], tuple[datetime, str]] = {}
    for snapshot in found:
        for copy in snapshot.copies:
            for backup in {False, copy.backup}:  # a full copy is also one of the annotations
                key = (snapshot.server.url, copy.kind, copy.id, backup)
                last[key] = max(last.get(key, (copy.taken, copy.folder)), (copy.taken, copy.folder))
    return {folder for _, folder in last.values()}
