"""Taking a priority out of a name is the inverse of putting it in, for every format that is allowed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.manifest.priority_format import LARGEST, PriorityFormat, wrong_with

SIGNS = st.text("P[]() -:#1é", max_size=4)
PLACES = st.sampled_from((("{priority}", "{name}"), ("{name}", "{priority}")))
NAMES = st.text("ab1 []P(){}\n:é", min_size=1, max_size=12).map(str.strip).filter(bool)


@st.composite
def formats(draw: st.DrawFn) -> PriorityFormat:
    first, second = draw(PLACES)
    text = "".join((draw(SIGNS), first, draw(SIGNS), second, draw(SIGNS)))
    return PriorityFormat(text)


@given(formats().filter(lambda shown: wrong_with(shown.text) is None), st.integers(0, LARGEST), NAMES)
def test_what_is_put_in_is_taken_out(shown: PriorityFormat, priority: int, name: str) -> None:
    there = shown.apply(priority, name)
    assert shown.parse(there) == (priority, name)
    assert shown.strip(there) == name
    assert all(piece in there for piece in shown.pieces)
    assert there == there.strip()


@given(formats().filter(lambda shown: wrong_with(shown.text) is None), NAMES)
def test_what_reads_as_a_priority_is_written_the_same(shown: PriorityFormat, name: str) -> None:
    priority, bare = shown.parse(name)
    assert shown.apply(priority, bare) == name


@given(st.text(max_size=30))
def test_any_text_is_a_format_or_is_not(text: str) -> None:
    if wrong_with(text) is None:
        assert PriorityFormat(text).parse(PriorityFormat(text).apply(3, "x")) == (3, "x")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{name}", "each once"),
        ("{priority}", "each once"),
        ("{priority} {name} {name}", "each once"),
        ("{priority}{name}", "nothing stands between"),
        ("{name} {priority}", "nothing marks the number"),
        ("P1{priority} {name}", "a digit beside"),
        ("{name} #{priority}0", "a digit beside"),
        (" P{priority} {name}", "a space"),
        ("P{priority} {who} {name}", "the only words"),
        ("P{priority:02} {name}", "each once"),
        ("x" * 60 + "{priority} {name}", "at most 64"),
        ("P{priority}\0{name}", "nobody sees `\\x00`"),
        *(
            (f"[P{{priority}}{sign}] {{name}}", "nobody sees")
            for sign in "\n\t\x1b\x85\u00ad\u200b\u202e\u2028\ufeff\ud800\ue000\uffff"
        ),
        ("\x1fP{priority} {name}", "nobody sees"),
        *(
            (text, "put a bracket, a letter or a sign such as # before {priority}")
            for text in (
                *(
                    "{name}-{priority}",
                    "{name}_{priority}",
                    "{priority}. {name}",
                    "{priority}: {name}",
                    "{name}/{priority}",
                ),
                *(
                    "{name} \u2013 {priority}",
                    "{name}, {priority}.",
                    "{priority}) {name}",
                    "{priority}th {name}",
                    "{priority}% {name}",
                ),
                *("{name}m{priority}", "{name}no-{priority}", "P {name}-{priority}", "{priority} {name}#"),
            )
        ),
    ],
)
def test_what_cannot_be_read_back_is_refused(text: str, why: str) -> None:
    assert why in (wrong_with(text) or "")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "[P{priority}] {name}",
            "{name} (prio {priority})",
            "P{priority} {name}",
            "{name} #{priority}",
            "!{priority} {name}",
        ),
        *(
            "({priority}) {name}",
            "{name} ({priority})",
            "{priority}# {name}",
            "{name}_p{priority}",
            "prio {priority}: {name}",
        ),
        *("{name}#{priority}", "{name} №{priority}", "Важл {priority} {name}"),
    ],
)
def test_what_marks_the_number(text: str) -> None:
    assert wrong_with(text) is None


@pytest.mark.parametrize(
    "name", ["batch-10", "10. street", "cam10", "4k night", "2nd", "1) left", "run_7", "2026-01-31", "v2"]
)
def test_ordinary_names_are_ordinary(name: str) -> None:
    """In every way that a format can mark the number, as far as brackets and signs go."""
    for text in ("[P{priority}] {name}", "{name} (prio {priority})", "P{priority} {name}", "{name} #{priority}"):
        assert PriorityFormat(text).parse(name) == (None, name)


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("[P1] Batch 001", (1, "Batch 001")),
        ("[P0] x", (0, "x")),
        ("[P1] [P2] x", (1, "[P2] x")),
        ("[P01] x", (None, "[P01] x")),
        ("[P10000] x", (None, "[P10000] x")),
        ("[P1]", (None, "[P1]")),
        ("[P1]x", (None, "[P1]x")),
        ("[p1] x", (None, "[p1] x")),
        (" [P1] x", (None, " [P1] x")),
        ("", (None, "")),
    ],
)
def test_names(name: str, meaning: tuple[int | None, str]) -> None:
    assert PriorityFormat("[P{priority}] {name}").parse(name) == meaning
