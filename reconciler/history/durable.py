"""Files that survive a crash: complete under their final name or not there at all, and private to their owner.

Everything here raises plain `OSError`; who calls it knows what the file is for and says so.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

FILE_MODE = 0o600
FOLDER_MODE = 0o700
TEMPORARY = ".tmp-"
"""What the name of an unfinished file starts with. A killed process leaves it behind; nobody reads it."""


def make_folder(folder: Path) -> None:
    """Make a folder and the ones above it that are missing, private whatever the umask is, and durably."""
    if folder.is_dir():
        return
    if folder.parent != folder:
        make_folder(folder.parent)
    try:
        folder.mkdir(FOLDER_MODE)
    except FileExistsError:
        if not folder.is_dir():
            raise NotADirectoryError(f"{folder} is a file") from None
        return  # another thread or process was quicker
    folder.chmod(FOLDER_MODE)
    sync_folder(folder.parent)


def replace_file(path: Path, data: bytes) -> None:
    """Put `data` at `path`; at any moment a reader finds the old content or the new, never a part of it."""
    temporary = _write_temporary(path, data)
    try:
        temporary.replace(path)
    except BaseException:
        _remove(temporary)
        raise
    sync_folder(path.parent)


def create_file(path: Path, data: bytes) -> bool:
    """Put `data` at `path` unless something is there: True for exactly one of any number of callers.

    A hard link is both atomic and exclusive; `O_EXCL` on the final name alone would show a half file after a crash.
    """
    temporary = _write_temporary(path, data)
    try:
        os.link(temporary, path)
    except FileExistsError:
        created = False
    except PermissionError as error:
        # What FAT says to a hard link. It is not about permissions: the temporary file was just written next to it.
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP), str(path)) from error
    else:
        created = True
    finally:
        _remove(temporary)
    sync_folder(path.parent)  # also when it was there: its creator may not have come as far as this
    return created


@contextmanager
def arriving_file(path: Path) -> Iterator[Path]:
    """A private file to be filled by the block, however large it is; it gets its name when the block ends well.

    Until then it has one of an unfinished file, and it goes when the block fails.
    """
    temporary = _temporary(path)
    os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE))
    try:
        yield temporary
        temporary.chmod(FILE_MODE)
        _sync_file(temporary)
        temporary.replace(path)
    except BaseException:
        _remove(temporary)
        raise
    sync_folder(path.parent)


def append_line(path: Path, line: bytes) -> None:
    """Add one whole line; it is on the disk when this returns. Callers take turns.

    When the disk is full the part that fitted is taken back, so that the next line does not continue it.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND)
        new = False
    except FileNotFoundError:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, FILE_MODE)
        os.fchmod(handle, FILE_MODE)
        new = True
    try:
        size = os.fstat(handle).st_size
        try:
            _write_all(handle, line + b"\n")
            os.fsync(handle)
        except BaseException:
            with suppress(OSError):
                os.ftruncate(handle, size)
            raise
    finally:
        os.close(handle)
    if new:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable: syncing a file does not sync the entry that leads to it."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_file(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _temporary(path: Path) -> Path:
    return path.with_name(f"{TEMPORARY}{secrets.token_hex(8)}")


def _write_temporary(path: Path, data: bytes) -> Path:
    temporary = _temporary(path)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    try:
        try:
            os.fchmod(handle, FILE_MODE)
            _write_all(handle, data)
            os.fsync(handle)
        finally:
            os.close(handle)
    except BaseException:
        _remove(temporary)
        raise
    return temporary


def _write_all(handle: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
