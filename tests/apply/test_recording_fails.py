"""The state store fails in the middle: what cannot be recorded is not written, and nothing is left half-said."""

from __future__ import annotations

import pytest

from reconciler.apply.running import UnrecordedError
from reconciler.errors import StateError
from reconciler.history.model import RunStatus
from reconciler.history.runs import runs

from .desk import REOPEN, Desk
from .disks import full


@pytest.mark.parametrize("name", ["plan.json", "snapshot.json", "run.json", "audit.jsonl", "ledger.json", "lock.json"])
def test_a_disk_that_is_full_before_the_first_write(desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    plan = desk.plan(REOPEN)
    for method in ("create", "write", "append"):
        monkeypatch.setattr(desk.store, method, full(getattr(desk.store, method), name))
    with pytest.raises(StateError, match="disk is full"):
        desk.apply(plan)
    assert desk.patches() == []
    monkeypatch.undo()
    assert not [run for run in runs(desk.store) if run.status is RunStatus.RUNNING]
    assert desk.apply(REOPEN).run.status is RunStatus.DONE


@pytest.mark.parametrize("parallelism", [1, 4])
def test_a_disk_that_fills_up_in_the_middle_stops_the_writing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, parallelism: int
) -> None:
    monkeypatch.setattr(desk.store, "append", full(desk.store.append, "audit.jsonl", after=5))
    with pytest.raises(UnrecordedError) as stopped:
        desk.apply(REOPEN, parallelism=parallelism)
    assert stopped.value.exit_code == 3
    assert "disk is full" in str(stopped.value)
    written = [number for number in range(1, 9) if desk.job(number)[0] == "annotation"]
    assert len(written) <= 5
    assert f"{len(written)} of its 8 writes had been made" in str(stopped.value)
    [run] = runs(desk.store)
    assert run.status is RunStatus.FAILED
    assert run.counts.written == len(written)

    monkeypatch.undo()
    assert desk.rollback().run.status is RunStatus.DONE
    assert {desk.job(number)[0] for number in range(1, 9)} == {"acceptance"}


def test_a_disk_that_stays_full_leaves_the_rest_to_the_next_run(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.store, "append", full(desk.store.append, "audit.jsonl", after=5))
    monkeypatch.setattr(desk.store, "write", full(desk.store.write, "run.json"))
    with pytest.raises(UnrecordedError):
        desk.apply(REOPEN, parallelism=1)
    assert [run.status for run in runs(desk.store)] == [RunStatus.RUNNING]
    monkeypatch.undo()
    assert desk.apply(REOPEN).run.status is RunStatus.DONE
    assert [run.status for run in runs(desk.store)] == [RunStatus.INTERRUPTED, RunStatus.DONE]
    assert {desk.job(number)[0] for number in range(1, 9)} == {"annotation"}


def test_an_end_that_cannot_be_recorded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.store, "write", full(desk.store.write, "ledger.json", after=1))
    with pytest.raises(UnrecordedError, match="8 of its 8 writes had been made"):
        desk.apply(REOPEN)
    monkeypatch.undo()
    assert desk.plan(REOPEN).is_empty
    desk.patch("job", 1, stage="acceptance", state="completed")
    assert desk.plan(REOPEN).is_empty, "what the run did is known from its audit"
