from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.text import Text

from reconciler.report.layout import columns, flow, padded, styled, widest, words


def plain(lines: list[Text]) -> list[str]:
    return [line.plain for line in lines]


def test_chunks_hang_under_one_another() -> None:
    lines = flow(Text("task 1"), [Text("one,"), Text("two,"), Text("three")], width=16)
    assert plain(lines) == ["task 1 one, two,", "       three"]


def test_no_room_beside_the_subject() -> None:
    assert plain(flow(Text("  a long subject"), [Text("one"), Text("two")], width=18)) == [
        "  a long subject ",
        "        one two",
    ]


@given(st.lists(st.text("ab", min_size=1, max_size=30), max_size=9), st.integers(10, 60))
def test_no_chunk_is_cut_and_none_is_lost(texts: list[str], width: int) -> None:
    lines = plain(flow(Text("it"), [Text(text) for text in texts], width=width))
    assert " ".join(lines).split() == ["it", *texts]
    assert all(len(line) <= width or len(line.split()) <= 2 for line in lines)


def test_words_wrap_at_blanks() -> None:
    assert plain(words(Text("note:"), "one two three", width=14)) == ["note: one two", "      three"]


def test_wide_characters_count_as_two() -> None:
    assert cell_len(padded(styled("日本"), 6).plain) == 6
    assert widest(["日本", "abc"]) == 4


def test_one_long_entry_does_not_widen_a_column() -> None:
    assert widest(["abc", "x" * 200]) == 3


def test_columns_align_and_do_not_trail() -> None:
    table = columns(("id", "name"), [[Text("7"), Text("a")], [Text("12"), Text("")]], numbers=frozenset({0}))
    assert plain(table) == ["id  name", " 7  a", "12"]
