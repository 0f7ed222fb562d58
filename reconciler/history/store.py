"""The state store: named blobs in a folder, behind an interface that is small enough for a bucket to offer as well.

Nothing is made before something is written: planning and looking at the history of a folder that is not there leaves
it that way. Whoever writes holds the lock (`reconciler.history.lock`), except where `create` decides who was first.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from reconciler.errors import StateError
from reconciler.history.durable import (
    TEMPORARY,
    append_line,
    arriving_file,
    create_file,
    make_folder,
    replace_file,
    sync_folder,
)

_PART = re.compile(r"[A-Za-z0-9._-]+")
_ABANDONED = 3600.0  # seconds: no write takes that long, so an unfinished file of this age is nobody's any more
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_LINKS = {errno.EOPNOTSUPP, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS}


class StateStore:
    """Blobs by name (`runs/20261122-155501-3f2a/run.json`) in one folder, private to its owner."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._appending = threading.Lock()

    def path(self, name: str) -> Path:
        """Where a blob lives. Names that would lead out of the folder are refused."""
        parts = name.split("/")
        if parts[-1].startswith(TEMPORARY) or any(part in (".", "..") or not _PART.fullmatch(part) for part in parts):
            raise StateError(f"{name!r} is no name of a file in the state store {self.folder}")
        return self.folder / name

    def read(self, name: str) -> bytes | None:
        """The blob's content; None if there is none (or no store at all)."""
        path = self.path(name)
        with self._explained("read", path):
            try:
                return path.read_bytes()
            except FileNotFoundError:
                return None

    def write(self, name: str, data: bytes) -> None:
        """Put a blob in place of whatever has this name, durably, and never by halves."""
        path = self.path(name)
        with self._explained("write", path):
            self._prepare(path.parent)
            replace_file(path, data)

    def create(self, name: str, data: bytes) -> bool:
        """Put a blob if nothing has this name: True for exactly one of any number of callers."""
        path = self.path(name)
        with self._explained("write", path):
            self._prepare(path.parent)
            return create_file(path, data)

    def append(self, name: str, line: bytes) -> None:
        """Add one line to a blob; it is on the disk when this returns. Threads take turns."""
        if b"\n" in line:
            raise ValueError("one line at a time")
        path = self.path(name)
        with self._explained("write", path), self._appending:
            self._prepare(path.parent)
            append_line(path, line)

    @contextmanager
    def receive(self, name: str) -> Iterator[Path]:
        """A blob that is too large for the memory: the block fills the file that it is given.

        Nothing has the name before the block ends well; a file that the block leaves by an error is removed.
        """
        path = self.path(name)
        with self._explained("write", path):
            self._prepare(path.parent)
            with arriving_file(path) as arriving:
                yield arriving

    def fingerprint(self, name: str) -> tuple[str, int] | None:
        """The sha256 and the size of a blob, read in pieces; None if there is none."""
        path = self.path(name)
        with self._explained("read", path):
            try:
                with path.open("rb") as file:
                    return hashlib.file_digest(file, "sha256").hexdigest(), os.fstat(file.fileno()).st_size
            except FileNotFoundError:
                return None

    def free(self) -> int:
        """How many bytes the disk still takes."""
        folder = self.folder
        while not folder.exists() and folder.parent != folder:
            folder = folder.parent
        with self._explained("look at the space for", self.folder):
            return shutil.disk_usage(folder).free

    def remove_folder(self, name: str) -> None:
        """Take all blobs under a name away (`snapshots/…/task-42`), finished or not, and the folder with them."""
        path = self.path(name)
        with self._explained("remove", path):
            for file in [*_files(path), *_files(path, temporary=True)]:
                file.unlink(missing_ok=True)
            for folder, _, _ in os.walk(path, topdown=False):
                Path(folder).rmdir()
            if path.parent.is_dir():
                sync_folder(path.parent)

    def remove(self, name: str) -> None:
        """Take a blob away, if it is there."""
        path = self.path(name)
        with self._explained("remove", path):
            path.unlink(missing_ok=True)

    def names(self, prefix: str = "") -> list[str]:
        """The names of all blobs that start with `prefix`, sorted. Unfinished files of a killed process are none."""
        start = self.path(prefix.rstrip("/")) if "/" in prefix else self.folder
        base = start if prefix.endswith("/") else start.parent if "/" in prefix else start
        with self._explained("list", base):
            found = [path.relative_to(self.folder).as_posix() for path in _files(base)]
        return sorted(name for name in found if name.startswith(prefix))

    def sweep(self) -> None:
        """Remove the unfinished files that killed processes left long ago."""
        with self._explained("clean up", self.folder):
            for path in list(_files(self.folder, temporary=True)):
                with suppress(FileNotFoundError):
                    if path.stat().st_mtime < time.time() - _ABANDONED:
                        path.unlink()

    def prepare(self) -> None:
        """Make the folder, if it is missing."""
        with self._explained("write", self.folder):
            self._prepare(self.folder)

    def _prepare(self, folder: Path) -> None:
        if folder.is_dir():
            return
        new = not self.folder.is_dir()
        make_folder(folder)
        if new:
            # Run ids, user names and annotators' assignments are nothing for a Git history. Only in a new folder: who
            # removes the file on purpose keeps it removed.
            create_file(self.folder / ".gitignore", b"*\n")

    @contextmanager
    def _explained(self, doing: str, path: Path) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StateError(f"Cannot {doing} {path}: {_reason(error)}", hint=_advice(error, self.folder)) from error


def _files(folder: Path, *, temporary: bool = False) -> Iterator[Path]:
    try:
        with os.scandir(folder) as found:
            entries = list(found)
    except FileNotFoundError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _files(folder / entry.name, temporary=temporary)
        elif entry.name.startswith(TEMPORARY) is temporary:
            yield folder / entry.name


def _reason(error: OSError) -> str:
    if error.errno in _FULL:
        return "the disk is full (or a size limit is reached)"
    return error.strerror or str(error)


def _advice(error: OSError, folder: Path) -> str:
    if error.errno in _FULL:
        return "Free some space and run the same command again."
    if error.errno in _NO_LINKS:
        return "This file system has no hard links; put the state on another one with --state DIR."
    if error.errno in _FORBIDDEN:
        return f"Give yourself access to {folder}, or name another folder with --state DIR."
    if isinstance(error, NotADirectoryError | FileExistsError | IsADirectoryError):
        return f"{folder} has to be a folder of its own; move away what is there, or name another with --state DIR."
    return f"Check {folder}, or name another folder with --state DIR."
