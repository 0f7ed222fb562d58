"""The state store: whole files, private ones, and a message instead of a traceback."""

from __future__ import annotations

import hashlib
import os
import signal
import stat
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.errors import StateError
from reconciler.history.store import StateStore

from .processes import child, line_of, umask, unprivileged


@pytest.fixture
def store(tmp_path: Path) -> StateStore:
    return StateStore(tmp_path / "state")


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_reading_makes_nothing(store: StateStore) -> None:
    assert store.read("ledger.json") is None
    assert store.names() == []
    assert store.names("runs/") == []
    assert not store.folder.exists()


def test_what_is_written_is_read(store: StateStore) -> None:
    store.write("a/b.json", b"1")
    store.write("a/b.json", b"22")
    assert store.read("a/b.json") == b"22"
    assert store.read("a/c.json") is None


def test_create_keeps_what_is_there(store: StateStore) -> None:
    assert store.create("applied/x.json", b"first")
    assert not store.create("applied/x.json", b"second")
    assert store.read("applied/x.json") == b"first"


def test_names_are_those_of_files_that_start_like_this(store: StateStore) -> None:
    for name in ("runs/2/run.json", "runs/1/run.json", "runs/1/plan.json", "runsheet", "ledger.json"):
        store.write(name, b"")
    assert store.names("runs/") == ["runs/1/plan.json", "runs/1/run.json", "runs/2/run.json"]
    assert store.names("runs/1/r") == ["runs/1/run.json"]
    assert store.names("runs") == ["runs/1/plan.json", "runs/1/run.json", "runs/2/run.json", "runsheet"]
    assert store.names() == [".gitignore", "ledger.json", *store.names("runs")]


def test_unfinished_files_are_no_blobs_and_go_when_they_are_old(store: StateStore) -> None:
    store.write("runs/1/run.json", b"")
    fresh, old = (store.folder / "runs" / "1" / f".tmp-{age}" for age in ("fresh", "old"))
    for path in (fresh, old):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    assert store.names("runs/") == ["runs/1/run.json"]
    store.sweep()
    assert fresh.exists()
    assert not old.exists()


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a/", ".", "a/.tmp-1", "a b", "a\n"])
def test_a_name_never_leads_out(store: StateStore, name: str) -> None:
    with pytest.raises(StateError, match="no name of a file"):
        store.read(name)


@pytest.mark.parametrize("mask", [0, 0o022, 0o077, 0o777])
def test_private_whatever_the_umask_is(store: StateStore, mask: int) -> None:
    with umask(mask):
        store.write("runs/1/run.json", b"")
        store.create("runs/1/plan.json", b"")
        store.append("runs/1/audit.jsonl", b"")
    assert {mode_of(store.folder / name) for name in store.names()} == {0o600}
    assert {mode_of(folder) for folder in (store.folder, store.folder / "runs", store.folder / "runs/1")} == {0o700}


def test_a_new_folder_is_not_for_git(store: StateStore) -> None:
    store.write("ledger.json", b"")
    assert store.read(".gitignore") == b"*\n"
    (store.folder / ".gitignore").unlink()
    store.write("ledger.json", b"")
    assert store.read(".gitignore") is None  # removed on purpose


def test_a_file_in_place_of_the_folder(store: StateStore) -> None:
    store.folder.write_text("notes")
    for act in (lambda: store.read("a"), lambda: store.write("a", b""), lambda: store.names("runs/"), store.prepare):
        with pytest.raises(StateError, match="folder of its own"):
            act()
    assert store.folder.read_text() == "notes"


def test_a_folder_in_place_of_a_file(store: StateStore) -> None:
    (store.folder / "ledger.json").mkdir(parents=True)
    with pytest.raises(StateError, match=r"ledger\.json"):
        store.read("ledger.json")
    with pytest.raises(StateError, match=r"ledger\.json"):
        store.write("ledger.json", b"")


def test_no_permission(store: StateStore) -> None:
    store.write("ledger.json", b"1")
    store.folder.chmod(0o500)
    with unprivileged(), pytest.raises(StateError, match="Permission denied") as caught:
        store.write("ledger.json", b"2")
    store.folder.chmod(0o700)
    assert caught.value.hint
    assert str(store.folder) in str(caught.value)
    assert store.read("ledger.json") == b"1"


def test_append_takes_one_line(store: StateStore) -> None:
    with pytest.raises(ValueError, match="one line"):
        store.append("log", b"a\nb")


@settings(max_examples=25, deadline=None)
@given(st.lists(st.binary(max_size=50), min_size=2, max_size=8))
def test_one_of_many_threads_creates(contents: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(len(contents)) as pool:
        store, gate = StateStore(Path(folder) / "state"), Barrier(len(contents))

        def create(data: bytes) -> bool:
            gate.wait()
            return store.create("applied/x.json", data)

        won = list(pool.map(create, contents))
        assert won.count(True) == 1
        assert store.read("applied/x.json") == contents[won.index(True)]
        assert store.names("applied/") == ["applied/x.json"]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["a", "b/c", "b/d"]), st.binary(max_size=20)), max_size=12))
