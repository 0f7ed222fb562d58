"""What reaches the disk, and in which order."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.history import durable


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The system calls that decide what a power cut leaves, as they were made."""
    made: list[str] = []

    def watch(name: str, describe: Callable[..., str]) -> None:
        real = getattr(os, name)

        def watched(*arguments: Any, **options: Any) -> Any:
            made.append(describe(*arguments))
            return real(*arguments, **options)

        monkeypatch.setattr(os, name, watched)

    watch("fsync", lambda handle: "sync folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "sync file")
    watch("replace", lambda *_: "replace")
    watch("link", lambda *_: "link")
    watch("unlink", lambda *_: "unlink")
    return made


def test_a_file_is_on_the_disk_before_it_gets_its_name(tmp_path: Path, calls: list[str]) -> None:
    durable.replace_file(tmp_path / "a", b"1")
    assert calls == ["sync file", "replace", "sync folder"]


def test_a_created_file_too(tmp_path: Path, calls: list[str]) -> None:
    assert durable.create_file(tmp_path / "a", b"1")
    assert calls == ["sync file", "link", "unlink", "sync folder"]


def test_who_comes_second_may_rely_on_the_first_ones_file(tmp_path: Path, calls: list[str]) -> None:
    durable.create_file(tmp_path / "a", b"1")
    calls.clear()
    assert not durable.create_file(tmp_path / "a", b"2")
    assert calls[-1] == "sync folder"
    assert (tmp_path / "a").read_bytes() == b"1"


def test_a_line_is_on_the_disk_when_append_returns(tmp_path: Path, calls: list[str]) -> None:
    durable.append_line(tmp_path / "log", b"1")
    assert calls == ["sync file", "sync folder"]
    calls.clear()
    durable.append_line(tmp_path / "log", b"2")
    assert calls == ["sync file"]
    assert (tmp_path / "log").read_bytes() == b"1\n2\n"


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def fail(*_: Any) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, failing, fail)
    with pytest.raises(OSError, match="Input/output error"):
        durable.replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_append_takes_back_what_fitted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log"
    durable.append_line(path, b"first")
    real = os.write
    chunks = iter([3])

    def fill(handle: int, data: memoryview) -> int:
        for size in chunks:
            return real(handle, data[:size])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", fill)
    with pytest.raises(OSError, match="No space"):
        durable.append_line(path, b"second")
    monkeypatch.setattr(os, "write", real)
    durable.append_line(path, b"third")
    assert path.read_bytes() == b"first\nthird\n"


def test_a_file_system_without_hard_links_is_not_taken_for_missing_permission(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(OSError, match="not supported"):
        durable.create_file(tmp_path / "a", b"1")
    assert list(tmp_path.iterdir()) == []


def test_folders_above_are_made_as_well(tmp_path: Path) -> None:
    durable.make_folder(tmp_path / "a" / "b" / "c")
    assert (tmp_path / "a" / "b" / "c").is_dir()
    durable.make_folder(tmp_path / "a" / "b" / "c")


def test_a_file_in_the_way_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(NotADirectoryError):
        durable.make_folder(tmp_path / "a")
