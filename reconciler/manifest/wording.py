"""How messages show what a file holds: quoted, shortened, and never a raw control character."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import PurePath

LONGEST = 60


def printable(text: str) -> str:
    """The text with everything a terminal might obey written as escapes."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)


def quoted(text: str) -> str:
    """The text between backticks, shortened in the middle if it is long."""
    shown = printable(text)
    if len(shown) > LONGEST:
        shown = f"{shown[: LONGEST - 15]}…{shown[-14:]}"
    return f"`{shown}`" if shown else "an empty text"


def either(words: Iterable[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


def closest(word: str, known: Iterable[str]) -> str | None:
    """What was probably meant, if anything comes near."""
    by_lower = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word.strip().lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def file_meant(name: str, files: Iterable[str]) -> str | None:
    """A hint that names the file of nearly that name. That both end in `.yaml` brings no two names near."""
    by_stem: dict[str, list[str]] = {}
    for file in sorted(files):
        by_stem.setdefault(PurePath(file).stem, []).append(file)
    stem = closest(PurePath(name).stem, by_stem)
    return did_you_mean(name, by_stem[stem]) if stem is not None else None


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A hint that names the probable word."""
    meant = closest(word, known)
    return f"did you mean {quoted(meant)}?" if meant is not None else None
