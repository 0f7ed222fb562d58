"""Writing a file that a person named: never over another one unasked, and whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from reconciler.errors import ReconcilerError


def check_can_save(path: Path, *, force: bool) -> None:
    """Refuse before anything else is done.

    Raises:
        ReconcilerError: the file is there, or there is no folder for it.
    """
    if str(path) == "-":
        raise ReconcilerError("--save needs a file's name", hint="standard output shows the plan")
    if not force and os.path.lexists(path):
        raise ReconcilerError(f"there is a file {path} already", hint="name another one, or overwrite it with --force")
    if not path.parent.is_dir():
        raise ReconcilerError(f"there is no folder {path.parent}", hint="make it first")


def save_manifest(path: Path, text: str, *, force: bool) -> None:
    """Write it.

    Raises:
        ReconcilerError: it cannot be written, or the file came to be meanwhile.
    """
    try:
        if not force:
            with path.open("x", encoding="utf-8") as stream:
                stream.write(text)
            return
        handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
            Path(beside).chmod(0o666 & ~_umask())
            Path(beside).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(beside).unlink()
            raise
    except FileExistsError:
        raise ReconcilerError(f"there is a file {path} already", hint="overwrite it with --force") from None
    except OSError as error:
        raise ReconcilerError(f"cannot write {path}: {error.strerror or error}") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
