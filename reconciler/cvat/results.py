"""What work in the background has made: a file, downloaded from where the request says it is."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from urllib.parse import parse_qsl, urlsplit

from reconciler.cvat.downloading import download
from reconciler.cvat.requests import Finished, OnProgress
from reconciler.cvat.session import Session
from reconciler.errors import ServerError


def fetch_result(
    session: Session, done: Finished, to: Path, doing: str, *, stop: Event, on_progress: OnProgress | None = None
) -> None:
    """Download the file of finished work; whole, or not there at all.

    Raises ServerError, Stopped, or ReconcilerError when the file cannot be written.
    """
    if not done.result_url:
        raise ServerError(f"{doing}: the server does not say where the file is", status=200)
    # The server knows itself by other addresses than we do: only path and query count.
    place = urlsplit(done.result_url)
    asked = dict(parse_qsl(place.query, keep_blank_values=True))
    download(session, place.path, to, doing, query=asked, stop=stop, on_progress=on_progress)
