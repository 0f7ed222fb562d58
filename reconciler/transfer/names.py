"""What a task's file is called: readable, harmless, always the same; and which task a file's name means.

`<name>.task-<id>.zip`. The id keeps apart what names do not: two tasks of one name, or of names that differ only in
case, which some file systems take for one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

_LONGEST: Final = 150  # bytes of the name; 255 is what file systems take, and an unfinished file has a longer one
_FORBIDDEN: Final = frozenset('/\\:*?"<>|')  # here, or on other systems that the folder may be copied to
_DEVICES: Final = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)  # files of Windows' own
_OURS: Final = re.compile(r"(?:(?P<name>.*)\.)?task-(?P<id>[1-9]\d{0,17})", re.DOTALL)
_ENDING: Final = re.compile(r"\.(?:tar\.)?[A-Za-z0-9]{1,5}\Z")


@dataclass(frozen=True)
class Meant:
    """What a file's name says: a task's id, the (safe) name of one, or both."""

    id: int | None
    name: str | None


def file_name(task_id: int, name: str, ending: str) -> str:
    """The name of a task's file; `ending` has its dot."""
    safe = safe_name(name)
    return f"{safe}.task-{task_id}{ending}" if safe else f"task-{task_id}{ending}"


def safe_name(name: str) -> str:
    """A task's name as a part of a file's: no way out of the folder, nothing invisible, not too long. May be empty."""
    plain = "".join(_harmless(one) for one in unicodedata.normalize("NFC", name))
    plain = plain.strip(" .")  # Windows drops them at the end, and a dot at the beginning hides the file
    if plain.startswith(("-", "~")) or _DEVICES.fullmatch(plain):  # an option, or a home, to a shell
        plain = f"_{plain}"
    return plain.encode()[:_LONGEST].decode(errors="ignore").rstrip(" .")


def without_ending(file: str) -> str:
    """A file's name without `.zip`, `.json`, `.tar.gz`."""
    return unicodedata.normalize("NFC", _ENDING.sub("", file))


def is_cut(name: str) -> bool:
    """Whether a name is too long to be told apart from others that begin like it."""
    return len(name.encode()) > _LONGEST


def meant_by(file: str) -> Meant:
    """What a file's name says: `batch.task-42.zip`, `task-42.json`, `42.json`, `batch.json`."""
    stem = without_ending(file)
    if ours := _OURS.fullmatch(stem):
        return Meant(int(ours["id"]), ours["name"])
    return Meant(None, stem)


def _harmless(character: str) -> str:
    if character in _FORBIDDEN:
        return "_"
    if unicodedata.category(character) in ("Zs", "Zl", "Zp"):
        return " "
    # Control and direction marks, halves of a character, what no system has a sign for.
    return "_" if unicodedata.category(character).startswith("C") else character
