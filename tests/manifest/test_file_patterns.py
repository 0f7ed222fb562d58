from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.manifest.file_patterns import escaped, found, matched, natural


@pytest.fixture(autouse=True)
def _pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (
        "a/10.jpg",
        "a/9.jpg",
        "a/.hidden.jpg",
        "a/notes.txt",
        "b/deep/1.jpg",
        "b/1.jpg",
        "b/.git/2.jpg",
        "odd[1].jpg",
    ):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(name.encode())


def names(*patterns: str) -> list[str]:
    return [file.name for file in matched(patterns)]


def test_files_of_one_folder_go_by_their_own_names_in_natural_order() -> None:
    assert names("a/*.jpg") == ["9.jpg", "10.jpg"]
    assert [str(file.path) for file in matched(["a/*.jpg"])] == ["a/9.jpg", "a/10.jpg"]


def test_names_are_without_folders() -> None:
    assert names("b/**/*.jpg") == ["1.jpg", "1.jpg"]
    assert names("a/*.jpg", "b/1.jpg") == ["1.jpg", "9.jpg", "10.jpg"]


def test_names_do_not_depend_on_how_files_are_written(tmp_path: Path) -> None:
    assert names("a/*.jpg") == names(str(tmp_path / "a" / "*.jpg")) == names("a/10.jpg", "a/9.jpg")


def test_each_file_counts_once(tmp_path: Path) -> None:
    assert names("a/*.jpg", "a/9.jpg", str(tmp_path / "a" / "9.jpg")) == ["9.jpg", "10.jpg"]


def test_hidden_files_only_where_the_dot_is_written() -> None:
    assert ".hidden.jpg" not in names("a/*")
    assert names("a/.*.jpg") == [".hidden.jpg"]
    assert not [name for name in names("b/**") if ".git" in name]


def test_one_character_and_sets_of_them() -> None:
    assert names("a/?.jpg") == ["9.jpg"]
    assert names("a/[0-9].jpg") == ["9.jpg"]
    assert names("a/[!0-9]*") == ["notes.txt"]


def test_a_file_that_is_called_like_a_pattern_is_found() -> None:
    assert names("odd[1].jpg") == ["odd[1].jpg"]


def test_folders_are_no_files() -> None:
    assert matched(["b"]) == []
    assert names("b/*") == ["1.jpg"]


def test_what_matches_nothing_is_nothing() -> None:
    assert matched([]) == matched(["c/*.jpg", "c/1.jpg"]) == []


@pytest.mark.parametrize("folder", ["[old]", "what?", "a*b", "[[]"])
def test_an_escaped_path_means_only_itself(folder: str, tmp_path: Path) -> None:
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "1.jpg").touch()
    assert found(escaped(f"{folder}/1.jpg")) == [f"{folder}/1.jpg"]
    assert names(f"{escaped(folder)}/*.jpg") == ["1.jpg"]


@given(st.lists(st.text("0129ab._", min_size=1, max_size=6), max_size=6))
def test_the_natural_order_is_that_of_numbers(words: list[str]) -> None:
    numbers = sorted(int(word) for word in words if word.isdecimal())
    assert [int(word) for word in sorted((w for w in words if w.isdecimal()), key=natural)] == numbers
