"""Turns of phrase that the messages of all packages share."""

from __future__ import annotations

from reconciler.wording import counted, listed


def test_counts_have_the_right_plural() -> None:
    assert [counted(number, "task") for number in (0, 1, 2)] == ["0 tasks", "1 task", "2 tasks"]
    assert [counted(number, "copy", "copies") for number in (1, 2)] == ["1 copy", "2 copies"]


def test_lists_as_in_a_sentence() -> None:
    assert [listed(range(1, count + 1)) for count in range(4)] == ["", "1", "1 and 2", "1, 2 and 3"]
    assert listed(range(1, 10)) == "1, 2, 3, 4, 5 and 4 more"
    assert listed("abcd", 3) == "a, b, c and 1 more"
    assert listed("abcdefg", None) == "a, b, c, d, e, f and g"
