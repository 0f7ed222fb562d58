"""A file from the server, streamed to a file here: whole, or not there at all."""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import BinaryIO, Final, cast

from urllib3.response import BaseHTTPResponse

from reconciler.cvat.refusals import broken, refusal
from reconciler.cvat.requests import OnProgress, Stopped
from reconciler.cvat.session import Session
from reconciler.cvat.transport import Answer, NoAnswer, Query
from reconciler.errors import ReconcilerError, ServerError

_PIECE: Final = 2**20  # bytes read at once
_TRIES: Final = 3
_PAUSE: Final = 1.0  # seconds before the next try, times how many there were
_MOST_OF_A_REFUSAL: Final = 20_000
_MAKE_ROOM: Final = "Free some space and run the same command again."
_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def download(
    session: Session,
    path: str,
    to: Path,
    doing: str,
    *,
    query: Query | None = None,
    stop: Event,
    on_progress: OnProgress | None = None,
) -> None:
    """Download a file. It grows as `<name>.part` beside its place, and gets there when it is as long as announced.

    Raises ServerError, Stopped, or ReconcilerError when it cannot be written (a full disk); nothing is left behind.
    """
    part = to.with_name(to.name + ".part")
    try:
        for number in range(1, _TRIES + 1):
            try:
                _fetch(session, path, query, part, doing, stop, on_progress)
                break
            except NoAnswer as failure:
                if number == _TRIES:
                    raise broken(doing, failure) from None
            stop.wait(_PAUSE * number)
        part.replace(to)
    except OSError as error:
        raise _unwritable(doing, to, error) from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _fetch(
    session: Session,
    path: str,
    query: Query | None,
    part: Path,
    doing: str,
    stop: Event,
    on_progress: OnProgress | None,
) -> None:
    with session.transport.stream(path, query) as response:
        if not 200 <= response.status <= 299:
            headers = {name.lower(): value for name, value in response.headers.items()}
            body = response.read(_MOST_OF_A_REFUSAL, decode_content=True)
            raise refusal(doing, Answer(response.status, headers, body))
        size = _announced(response)
        _require_room(doing, part, size or 0)
        got = 0
        with _opened(doing, part) as file:
            while piece := response.read(_PIECE, decode_content=False):
                if stop.is_set():
                    raise Stopped(f"{doing}: stopped")
                _write(doing, part, file, piece)
                got += len(piece)
                if on_progress is not None:
                    on_progress(min(1.0, got / size) if size else None)
            _write(doing, part, file, b"")
    if size is not None and got != size:
        raise ServerError(f"{doing}: {got} bytes came of {size}", status=0, hint="try again")


def _require_room(doing: str, part: Path, size: int) -> None:
    free = shutil.disk_usage(part.parent).free
    if size > free:
        what = f"{doing}: it has {size} bytes, and the disk of {part.parent} takes only {free} more"
        raise ReconcilerError(what, hint=_MAKE_ROOM)


def _opened(doing: str, part: Path) -> BinaryIO:
    try:
        return cast("BinaryIO", part.open("wb", buffering=0))
    except OSError as error:
        raise _unwritable(doing, part, error) from None


def _write(doing: str, part: Path, file: BinaryIO, piece: bytes) -> None:
    """Write a piece; nothing more: everything to the disk. Said here, for in a stream it would pass as its failure."""
    try:
        rest = memoryview(piece)
        while rest:
            rest = rest[file.write(rest) :]
        if not piece:
            os.fsync(file.fileno())
    except OSError as error:
        raise _unwritable(doing, part, error) from None


def _unwritable(doing: str, to: Path, error: OSError) -> ReconcilerError:
    if error.errno in _FULL:
        return ReconcilerError(f"{doing}: the disk of {to.parent} is full", hint=_MAKE_ROOM)
    return ReconcilerError(f"{doing}: it cannot be written to {to.parent}: {error.strerror}")


def _announced(response: BaseHTTPResponse) -> int | None:
    said = response.headers.get("Content-Length", "")
    return int(said) if said.isdigit() else None
