"""Runs in the state store: recorded before anything is written to the server, found again by id or its beginning.

`runs/<id>/` holds `plan.json`, `snapshot.json`, `run.json` and `audit.jsonl`. `run.json` is written last: a run that
can be seen has its plan and its before-image.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from difflib import get_close_matches

from pydantic import TypeAdapter, ValidationError

from reconciler.errors import StateError
from reconciler.history.documents import Unreadable, encode, encode_line, load
from reconciler.history.model import AuditRecord, Run, Snapshot, StepRecord
from reconciler.history.run_ids import new_run_id
from reconciler.history.saved_plans import unseal
from reconciler.history.store import StateStore
from reconciler.plan.model import SavedPlan
from reconciler.wording import listed

__all__ = [
    "BrokenRun",
    "Record",
    "RunRecorder",
    "begin",
    "broken_runs",
    "last_run",
    "load_audit",
    "load_plan",
    "load_records",
    "load_run",
    "load_snapshot",
    "load_step_records",
    "mark_rolled_back",
    "new_run_id",
    "runs",
]


Record = AuditRecord | StepRecord
_RECORD: TypeAdapter[Record] = TypeAdapter(Record)


@dataclass(frozen=True)
class BrokenRun:
    """A folder among the runs that is none: why, for a person."""

    id: str
    why: str
    wrote_nothing: bool = False


class RunRecorder:
    """A run in progress: takes its audit records and, at the end, its outcome."""

    def __init__(self, store: StateStore, run: Run) -> None:
        self.run = run
        self._store = store
        self._recording = threading.Lock()
        self._finished = False

    def audit(self, record: Record) -> None:
        """Record one step of one write; it is on the disk when this returns, so a request may follow. Thread-safe."""
        if record.run != self.run.id:
            raise ValueError(f"a record of run {record.run} does not belong to run {self.run.id}")
        line = encode_line(record)
        with self._recording:
            if self._finished:
                raise ValueError(f"run {self.run.id} is finished")
            self._store.append(_name(self.run.id, "audit.jsonl"), line)

    def finish(self, run: Run) -> None:
        """Record how the run ended."""
        if run.id != self.run.id:
            raise ValueError(f"run {run.id} is not run {self.run.id}")
        with self._recording:
            self._store.write(_name(run.id, "run.json"), encode(run))
            self._finished = True
            self.run = run


def begin(store: StateStore, run: Run, saved: SavedPlan, snapshot: Snapshot) -> RunRecorder:
    """Record a run with all it needs to be understood and undone. Nothing may be sent to the server before."""
    if run.plan_id != saved.id:
        raise ValueError(f"run {run.id} is of plan {run.plan_id}, not of {saved.id}")
    for file, document in (("plan.json", saved), ("snapshot.json", snapshot), ("run.json", run)):
        if not store.create(_name(run.id, file), encode(document)):
            raise StateError(f"There is a run {run.id} already in {store.folder}", hint="Run the same command again.")
    return RunRecorder(store, run)


def runs(store: StateStore) -> list[Run]:
    """All runs, the newest last. What cannot be read is in `broken_runs`."""
    return _survey(store)[0]


def broken_runs(store: StateStore) -> list[BrokenRun]:
    """The folders among the runs that cannot be read as one, each with the reason."""
    return _survey(store)[1]


def last_run(store: StateStore) -> Run | None:
    """The newest run."""
    return max(runs(store), key=lambda run: run.id, default=None)


def load_run(store: StateStore, id_or_prefix: str) -> Run:
    """The run with this id, or the only one whose id begins like this."""
    found, broken = _survey(store)
    for run in found:
        if run.id == id_or_prefix:
            return run
    whys = {run.id: run.why for run in broken}
    ids = [run.id for run in found]
    matches = [name for name in sorted({*ids, *whys}) if id_or_prefix and name.startswith(id_or_prefix)]
    if len(matches) > 1:
        raise StateError(
            f"{len(matches)} runs begin with {id_or_prefix!r}: {listed(matches)}", hint="Write more of the id."
        )
    if not matches:
        close = get_close_matches(id_or_prefix, ids, n=3) or ids[-3:]
        hint = f"Did you mean {listed(close)}? `history` lists them all." if close else "No run is recorded there."
        raise StateError(f"There is no run {id_or_prefix!r} in {store.folder}", hint=hint)
    if matches[0] in whys:
        raise StateError(f"Run {matches[0]} cannot be used: {whys[matches[0]]}")
    return next(run for run in found if run.id == matches[0])


def load_plan(store: StateStore, run_id: str) -> SavedPlan:
    """The plan a run applied, whichever version of the tool made it."""
    name = _name(run_id, "plan.json")
    data = store.read(name)
    if data is None:
        raise _lost(store, name)
    try:
        return unseal(data)
    except Unreadable as error:
        raise StateError(f"Cannot use {store.path(name)}: {error.why}", hint="Restore it from a copy.") from error


def load_snapshot(store: StateStore, run_id: str) -> Snapshot:
    """The before-image of a run."""
    name = _name(run_id, "snapshot.json")
    snapshot = load(store, name, Snapshot, "reconciler.snapshot/1")
    if snapshot is None:
        raise _lost(store, name)
    return snapshot


def load_audit(store: StateStore, run_id: str) -> list[AuditRecord]:
    """The audit records of a run's field writes, in the order they were made. See `load_records`."""
    return [record for record in load_records(store, run_id) if isinstance(record, AuditRecord)]


