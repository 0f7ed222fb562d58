"""Runs: seen with all they need or not at all, and told apart from what is broken."""

from __future__ import annotations

import json
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.errors import StateError
from reconciler.history import runs
from reconciler.history.model import RunStatus, WriteOutcome
from reconciler.history.saved_plans import seal
from reconciler.history.store import StateStore

from . import samples
from .processes import child, line_of

SAVED = seal(samples.plan(samples.job_change(1)), tool="test 1", now=samples.NOW)
FIRST, SECOND = "20261122-155501-0001", "20261122-155502-0001"


@pytest.fixture
def store(tmp_path: Path) -> StateStore:
    return StateStore(tmp_path / "state")


def begin(store: StateStore, run_id: str = FIRST) -> runs.RunRecorder:
    return runs.begin(store, samples.run(run_id, SAVED), SAVED, samples.snapshot())


def test_looking_makes_nothing(store: StateStore) -> None:
    assert runs.runs(store) == []
    assert runs.broken_runs(store) == []
    assert runs.last_run(store) is None
    with pytest.raises(StateError, match="There is no run 'x'"):
        runs.load_run(store, "x")
    assert not store.folder.exists()


def test_a_run_from_begin_to_end(store: StateStore) -> None:
    recorder = begin(store)
    assert runs.load_run(store, FIRST).status is RunStatus.RUNNING
    assert runs.load_plan(store, FIRST) == SAVED
    assert runs.load_snapshot(store, FIRST) == samples.snapshot()
    assert runs.load_audit(store, FIRST) == []
    records = [samples.record(FIRST, 101, outcome) for outcome in (WriteOutcome.STARTED, WriteOutcome.WRITTEN)]
    for record in records:
        recorder.audit(record)
    ended = recorder.run.model_copy(update={"status": RunStatus.DONE, "finished": samples.NOW + timedelta(seconds=3)})
    recorder.finish(ended)
    assert runs.load_run(store, FIRST) == ended
    assert runs.load_audit(store, FIRST) == records
    runs.mark_rolled_back(store, FIRST, SECOND)
    assert runs.load_run(store, FIRST) == ended.model_copy(update={"rolled_back_by": SECOND})


def test_the_newest_is_last(store: StateStore) -> None:
    begin(store, SECOND)
    begin(store, FIRST)
    assert [run.id for run in runs.runs(store)] == [FIRST, SECOND]
    last = runs.last_run(store)
    assert last is not None
    assert last.id == SECOND


def test_an_id_is_taken_once(store: StateStore) -> None:
    begin(store)
    with pytest.raises(StateError, match="There is a run"):
        begin(store)


def test_a_recorder_takes_only_its_own(store: StateStore) -> None:
    recorder = begin(store)
    with pytest.raises(ValueError, match="does not belong"):
        recorder.audit(samples.record(SECOND, 101, WriteOutcome.STARTED))
    with pytest.raises(ValueError, match="is not run"):
        recorder.finish(samples.run(SECOND, SAVED))
    recorder.finish(recorder.run)
    with pytest.raises(ValueError, match="is finished"):
        recorder.audit(samples.record(FIRST, 101, WriteOutcome.STARTED))
    other = samples.run(SECOND, SAVED).model_copy(update={"plan_id": "another"})
    with pytest.raises(ValueError, match="of plan another"):
        runs.begin(store, other, SAVED, samples.snapshot())


class CrashError(Exception):
    pass


class CrashingStore(StateStore):
    """Stops at the n-th file."""

    left = 0

    def create(self, name: str, data: bytes) -> bool:
        if self.left == 0:
            raise CrashError
        self.left -= 1
        return super().create(name, data)


@pytest.mark.parametrize("files", [1, 2])
def test_a_crash_while_beginning_leaves_no_run(store: StateStore, files: int) -> None:
    crashing = CrashingStore(store.folder)
    crashing.left = files
    with pytest.raises(CrashError):
        begin(crashing)
    assert runs.runs(store) == []
    (broken,) = runs.broken_runs(store)
    assert broken.id == FIRST
    assert "before anything was written to the server" in broken.why
    with pytest.raises(StateError, match="cannot be used: it was stopped"):
        runs.load_run(store, "2026")


BEGINNING = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from reconciler.history import runs
from reconciler.history.model import Run, Snapshot
from reconciler.history.saved_plans import unseal
from reconciler.history.store import StateStore
store, saved = StateStore(Path(sys.argv[1])), unseal(sys.argv[2].encode())
while True:
    now = datetime.now(UTC)
    run = Run(id=runs.new_run_id(now), kind="apply", plan_id=saved.id, started=now, server=saved.plan.server,
              operator="o", tool="t")
    runs.begin(store, run, saved, Snapshot(taken=now, server=saved.plan.server, objects=()))
    print(run.id, flush=True)
