"""The question before anything is written; on a real terminal: test_terminal.py."""

from __future__ import annotations

import io

import pytest

from reconciler.cli.confirming import can_ask, confirm, confirm_destruction
from reconciler.errors import ReconcilerError


class Keyboard(io.StringIO):
    """Somebody types this."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("typed", "agreed"),
    [("yes\n", True), (" yes \n", True)]
    + [(no, False) for no in ("y\n", "YES\n", "Yes\n", "no\n", "\n", "", "yes please\n", "yesyes\n")],
)
def test_only_yes_is_a_yes(
    typed: str, agreed: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", Keyboard(typed))
    assert confirm("Do it?", yes=False) is agreed
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("\nDo it? Only `yes` is taken as a yes: ")


@pytest.mark.parametrize(("typed", "agreed"), [("destroy\n", True), ("yes\n", False), ("\n", False), ("", False)])
def test_destruction_takes_a_word_of_its_own(typed: str, agreed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Keyboard(typed))
    assert confirm_destruction("Do it?") is agreed


def test_agreed_beforehand(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", None)
    assert confirm("Do it?", yes=True)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("stdin", [None, io.StringIO("yes\n")])
def test_nobody_to_ask(stdin: io.StringIO | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", stdin)
    assert not can_ask()
    with pytest.raises(ReconcilerError, match="no terminal to confirm on; nothing was written"):
        confirm("Do it?", yes=False)
