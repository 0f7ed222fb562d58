"""Ctrl-C and SIGTERM: what is in flight is finished, everything is recorded, and the next run goes on."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

import pytest

from reconciler.apply.interruption import stopping_on_signals
from reconciler.history.model import RunStatus, WriteOutcome
from reconciler.history.runs import last_run, load_audit

from .desk import REOPEN, Desk
from .processes import command, run


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_finishes_what_is_in_flight_and_the_next_apply_the_rest(desk: Desk, number: signal.Signals) -> None:
    manifest = str(desk.folder / "manifest.yaml")
    desk.manifest(REOPEN)
    started = threading.Event()
    with command(desk, "apply", manifest, "--yes", "--parallelism", "1") as applying:

        def interrupt() -> None:
            applying.signal(number)
            started.set()

        desk.sandbox.before("PATCH", "/api/jobs/3$", interrupt)
        ended = applying.wait()
    assert started.is_set()
    assert ended.code == 130, ended.output
    assert "Stopping: writes in flight are finished" in ended.output
    stopped = last_run(desk.store)
    assert stopped is not None
    assert stopped.status is RunStatus.INTERRUPTED
    assert (stopped.counts.written, stopped.counts.skipped) == (3, 5)
    last = {record.id: record.outcome for record in load_audit(desk.store, stopped.id)}
    assert set(last.values()) == {WriteOutcome.WRITTEN}
    assert desk.job(3) == ("annotation", "new", "bob")
    assert desk.job(8) == ("acceptance", "completed", "bob")

    ended = run(desk, "apply", manifest, "--yes")
    assert ended.code == 0, ended.output
    assert [desk.job(one)[:2] for one in range(1, 9)] == [("annotation", "new")] * 8
    assert desk.ledger()[0].done == (1, 2, 3, 4)


def test_an_interrupted_run_can_be_taken_back(desk: Desk) -> None:
    manifest = str(desk.folder / "manifest.yaml")
    desk.manifest(REOPEN)
    with command(desk, "apply", manifest, "--yes", "--parallelism", "1") as applying:
        desk.sandbox.before("PATCH", "/api/jobs/3$", lambda: applying.signal(signal.SIGINT))
        assert applying.wait().code == 130
    assert run(desk, "rollback", "--yes").code == 0
    assert [desk.job(one)[:2] for one in range(1, 9)] == [("acceptance", "completed")] * 8


def test_a_signal_is_heard_once() -> None:
    heard: list[str] = []
    with stopping_on_signals(lambda: heard.append("stop"), clock=lambda: 0.0) as stop:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)  # passed on by whoever started us
        signal.raise_signal(signal.SIGTERM)
        assert stop.is_set()
    assert heard == ["stop"]


def test_what_hears_of_a_signal_may_fail() -> None:
    def broken() -> None:
        raise RuntimeError("reentrant call")

    with stopping_on_signals(broken) as stop:
        signal.raise_signal(signal.SIGTERM)
        assert stop.is_set()


def test_handlers_are_put_back_and_ignored_signals_stay_ignored() -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    interrupted = signal.getsignal(signal.SIGINT)
    try:
        with stopping_on_signals(lambda: None) as stop:
            signal.raise_signal(signal.SIGTERM)
            assert not stop.is_set()
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGINT) is interrupted
    finally:
        signal.signal(signal.SIGTERM, before)


def test_other_threads_are_left_alone() -> None:
    seen: list[bool] = []

    def elsewhere() -> None:
        with stopping_on_signals(lambda: None) as stop:
            seen.append(stop.is_set())

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert seen == [False]


_TWICE = """
import signal
from reconciler.apply.interruption import stopping_on_signals

seconds = iter((0.0, 2.0))
with stopping_on_signals(lambda: print("stopping", flush=True), clock=lambda: next(seconds)):
    signal.raise_signal(signal.SIGINT)
    signal.raise_signal(signal.SIGINT)
    print("still here", flush=True)
"""


def test_a_second_ctrl_c_ends_the_process_at_once() -> None:
    """A request in flight may take minutes to fail. What is left is what any killed run leaves."""
    ended = subprocess.run([sys.executable, "-c", _TWICE], capture_output=True, text=True, timeout=60)
    assert ended.returncode == -signal.SIGINT
    assert ended.stdout == "stopping\n"


def test_a_signal_after_the_last_write_stops_nothing(desk: Desk) -> None:
    manifest = str(desk.folder / "manifest.yaml")
    desk.manifest(REOPEN)
    with command(desk, "apply", manifest, "--yes", "--parallelism", "1") as applying:
        desk.sandbox.before("PATCH", "/api/jobs/8$", lambda: applying.signal(signal.SIGINT))
        ended = applying.wait()
    assert ended.code == 0, ended.output
    done = last_run(desk.store)
    assert done is not None
    assert done.status is RunStatus.DONE