"""


def test_a_killed_process_leaves_whole_runs(store: StateStore) -> None:
    with child(BEGINNING, store.folder, SAVED.model_dump_json()) as process:
        begun = [line_of(process) for _ in range(20)]
        process.send_signal(signal.SIGKILL)
        process.wait()
    seen = [run.id for run in runs.runs(store)]
    assert seen[:20] == begun
    for run_id in seen:
        assert runs.load_plan(store, run_id) == SAVED
        assert runs.load_snapshot(store, run_id).objects == ()
    assert all("stopped while it was recorded" in broken.why for broken in runs.broken_runs(store))


def test_broken_runs_are_reported_and_the_others_shown(store: StateStore) -> None:
    begin(store, SECOND)
    store.write("runs/a/run.json", b"{")
    store.write("runs/b/run.json", json.dumps({"format": "reconciler.run/9"}).encode())
    copied = store.read(f"runs/{SECOND}/run.json")
    assert copied is not None
    store.write("runs/c/run.json", copied)
    (store.folder / "runs" / "d e").mkdir()
    (store.folder / "runs" / "d e" / "run.json").write_bytes(copied)
    store.write("runs/README", b"not a run")
    assert [run.id for run in runs.runs(store)] == [SECOND]
    broken = {run.id: run.why for run in runs.broken_runs(store)}
    assert broken.keys() == {"a", "b", "c", "d e"}
    assert "cut off" in broken["a"]
    assert "format version '9'" in broken["b"]
    assert SECOND in broken["c"]


def test_finding_a_run_by_its_beginning(store: StateStore) -> None:
    begin(store, FIRST)
    begin(store, SECOND)
    assert runs.load_run(store, "20261122-155502").id == SECOND
    with pytest.raises(StateError, match="2 runs begin with '2026'") as caught:
        runs.load_run(store, "2026")
    assert FIRST in caught.value.what
    with pytest.raises(StateError) as caught:
        runs.load_run(store, "20261122-155501-0002")
    assert caught.value.hint is not None
    assert f"Did you mean {FIRST}" in caught.value.hint
    for wrong in ("", "nonsense", "../" + FIRST):
        with pytest.raises(StateError, match="There is no run"):
            runs.load_run(store, wrong)


def test_a_lost_or_edited_plan_or_snapshot(store: StateStore) -> None:
    begin(store)
    plan = store.read(f"runs/{FIRST}/plan.json")
    assert plan is not None
    store.write(f"runs/{FIRST}/plan.json", plan.replace(b"completed", b"new"))
    with pytest.raises(StateError, match="changed after it was saved"):
        runs.load_plan(store, FIRST)
    for file, load in (("plan.json", runs.load_plan), ("snapshot.json", runs.load_snapshot)):
        store.remove(f"runs/{FIRST}/{file}")
        with pytest.raises(StateError, match=file):
            load(store, FIRST)


def test_threads_audit_whole_records(store: StateStore) -> None:
    recorder = begin(store)
    words = "two\nlines, \N{LINE SEPARATOR} and \N{SNOWMAN} " * 50

    def work(job: int) -> None:
        for outcome in (WriteOutcome.STARTED, WriteOutcome.FAILED):
            recorder.audit(samples.record(FIRST, job, outcome, message=words))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(101, 141)))
    audit = runs.load_audit(store, FIRST)
    assert len(audit) == 80
    assert {record.message for record in audit} == {words}
    for job in range(101, 141):
        outcomes = [record.outcome for record in audit if record.id == job]
        assert outcomes == [WriteOutcome.STARTED, WriteOutcome.FAILED]


def test_a_half_last_line_is_a_crash_and_a_half_middle_line_is_damage(store: StateStore) -> None:
    recorder = begin(store)
    for job in (101, 102, 103):
        recorder.audit(samples.record(FIRST, job, WriteOutcome.STARTED))
    name = f"runs/{FIRST}/audit.jsonl"
    whole = store.read(name)
    assert whole is not None
    records = runs.load_audit(store, FIRST)
    start_of_last = whole.rstrip(b"\n").rindex(b"\n") + 1
    for end in range(start_of_last, len(whole) - 1):
        store.path(name).write_bytes(whole[:end])
        assert runs.load_audit(store, FIRST) == records[:2]
    store.path(name).write_bytes(whole[:-1])  # only its line end is missing: the record is whole
    assert runs.load_audit(store, FIRST) == records
    for damaged in (whole.replace(b"started", b"sta", 1), b"\n" + whole, whole[100:]):
        store.path(name).write_bytes(damaged)
        with pytest.raises(StateError, match="line 1 is damaged"):
            runs.load_audit(store, FIRST)
