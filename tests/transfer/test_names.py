"""Names of files: harmless whatever a task is called, the same every time, and read back."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.transfer.names import Meant, file_name, meant_by, safe_name

ANY_NAME = st.text(alphabet=st.characters(exclude_categories=()), max_size=300)
IDS = st.integers(1, 10**9)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("batch-001", "batch-001.task-7.zip"),
        ("../../etc/passwd", "_.._etc_passwd.task-7.zip"),
        ("a/b\\c:d", "a_b_c_d.task-7.zip"),
        ("/root", "_root.task-7.zip"),
        ("", "task-7.zip"),
        ("..", "task-7.zip"),
        (" .hidden. ", "hidden.task-7.zip"),
        ("-rf", "_-rf.task-7.zip"),
        ("con", "_con.task-7.zip"),
        ("LPT1.old", "_LPT1.old.task-7.zip"),
        ("line\nbreak\ttab\0", "line_break_tab_.task-7.zip"),
        ("a\u202eb\u200bc", "a_b_c.task-7.zip"),
        ("no\u00a0break", "no break.task-7.zip"),
        ("Straße 12, Süd", "Straße 12, Süd.task-7.zip"),
        ("e\u0301t\u00e9", "\u00e9t\u00e9.task-7.zip"),
        ("街景", "街景.task-7.zip"),
        ("x" * 300, "x" * 150 + ".task-7.zip"),
    ],
)
def test_examples(name: str, file: str) -> None:
    assert file_name(7, name, ".zip") == file


@given(ANY_NAME, IDS)
def test_harmless(name: str, number: int) -> None:
    file = file_name(number, name, ".zip")
    assert Path(file).name == file
    assert file not in ("", ".", "..")
    assert len(file.encode()) < 200
    assert file[0] not in ".-~ "
    assert not any(one in file for one in '/\\:*?"<>|\n\r\0')
    assert file.isprintable()


@given(ANY_NAME, IDS)
def test_stable_and_read_back(name: str, number: int) -> None:
    file = file_name(number, name, ".zip")
    meant = meant_by(file)
    assert meant.id == number
    assert meant.name in (safe_name(name), None)
    assert safe_name(safe_name(name)) == safe_name(name)
    assert meant_by(unicodedata.normalize("NFD", file)).id == number  # as some file systems give it back


@given(ANY_NAME, ANY_NAME, IDS, IDS)
def test_the_id_keeps_them_apart(one: str, other: str, first: int, second: int) -> None:
    if first != second:
        assert file_name(first, one, ".zip").casefold() != file_name(second, other, ".zip").casefold()


@pytest.mark.parametrize(
    ("file", "meant"),
    [
        ("batch.task-42.zip", Meant(42, "batch")),
        ("task-42.json", Meant(42, None)),
        ("batch.json", Meant(None, "batch")),
        ("42.zip", Meant(None, "42")),
        ("v1.2 set.tar.gz", Meant(None, "v1.2 set")),
        ("task-0.zip", Meant(None, "task-0")),
        ("a.task-1.task-2.zip", Meant(2, "a.task-1")),
    ],
)
def test_meant(file: str, meant: Meant) -> None:
    assert meant_by(file) == meant
