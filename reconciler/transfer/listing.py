"""What is in a folder: `checksums.json`, with all that is known of each file, and `SHA256SUMS` for `sha256sum -c`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, ValidationError

from reconciler.errors import ReconcilerError
from reconciler.plan.frozen import Frozen

CHECKSUMS: Final = "checksums.json"
SUMS: Final = "SHA256SUMS"

_WITHOUT_A_LIST: Final = (
    "files go out into another folder (--out), or here once all of this one is moved away; "
    "to bring its files in move only the list away, and they are known by their names"
)

Kind = Literal["annotations", "dataset", "native", "backup"]


class Purpose(Frozen):
    """What a folder is for: all its files are of one kind, and from one place."""

    kind: Kind
    format: str | None = None  # as the server calls it
    server: str

    def __str__(self) -> str:
        what = {
            "annotations": f"annotations ({self.format})",
            "dataset": f"annotations with pictures ({self.format})",
            "native": "annotations in CVAT's own JSON",
            "backup": "backups",
        }[self.kind]
        return f"{what} of {self.server}"


class Entry(Frozen):
    """A file that arrived."""

    name: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=0)
    task: int
    task_name: str
    project: int | None = None
    updated: datetime | None = None  # the task's own date, read before the file was made: whether it is still current
    fetched: datetime


class Listing(Frozen):
    """All of them, by task."""

    format: Literal["reconciler.files/1"] = "reconciler.files/1"
    purpose: Purpose
    files: tuple[Entry, ...] = ()

    def of_task(self, task_id: int) -> Entry | None:
        """The file of a task."""
        return next((one for one in self.files if one.task == task_id), None)

    def encoded(self) -> bytes:
        """As it is written."""
        document = self.model_dump(mode="json")
        return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()

    def sums(self) -> bytes:
        """For `sha256sum -c`. File names hold nothing that it would want escaped (`transfer.names`)."""
        return "".join(f"{one.sha256}  {one.name}\n" for one in self.files).encode()


class Standing(StrEnum):
    """How a listed file is."""

    WHOLE = "whole"
    MISSING = "missing"
    DAMAGED = "damaged"


def read_listing(folder: Path) -> Listing | None:
    """What a folder says that it holds; None if it says nothing.

    Raises:
        ReconcilerError: it cannot be read.
    """
    path = folder / CHECKSUMS
    try:
        return Listing.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is damaged, or no list of this program's"
        raise ReconcilerError(f"{path} cannot be read: {why}", hint=_WITHOUT_A_LIST) from None


def standing(folder: Path, entry: Entry) -> Standing:
    """Whether a listed file is as it arrived; it is read whole."""
    path = folder / entry.name
    if not _is_name(entry.name) or not path.is_file():
        return Standing.MISSING
    try:
        whole = path.stat().st_size == entry.size and sha256_of(path) == entry.sha256
    except OSError:
        return Standing.DAMAGED
    return Standing.WHOLE if whole else Standing.DAMAGED


def merged(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """One for each task, the last that was said; by task."""
    return tuple(sorted({one.task: one for one in entries}.values(), key=lambda one: one.task))


def sha256_of(path: Path) -> str:
    """The digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_name(name: str) -> bool:
    """Whether a name that a list gives stays within its folder."""
    return Path(name).name == name and name not in ("", ".", "..")
