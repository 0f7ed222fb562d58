"""From what is given on the command line to text: files, folders, standard input."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TextIO

from reconciler.errors import Location, Problem
from reconciler.manifest.wording import file_meant, printable, quoted
from reconciler.manifest.yaml_reading import Unreadable

STDIN = "-"
LARGEST = 64 * 1024 * 1024
_ENDINGS = (".yaml", ".yml")
_NOT_TEXT = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def files_of(source: str, where: Location | None) -> list[str]:
    """The files that `source` stands for: itself, or all *.yaml and *.yml of a folder, sorted, not those below it.

    `where` is the place that asks for it, if a manifest does.
    """
    if source == STDIN or not Path(source).is_dir():
        return [source]
    names = sorted(os.listdir(source))  # noqa: PTH208 - names only, and joined to the folder as it was given
    found = [name for name in names if name.lower().endswith(_ENDINGS) and not name.startswith(".")]
    if not found:
        raise Unreadable(
            Problem(
                f"no *.yaml or *.yml file in the folder {quoted(source)}",
                where,
                "folders below it are not looked into: give them by name, or `include:` them",
            )
        )
    return [os.path.join(source, name) for name in found]  # noqa: PTH118 - keeps the folder as it was given


def read_text(file: str, where: Location | None, stdin: TextIO | None) -> str:
    """The whole text of `file`. Raises Unreadable if there is none."""
    shown = printable(file)
    try:
        raw = _standard_input(stdin or sys.stdin) if file == STDIN else _bytes(Path(file))
    except FileNotFoundError:
        raise Unreadable(Problem(f"there is no file {quoted(file)}", where, _neighbour(Path(file)))) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Unreadable(Problem(f"cannot read {quoted(file)}: {reason}", where)) from None
    if len(raw) > LARGEST:
        raise Unreadable(Problem("larger than 64 MB: not a manifest", Location(shown, 1, 1)))
    return _text(raw, shown)


def _bytes(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(LARGEST + 1)


def _standard_input(stdin: TextIO) -> bytes:
    stream = getattr(stdin, "buffer", None)
    raw = stdin.read() if stream is None else stream.read(LARGEST + 1)
    return raw.encode() if isinstance(raw, str) else bytes(raw)


def _text(raw: bytes, file: str) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(Problem("this is UTF-16 text", Location(file, 1, 1), "save the file as UTF-8"))
    if b"\0" in raw:
        raise Unreadable(Problem("this is a binary file, not YAML", Location(file, 1, 1)))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        where = _place(error.object[: error.start].decode("utf-8", "replace"), file)
        raise Unreadable(Problem("this is not UTF-8 text", where, "save the file as UTF-8")) from None
    if stray := _NOT_TEXT.search(text):
        what = f"a control character, {quoted(stray.group())}"
        raise Unreadable(Problem(what, _place(text[: stray.start()], file), 'write it as an escape, as in "\\x1b"'))
    return text


def _place(before: str, file: str) -> Location:
    """The place just after the text `before`."""
    return Location(file, before.count("\n") + 1, len(before) - before.rfind("\n"))


def _neighbour(path: Path) -> str | None:
    """A file of nearly that name, in the same folder."""
    try:
        return file_meant(path.name, os.listdir(path.parent))  # noqa: PTH208 - names only
    except OSError:
        return None
