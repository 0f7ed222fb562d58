from __future__ import annotations

import io

import pytest
from rich.text import Text

from reconciler.report.console import PIPED_WIDTH, animates, console_for


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "env", "coloured"),
    [
        (Terminal(), {"TERM": "xterm"}, True),
        (Terminal(), {"TERM": "xterm", "NO_COLOR": "1"}, False),
        (Terminal(), {"TERM": "dumb"}, False),
        (io.StringIO(), {"TERM": "xterm"}, False),
        (io.StringIO(), {"FORCE_COLOR": "1"}, True),
        (io.StringIO(), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (io.StringIO(), {"FORCE_COLOR": "1", "TERM": "dumb"}, False),
    ],
)
def test_colours_only_for_eyes(stream: io.StringIO, env: dict[str, str], coloured: bool) -> None:
    console_for(stream, env).print(Text("x", style="bold red"))
    assert ("\x1b" in stream.getvalue()) is coloured


def test_width_of_a_pipe() -> None:
    assert console_for(io.StringIO(), {}).width == PIPED_WIDTH
    assert console_for(io.StringIO(), {"COLUMNS": "70"}).width == 70


def test_forced_colour_in_a_pipe_does_not_animate() -> None:
    assert not animates(console_for(io.StringIO(), {"FORCE_COLOR": "1"}))
    assert animates(console_for(Terminal(), {"TERM": "xterm"}))
    assert not animates(console_for(Terminal(), {"TERM": "dumb"}))


def test_an_encoding_without_arrows_is_no_error() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    console_for(stream, {}).print(Text("a → b"))
    stream.flush()
    assert raw.getvalue() == b"a \\u2192 b\n"
