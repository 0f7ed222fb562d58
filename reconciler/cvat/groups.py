"""Files that are sent together: many small ones in one message, each large one by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reconciler.errors import ReconcilerError

_MOST_BYTES: Final = 16 * 2**20  # in one message: it is held in memory, and sent from its start when it breaks
_MOST_FILES: Final = 200
_AWKWARD: Final = re.compile(r'["\\&%\x00-\x1f]')
"""In a form these are written in more than one way, and Django reads names as HTML; TUS has them in Base64."""


@dataclass(frozen=True)
class Sent:
    """A file to be sent."""

    path: Path
    name: str
    size: int


@dataclass(frozen=True)
class Group:
    """Files for one message."""

    files: tuple[Sent, ...]

    @property
    def size(self) -> int:
        """All in all."""
        return sum(file.size for file in self.files)

    def fields(self) -> dict[str, tuple[str, bytes]]:
        """Read them, as fields of a form. Raises ReconcilerError when one cannot be read."""
        return {f"client_files[{number}]": (file.name, _content(file)) for number, file in enumerate(self.files)}


def grouped(files: Sequence[Sent]) -> tuple[list[Group], list[Sent]]:
    """Divide files into groups, in order, and those that go by themselves."""
    groups: list[list[Sent]] = []
    single: list[Sent] = []
    room = 0
    for file in files:
        if file.size > _MOST_BYTES or _AWKWARD.search(file.name):
            single.append(file)
            continue
        if not groups or file.size > room or len(groups[-1]) == _MOST_FILES:
            groups.append([])
            room = _MOST_BYTES
        groups[-1].append(file)
        room -= file.size
    return [Group(tuple(group)) for group in groups], single


def _content(file: Sent) -> bytes:
    try:
        content = file.path.read_bytes()
    except OSError as error:
        raise ReconcilerError(f"{file.path} cannot be read: {error.strerror}") from None
    if len(content) != file.size:
        raise ReconcilerError(f"{file.path} has changed while it was being sent", hint="apply again")
    return content
