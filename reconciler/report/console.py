"""Where text goes: colours only for eyes that see them, a width that fits."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from typing import TextIO

from rich.console import Console

PIPED_WIDTH = 120
"""Wide enough for a task and its jobs on one line; a log viewer scrolls."""


def console_for(stream: TextIO, environ: Mapping[str, str] | None = None) -> Console:
    """A console on `stream`: coloured on a terminal only, with the usual switches.

    `NO_COLOR` (any value) and `TERM=dumb` turn every escape sequence off; `FORCE_COLOR` turns colours on in a pipe;
    `COLUMNS` sets the width.
    """
    env = os.environ if environ is None else environ
    terminal = _is_terminal(stream)
    plain = bool(env.get("NO_COLOR")) or env.get("TERM") == "dumb"
    coloured = not plain and (terminal or bool(env.get("FORCE_COLOR")))
    columns = env.get("COLUMNS", "")
    width = int(columns) if columns.isdigit() and int(columns) > 0 else (None if terminal else PIPED_WIDTH)
    # An arrow or a name that the stream's encoding lacks is shown written out; it must not end the program.
    if (reconfigure := getattr(stream, "reconfigure", None)) is not None:
        with contextlib.suppress(ValueError, OSError):
            reconfigure(errors="backslashreplace")
    return Console(
        file=stream,
        width=width,
        color_system=("auto" if terminal else "standard") if coloured else None,
        no_color=not coloured,
        force_terminal=coloured,
        markup=False,
        emoji=False,
        highlight=False,
        _environ=env,
    )


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False


def animates(console: Console) -> bool:
    """Whether a line may be redrawn in place. `FORCE_COLOR` in a pipeline asks for colours, not for that."""
    return console.is_terminal and not console.is_dumb_terminal and _is_terminal(console.file)  # type: ignore[arg-type]