def test_a_store_is_a_dictionary(writes: list[tuple[str, bytes]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store, like = StateStore(Path(folder)), dict[str, bytes]()
        for name, data in writes:
            store.write(name, data)
            like[name] = data
        assert {name: store.read(name) for name in store.names()} == like


def test_threads_append_whole_lines(store: StateStore) -> None:
    lines = [f"{n} {'x' * 5000}".encode() for n in range(60)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda line: store.append("log", line), lines))
    content = store.read("log")
    assert content is not None
    assert sorted(content.splitlines()) == sorted(lines)


def test_a_large_file_gets_its_name_when_it_is_whole(store: StateStore) -> None:
    with umask(0), store.receive("snapshots/1/backup.zip") as path:
        path.write_bytes(b"half")
        path.chmod(0o644)  # whoever fills it may replace it
        assert store.names("snapshots/") == []
    assert store.read("snapshots/1/backup.zip") == b"half"
    assert mode_of(store.folder / "snapshots/1/backup.zip") == 0o600
    assert store.fingerprint("snapshots/1/backup.zip") == (hashlib.sha256(b"half").hexdigest(), 4)
    assert store.fingerprint("snapshots/1/none") is None


def test_a_large_file_that_fails_leaves_the_old_one(store: StateStore) -> None:
    store.write("snapshots/1/backup.zip", b"old")

    def fail(error: BaseException) -> None:
        with store.receive("snapshots/1/backup.zip") as path:
            path.write_bytes(b"half")
            raise error

    with pytest.raises(KeyboardInterrupt):
        fail(KeyboardInterrupt())
    with pytest.raises(StateError, match="the disk is full"):
        fail(OSError(28, "No space left on device"))
    assert store.read("snapshots/1/backup.zip") == b"old"
    assert [path.name for path in (store.folder / "snapshots/1").iterdir()] == ["backup.zip"]


def test_a_folder_of_blobs_is_removed(store: StateStore) -> None:
    for name in ("snapshots/1/task-1/assets/x", "snapshots/1/task-1/record.json", "snapshots/1/task-10/record.json"):
        store.write(name, b"")
    (store.folder / "snapshots/1/task-1/.tmp-1").write_bytes(b"half")
    store.remove_folder("snapshots/1/task-1")
    store.remove_folder("snapshots/1/none")
    assert store.names("snapshots/") == ["snapshots/1/task-10/record.json"]
    assert not (store.folder / "snapshots/1/task-1").exists()
    assert store.free() > 0


CREATING = """
import sys
from pathlib import Path
from reconciler.history.store import StateStore
store = StateStore(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
print(store.create("applied/x.json", sys.argv[2].encode()), flush=True)
"""


def test_one_of_several_processes_creates(store: StateStore) -> None:
    with child(CREATING, store.folder, 1) as one, child(CREATING, store.folder, 2) as two:
        for process in (one, two):
            assert line_of(process) == "ready"
        for process in (one, two):
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        assert sorted([line_of(one), line_of(two)]) == ["False", "True"]


WRITING = """
import sys
from pathlib import Path
from reconciler.history.store import StateStore
store = StateStore(Path(sys.argv[1]))
for n in range(10**9):
    store.write("big", bytes([65 + n % 26]) * 300_000)
    store.append("log", b"%d" % n)
    print(n, flush=True)
"""


@pytest.mark.parametrize("rounds", [1, 4, 9])
def test_a_killed_writer_leaves_whole_files(store: StateStore, rounds: int) -> None:
    with child(WRITING, store.folder) as process:
        for _ in range(rounds):
            acknowledged = int(line_of(process))
            big = store.read("big")
            assert big is not None
            assert len(set(big)) == 1
            assert len(big) == 300_000
        process.send_signal(signal.SIGKILL)
        process.wait()
    big, log = store.read("big"), store.read("log")
    assert big is not None
    assert log is not None
    assert len(set(big)) == 1
    assert len(big) == 300_000
    assert log.split(b"\n")[: acknowledged + 1] == [b"%d" % n for n in range(acknowledged + 1)]
    assert store.names() == [".gitignore", "big", "log"]


FULL = """
import resource, sys
from pathlib import Path
from reconciler.errors import StateError
from reconciler.history.store import StateStore
store = StateStore(Path(sys.argv[1]))
store.write("ledger.json", b"old")
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
for act in (lambda: store.write("ledger.json", b"x" * 5000), lambda: store.create("new", b"x" * 5000)):
    try:
        act()
    except StateError as error:
        print(error.what, "|", error.hint)
try:
    for n in range(1000):
        store.append("log", b"x" * 299)
except StateError as error:
    print(error.what, "|", error.hint)
"""


def test_a_full_disk_is_said_and_leaves_whole_files(store: StateStore) -> None:
    with child(FULL, store.folder) as process:
        messages = process.communicate()[0].splitlines()
    assert len(messages) == 3
    for message, name in zip(messages, ("ledger.json", "new", "log"), strict=True):
        assert message.startswith(f"Cannot write {store.folder / name}: the disk is full")
        assert message.endswith("Free some space and run the same command again.")
    assert store.read("ledger.json") == b"old"
    assert store.read("log") == (b"x" * 299 + b"\n") * 3
    assert sorted(path.name for path in store.folder.iterdir()) == [".gitignore", "ledger.json", "log"]