def load_step_records(store: StateStore, run_id: str) -> list[StepRecord]:
    """The audit records of a run's steps in the order they were made. See `load_records`."""
    return [record for record in load_records(store, run_id) if isinstance(record, StepRecord)]


def load_records(store: StateStore, run_id: str) -> list[Record]:
    """A run's audit records, of writes and of steps, in the order they were made; none if it wrote nothing.

    A last line without its end is what a crash leaves. It was not on the disk, so no request followed it: it is
    dropped. Anything else that cannot be read is an error, for a gap in the record must not pass as "not written".
    """
    name = _name(run_id, "audit.jsonl")
    *lines, rest = (store.read(name) or b"").split(b"\n")
    records: list[Record] = []
    for number, line in enumerate(lines, start=1):
        try:
            records.append(_RECORD.validate_json(line))
        except ValidationError as error:
            raise StateError(
                f"Cannot use {store.path(name)}: line {number} is damaged",
                hint="Restore it from a copy; without it nobody knows which writes were made.",
            ) from error
    if rest:
        try:
            records.append(_RECORD.validate_json(rest))
        except ValidationError:
            return records
    return records


def rewrite(store: StateStore, run: Run) -> None:
    """Record something more about a run that is over."""
    store.write(_name(run.id, "run.json"), encode(run))


def mark_rolled_back(store: StateStore, run_id: str, by: str) -> None:
    """Note on a run that another one took it back."""
    rewrite(store, load_run(store, run_id).model_copy(update={"rolled_back_by": by}))


def _survey(store: StateStore) -> tuple[list[Run], list[BrokenRun]]:
    found, broken = [], []
    folders = {name.split("/")[1] for name in store.names("runs/") if name.count("/") > 1}
    for run_id in sorted(folders):
        try:
            run = load(store, _name(run_id, "run.json"), Run, "reconciler.run/1")
        except StateError as error:
            broken.append(BrokenRun(run_id, error.what))
            continue
        if run is None:
            why = "it was stopped while it was recorded, before anything was written to the server"
            broken.append(BrokenRun(run_id, why, wrote_nothing=True))
        elif run.id != run_id:
            broken.append(BrokenRun(run_id, f"{store.path(_name(run_id, 'run.json'))} is of another run, {run.id}"))
        else:
            found.append(run)
    return found, broken


def _name(run_id: str, file: str) -> str:
    return f"runs/{run_id}/{file}"


def _lost(store: StateStore, name: str) -> StateError:
    return StateError(f"There is no {store.path(name)}", hint="Without it the run cannot be shown or taken back.")
