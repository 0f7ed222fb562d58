"""Which files of this machine `data.files` means, and what they are called on the server.

Patterns as in a shell: `*`, `?`, `[…]`, and `**` for any folders; hidden files only where the dot is written. A file
that is really called `frame[1].jpg` is found by that name, too.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

_ESCAPED = re.compile(r"\[([*?[])\]")
_MAGIC = re.compile(r"[*?[]")
_DIGITS = re.compile(r"([0-9]+)")


class MatchedFile(NamedTuple):
    """A file, and its name on the server."""

    path: Path
    name: str


def matched(patterns: Iterable[str]) -> list[MatchedFile]:
    """The files, each once, in the natural order of their names: 2.jpg before 10.jpg.

    A name is a file's own, without folders: CVAT keeps none of files that are sent to it (`cvat.server_names`).
    """
    files: dict[str, str] = {}
    for pattern in patterns:
        for path in found(pattern):
            if os.path.isfile(path):  # noqa: PTH113 - strings here and below: a task can have 100,000 files
                files.setdefault(os.path.abspath(path), path)  # noqa: PTH100
    named = [MatchedFile(Path(path), os.path.basename(absolute)) for absolute, path in files.items()]  # noqa: PTH119
    return sorted(named, key=lambda file: (natural(file.name), file.name, str(file.path)))


def found(pattern: str) -> list[str]:
    """Whatever the pattern matches, folders among it, in no order."""
    literal = _ESCAPED.sub(r"\1", pattern)
    if os.path.lexists(literal):
        return [literal]
    return glob.glob(pattern, recursive=True) if _MAGIC.search(pattern) else []  # noqa: PTH207 - patterns as in a shell


def escaped(path: str) -> str:
    """A path that as a pattern means only itself."""
    return glob.escape(path)


def natural(name: str) -> list[tuple[int, int, str]]:
    """What sorts names as people do: by the numbers in them."""
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in _DIGITS.split(name) if part]
