"""A folder that files arrive in: each whole under its name or not there, and listed before it gets its name.

Whatever is cut off in the middle, be it by `kill -9`, leaves files that are listed and whole, and under `.transfer`
what nobody takes for one. A file's line is on the disk before its name is: a name without a line is somebody else's.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import Final

from filelock import FileLock, Timeout
from pydantic import ValidationError

from reconciler.errors import LockedError, Problem, ReconcilerError
from reconciler.history.durable import append_line, sync_folder
from reconciler.manifest.on_the_fly import place
from reconciler.transfer.listing import CHECKSUMS, SUMS, Entry, Listing, Purpose, merged, read_listing

WORK: Final = ".transfer"
"""Where a folder keeps what is not finished: files that grow, lines not yet in the list, the lock."""

_JOURNAL, _ARRIVING, _LOCK = f"{WORK}/arrived.jsonl", f"{WORK}/arriving", f"{WORK}/lock"
_EVERY: Final = 5.0  # seconds between two writings of the whole list; it grows, and so does what it costs
_COST: Final = 20.0  # at most one part in so many of the time goes into writing it


def known(folder: Path) -> Listing | None:
    """What has arrived in a folder, also when that run was killed. Writes nothing.

    Raises:
        ReconcilerError: its list cannot be read.
    """
    listing = read_listing(folder)
    if listing is None:
        return None
    return listing.model_copy(update={"files": merged([*listing.files, *_journal(folder)])})


def problems_of(folder: Path, purpose: Purpose) -> Iterator[Problem]:
    """What keeps files from arriving in a folder, before anything is written.

    Raises:
        ReconcilerError: its list cannot be read.
    """
    where = place("--out")
    there = next((one for one in (folder, *folder.parents) if one.exists()), folder)
    if not there.is_dir():
        yield Problem(f"{there} is a file, not a folder", where, "name another folder")
        return
    if not os.access(there, os.W_OK | os.X_OK):
        yield Problem(f"{there} cannot be written to", where, "name another folder")
    listing = read_listing(folder)
    if listing is not None and listing.purpose != purpose:
        yield Problem(f"{folder} holds {listing.purpose}, not {purpose}", where, "name another folder")


class Arriving:
    """A folder that this process alone writes to. Its methods may be called from several threads."""

    def __init__(self, folder: Path, purpose: Purpose) -> None:
        self.folder = folder
        listing = known(folder)
        self._entries = {one.task: one for one in listing.files} if listing is not None else {}
        self._purpose = purpose
        self._lock = threading.Lock()
        self.unlisted: str | None = None  # why the list could not be written for good
        self._next = monotonic() + _EVERY

    @property
    def listing(self) -> Listing:
        """All that has arrived."""
        return Listing(purpose=self._purpose, files=merged(self._entries.values()))

    def begin(self) -> None:
        """Write the list, so that the folder says what it is for, whatever happens."""
        with self._lock:
            self._write()

    def place(self, task_id: int) -> Path:
        """Where a task's file grows."""
        return self.folder / _ARRIVING / str(task_id)

    def arrived(self, entry: Entry) -> None:
        """Take a file that is whole: it is listed, then it gets its name. An earlier one of the task goes."""
        grown = self.place(entry.task)
        with grown.open("rb") as file:
            os.fsync(file.fileno())
        with self._lock:
            before = self._entries.get(entry.task)
            append_line(self.folder / _JOURNAL, entry.model_dump_json().encode())
            grown.replace(self.folder / entry.name)
            sync_folder(self.folder)
            self._entries[entry.task] = entry
            if before is not None and before.name != entry.name:  # the task was renamed
                with suppress(OSError):
                    (self.folder / before.name).unlink()
            if monotonic() >= self._next:
                with suppress(OSError):  # it is listed; whether the whole list can be written, the end tells
                    self._write()

    def finish(self) -> None:
        """Write the list for good. If that fails `unlisted` says why; what has arrived stays listed line by line."""
        with self._lock:
            # First: on a disk that is full, what is not finished makes room for the list.
            shutil.rmtree(self.folder / _ARRIVING, ignore_errors=True)
            try:
                self._write()
            except OSError as error:
                self.unlisted = f"{CHECKSUMS} and {SUMS} cannot be written: {error.strerror or error}"
            else:
                with suppress(OSError):
                    (self.folder / _JOURNAL).unlink(missing_ok=True)

    def _write(self) -> None:
        begun = monotonic()
        listing = self.listing
        self._put(CHECKSUMS, listing.encoded())
        self._put(SUMS, listing.sums())
        self._next = monotonic() + max(_EVERY, _COST * (monotonic() - begun))

    def _put(self, name: str, data: bytes) -> None:
        """The old content or the new, never a part of it; as readable to others as the files are."""
        grown = self.folder / WORK / name
        try:
            with grown.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            grown.replace(self.folder / name)
        except OSError:
            with suppress(OSError):
                grown.unlink(missing_ok=True)
            raise
        sync_folder(self.folder)


@contextmanager
def arriving(folder: Path, purpose: Purpose) -> Iterator[Arriving]:
    """Make the folder, and hold it against other processes. What a killed one left unfinished is swept away.

    Raises:
        LockedError: another process writes to it. ReconcilerError: it cannot be written to.
    """
    lock = FileLock(folder / _LOCK, thread_local=False, fallback_to_soft=False)
    try:
        (folder / WORK).mkdir(parents=True, exist_ok=True)
        lock.acquire(blocking=False)
    except Timeout:
        hint = "wait for it to end, then run the same command again"
        raise LockedError(f"another process is writing to {folder}", hint=hint) from None
    except OSError as error:
        raise _unwritable(folder, error) from None
    try:
        shutil.rmtree(folder / _ARRIVING, ignore_errors=True)
        (folder / _ARRIVING).mkdir()
        held = Arriving(folder, purpose)
        held.begin()
        try:
            yield held
        finally:
            held.finish()
    except OSError as error:
        raise _unwritable(folder, error) from None
    finally:
        lock.release()


def _journal(folder: Path) -> Iterator[Entry]:
    try:
        lines = (folder / _JOURNAL).read_bytes().splitlines()
    except OSError:
        return
    for line in lines:
        with suppress(ValidationError):  # the last line of a killed process may be cut off
            yield Entry.model_validate_json(line)


def _unwritable(folder: Path, error: OSError) -> ReconcilerError:
    return ReconcilerError(f"{folder} cannot be written to: {error.strerror or error}")
