"""One run at a time, and a killed one leaves the way free."""

from __future__ import annotations

import json
import os
import signal
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from reconciler.errors import LockedError, StateError
from reconciler.history.lock import LOCK, NOTE, holder, locked
from reconciler.history.operator import host
from reconciler.history.store import StateStore

from .processes import child, line_of, umask, unprivileged

HOLDING = """
import sys
from pathlib import Path
from reconciler.history.lock import locked
from reconciler.history.store import StateStore
with locked(StateStore(Path(sys.argv[1])), "bob@box", "apply run 7"):
    print("held", flush=True)
    sys.stdin.readline()
print("free", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def store(tmp_path: Path) -> StateStore:
    return StateStore(tmp_path / "state")


def note(store: StateStore, **changed: object) -> None:
    plain = {
        "format": "reconciler.lock/1",
        "operator": "carol@far",
        "host": host(),
        "pid": os.getpid(),
        "since": "2026-11-22T15:55:01Z",
        "purpose": "rollback",
    }
    store.write(NOTE, json.dumps(plain | changed).encode())


def test_another_process_is_told_who_and_since_when(store: StateStore) -> None:
    with child(HOLDING, store.folder) as process:
        assert line_of(process) == "held"
        with pytest.raises(LockedError) as caught, locked(store, "me@here", "apply"):
            pytest.fail("the lock was taken twice")
        assert caught.value.exit_code == 5
        assert f"bob@box (process {process.pid}) since 20" in caught.value.what
        assert caught.value.what.endswith("UTC: apply run 7.")
        held = holder(store)
        assert held is not None
        assert held.pid == process.pid


def test_it_is_free_again_when_the_run_ends(store: StateStore) -> None:
    with child(HOLDING, store.folder) as process:
        assert line_of(process) == "held"
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
        assert line_of(process) == "free"
        assert holder(store) is None
        assert store.read(NOTE) is None
        with locked(store, "me@here", "apply"):
            pass


def test_a_killed_process_leaves_no_lock(store: StateStore) -> None:
    with child(HOLDING, store.folder) as process:
        assert line_of(process) == "held"
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert store.read(NOTE) is not None  # it could not clean up …
    assert holder(store) is None  # … and nobody is misled
    with locked(store, "me@here", "apply"):
        held = holder(store)
        assert held is not None
        assert held.operator == "me@here"
    assert store.read(NOTE) is None


def test_threads_of_one_process_too(store: StateStore) -> None:
    def second() -> str:
        try:
            with locked(store, "second@here", "apply"):
                return "taken twice"
        except LockedError as error:
            return error.what

    with ThreadPoolExecutor(1) as pool:
        with locked(store, "first@here", "apply"):
            assert "first@here" in pool.submit(second).result()
            assert "first@here" in second()
        assert pool.submit(second).result() == "taken twice"


def test_an_error_inside_frees_it(store: StateStore) -> None:
    with pytest.raises(KeyError), locked(store, "me@here", "apply"):
        raise KeyError
    assert holder(store) is None
    with locked(store, "me@here", "apply"):
        pass


@pytest.mark.parametrize(
    "stale",
    [
        {},  # our own process, but nobody holds the kernel lock: the number was given out again
        {"host": "another-machine"},
        {"pid": 2**22 + 1},
        {"pid": 2**70},
        {"pid": -1},
        {"format": "reconciler.lock/2"},
    ],
)
def test_a_stale_note_holds_nothing(store: StateStore, stale: dict[str, object]) -> None:
    note(store, **stale)
    assert holder(store) is None
    with locked(store, "me@here", "apply"):
        pass


@pytest.mark.parametrize("content", [None, b"", b"{", b"[]"])
def test_a_holder_without_a_note_is_still_one(store: StateStore, content: bytes | None) -> None:
    with locked(store, "first@here", "apply"):
        store.remove(NOTE)
        if content is not None:
            store.write(NOTE, content)
        with pytest.raises(LockedError, match="Another run holds"), locked(store, "me@here", "apply"):
            pass


def test_a_killed_holders_note_is_not_blamed_on_the_next(store: StateStore) -> None:
    with locked(store, "first@here", "apply"):
        note(store, pid=2**22 + 1, operator="gone@here")  # as if the first had not written its own yet
        with pytest.raises(LockedError) as caught, locked(store, "me@here", "apply"):
            pass
    assert "gone@here" not in caught.value.what


@pytest.mark.parametrize("mask", [0, 0o077])
def test_its_files_are_private(store: StateStore, mask: int) -> None:
    with umask(mask), locked(store, "me@here", "apply"):
        modes = {stat.S_IMODE((store.folder / name).stat().st_mode) for name in (LOCK, NOTE)}
    assert modes == {0o600}


def test_asking_makes_nothing(store: StateStore) -> None:
    assert holder(store) is None
    assert not store.folder.exists()


def test_a_folder_that_cannot_be_written(store: StateStore) -> None:
    store.prepare()
    store.folder.chmod(0o500)
    with unprivileged(), pytest.raises(StateError, match="Permission denied"), locked(store, "me@here", "apply"):
        pass
    store.folder.chmod(0o700)


def test_a_lock_that_is_a_folder(store: StateStore) -> None:
    (store.folder / LOCK).mkdir(parents=True)
    with pytest.raises(StateError, match="Cannot lock"), locked(store, "me@here", "apply"):
        pass
