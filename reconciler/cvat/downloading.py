"""A file from the server, streamed to a file here: whole, or not there at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Final

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
        raise ReconcilerError(f"{doing}: {to} cannot be written: {error.strerror}") from None
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
        got = 0
        with part.open("wb") as file:
            while piece := response.read(_PIECE, decode_content=False):
                if stop.is_set():
                    raise Stopped(f"{doing}: stopped")
                file.write(piece)
                got += len(piece)
                if on_progress is not None:
                    on_progress(min(1.0, got / size) if size else None)
            file.flush()
            os.fsync(file.fileno())
    if size is not None and got != size:
        raise ServerError(f"{doing}: {got} bytes came of {size}", status=0, hint="try again")


def _announced(response: BaseHTTPResponse) -> int | None:
    said = response.headers.get("Content-Length", "")
    return int(said) if said.isdigit() else None
