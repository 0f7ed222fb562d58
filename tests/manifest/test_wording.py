from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.manifest.wording import closest, did_you_mean, either, file_meant, printable, quoted


@settings(deadline=None)
@given(st.text())
def test_nothing_that_a_terminal_obeys_gets_through(text: str) -> None:
    assert printable(text).isprintable()
    assert quoted(text).isprintable()


def test_long_texts_are_shortened() -> None:
    assert len(quoted("x" * 5000)) < 70
    assert quoted("") == "an empty text"


def test_lists_of_words() -> None:
    assert either(["a"]) == "a"
    assert either(["a", "b", "c"]) == "a, b or c"


def test_suggestions() -> None:
    assert closest("asignee", ["owner", "assignee"]) == "assignee"
    assert closest("In_Progress", ["new", "in progress"]) == "in progress"
    assert did_you_mean("zzz", ["owner"]) is None


def test_files_are_near_by_more_than_their_ending() -> None:
    files = ["e.yaml", "reopen.yml", "reopen.yaml", "notes.md"]
    assert file_meant("nofile.yaml", files) is None
    assert file_meant("reopn.yaml", files) == "did you mean `reopen.yaml`?"
    assert file_meant("reopen.yam", files) == "did you mean `reopen.yaml`?"
    assert file_meant("reopen", files) == "did you mean `reopen.yml`?"
    assert file_meant("note.yaml", files) == "did you mean `notes.md`?"
