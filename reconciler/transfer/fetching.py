"""Many files fetched at once. What fails does not stop the others, unless nothing more can come of them either."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from reconciler.annotations.errors import AnnotationsError
from reconciler.apply.outage import LOGIN_ENDED, NO_SERVER, UNREACHABLE_AFTER
from reconciler.cvat.requests import Stopped
from reconciler.errors import ReconcilerError, ServerError
from reconciler.transfer.folder import Arriving, arriving
from reconciler.transfer.listing import Entry, sha256_of
from reconciler.transfer.sources import BadFileError, Source
from reconciler.transfer.surveying import Item, Why


class End(StrEnum):
    """What became of a file."""

    FETCHED = "fetched"
    THERE = "there"  # already, and intact
    SKIPPED = "skipped"  # the task has no data
    FAILED = "failed"
    LEFT = "left"  # not reached


@dataclass(frozen=True)
class Fetched:
    """One item, and what became of it."""

    item: Item
    end: End
    entry: Entry | None = None
    what: str = ""  # why it failed
    hint: str | None = None


@dataclass
class Outcome:
    """What became of all."""

    files: list[Fetched] = field(default_factory=list)
    interrupted: bool = False
    stopped: str | None = None  # why the rest was left: no server, a full disk
    unlisted: str | None = None  # why what has arrived is not in the folder's list; the next command takes it in

    def count(self, end: End) -> int:
        """How many ended so."""
        return sum(one.end is end for one in self.files)


OnEnd = Callable[[Fetched], None]
"""Told of each file as it ends, from any thread."""


def fetch(
    items: Sequence[Item],
    folder: Path,
    source: Source,
    *,
    parallelism: int,
    stop: threading.Event,
    on_end: OnEnd = lambda _: None,
) -> Outcome:
    """Fetch what is to be fetched into a folder, so many at a time.

    Raises:
        LockedError: another process writes to the folder. ReconcilerError: it cannot be written to.
    """
    if not any(one.is_to_fetch for one in items) and not folder.exists():
        return Outcome([_untouched(one) for one in items])
    with arriving(folder, source.purpose) as held:
        fetching = _Fetching(held, source, stop, on_end)
        with ThreadPoolExecutor(max_workers=parallelism, thread_name_prefix="fetching") as pool:
            files = list(pool.map(fetching.one, items))
    interrupted = stop.is_set() and any(one.end is End.LEFT for one in files) and fetching.stopped is None
    return Outcome(files, interrupted, fetching.stopped, held.unlisted)


class _Fetching:
    def __init__(self, held: Arriving, source: Source, stop: threading.Event, on_end: OnEnd) -> None:
        self._held, self._source, self._stop, self._on_end = held, source, stop, on_end
        self._lock = threading.Lock()
        self._in_a_row = 0
        self._given_up = threading.Event()
        self.stopped: str | None = None

    def one(self, item: Item) -> Fetched:
        """One file, however it ends."""
        ended = self._ended(item)
        self._on_end(ended)
        return ended

    def _ended(self, item: Item) -> Fetched:
        if not item.is_to_fetch:
            return _untouched(item)
        if self._stop.is_set() or self._given_up.is_set():
            return Fetched(item, End.LEFT)
        try:
            entry = self._fetched(item)
        except Stopped:
            return Fetched(item, End.LEFT)
        except ReconcilerError as error:
            self._look_whether_to_go_on(error)
            return Fetched(item, End.FAILED, what=error.what, hint=error.hint)
        except OSError as error:
            self._give_up(f"files cannot be written to {self._held.folder}: {error.strerror or error}")
            return Fetched(item, End.FAILED, what=str(error))
        self._in_a_row = 0
        return Fetched(item, End.FETCHED, entry)

    def _fetched(self, item: Item) -> Entry:
        task, place = item.task, self._held.place(item.task.id)
        self._source.fetch(task, place, stop=self._stop)
        entry = Entry(
            name=item.name,
            sha256=sha256_of(place),
            size=place.stat().st_size,
            task=task.id,
            task_name=task.name,
            project=task.project_id,
            updated=task.updated_date,
            fetched=datetime.now(UTC).replace(microsecond=0),
        )
        self._held.arrived(entry)
        return entry

    def _look_whether_to_go_on(self, error: ReconcilerError) -> None:
        """Without a server, a login or room on the disk, all others would fail as well, one after a long wait."""
        if isinstance(error, ServerError):
            with self._lock:
                self._in_a_row = self._in_a_row + 1 if error.status in NO_SERVER else 0
                gone = self._in_a_row >= UNREACHABLE_AFTER
            if error.status == LOGIN_ENDED:
                self._give_up("the server does not accept the credentials any more")
            elif gone:
                self._give_up("the server could not be reached any more")
        elif not isinstance(error, BadFileError | AnnotationsError):
            self._give_up(error.what)

    def _give_up(self, why: str) -> None:
        with self._lock:
            self.stopped = self.stopped or why
        self._given_up.set()


def _untouched(item: Item) -> Fetched:
    if item.why is Why.INTACT:
        return Fetched(item, End.THERE, item.entry)
    return Fetched(item, End.SKIPPED if item.why is Why.EMPTY else End.LEFT)
