"""One run at a time: a kernel lock, which dies with its process, and beside it a note that says whose it is.

The note is only for people. It may be stale (its writer was killed) or not yet written; the kernel alone decides.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Literal

from filelock import FileLock, Timeout
from pydantic import Field

from reconciler.errors import LockedError, StateError
from reconciler.history.documents import encode, load
from reconciler.history.operator import host
from reconciler.history.store import StateStore
from reconciler.plan.model import Frozen

LOCK = "lock"
NOTE = "lock.json"


class Holder(Frozen):
    """Who holds the lock, since when, and what for."""

    format: Literal["reconciler.lock/1"] = "reconciler.lock/1"
    operator: str
    host: str
    pid: int = Field(gt=0)
    since: datetime
    purpose: str

    def __str__(self) -> str:
        since = self.since.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        return f"{self.operator} (process {self.pid}) since {since}: {self.purpose}"


@contextmanager
def locked(store: StateStore, operator: str, purpose: str) -> Iterator[None]:
    """Hold the state store, against other processes and other threads; `LockedError` at once if somebody else does."""
    store.prepare()
    kernel = _kernel_lock(store)
    if not _acquired(store, kernel):
        raise _refusal(store)
    try:
        store.sweep()
        note = Holder(operator=operator, host=host(), pid=os.getpid(), since=datetime.now(UTC), purpose=purpose)
        store.write(NOTE, encode(note))
        yield
    finally:
        # A note that cannot be removed misleads nobody (see `holder`), and must not hide what happened inside.
        with suppress(StateError):
            store.remove(NOTE)
        kernel.release()


def holder(store: StateStore) -> Holder | None:
    """Who holds the lock right now; None if nobody does. Tells a run in progress from one that was killed."""
    note = _note(store)
    if note is None or _is_gone(note):
        return None
    # The process may be another one with the same number, or on another machine: ask the kernel. This cannot get in
    # the way of a run that wants to start unless the note is stale, and then only for this instant.
    kernel = _kernel_lock(store)
    try:
        if not _acquired(store, kernel):
            return note
    except StateError:
        return note  # not allowed to look: the note is the best there is
    kernel.release()
    return None


def _kernel_lock(store: StateStore) -> FileLock:
    # No fall-back to a lock that is a mere file: that one would stay behind when its process is killed.
    return FileLock(store.path(LOCK), mode=0o600, thread_local=False, fallback_to_soft=False)


def _acquired(store: StateStore, kernel: FileLock) -> bool:
    try:
        kernel.acquire(blocking=False)
    except Timeout:
        return False
    except OSError as error:
        raise StateError(
            f"Cannot lock {store.path(LOCK)}: {error.strerror or error}",
            hint="The state folder has to be writable, on a file system with locks; name another with --state DIR.",
        ) from error
    return True


def _refusal(store: StateStore) -> LockedError:
    note = _note(store)
    hint = "Wait for it to end, then run the same command again. The lock of a killed process goes with it."
    if note is None or _is_gone(note):  # the holder is about to write its note, or just leaving
        return LockedError(f"Another run holds the state store {store.folder}.", hint=hint)
    return LockedError(f"The state store {store.folder} is held by {note}.", hint=hint)


def _note(store: StateStore) -> Holder | None:
    try:
        return load(store, NOTE, Holder, "reconciler.lock/1")
    except StateError:
        return None


def _is_gone(note: Holder) -> bool:
    if note.host != host():
        return False
    try:
        os.kill(note.pid, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False
