"""One file sent in parts, over connections that break: what arrived is asked for, and the rest sent.

CVAT's way with TUS, as its SDK goes it (`_upload_with_tus` of cvat_sdk.core.uploading): a POST tells length and name,
PATCHes bring the bytes, HEAD says how many have arrived. Ours stops when a person says so, and is not thrown by the
last answer getting lost: of a file that is whole the server forgets the upload (CVAT's TusFile.clean).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Final
from urllib.parse import urlsplit

from reconciler.cvat.refusals import broken, not_cvat_json, refusal
from reconciler.cvat.requests import Stopped
from reconciler.cvat.session import Session
from reconciler.cvat.transport import Answer, NoAnswer, Payload
from reconciler.errors import ReconcilerError, ServerError

CHUNK: Final = 10 * 2**20  # bytes in one message: as much as the SDK sends, so what proxies before CVAT let through
_MOST_FAILURES: Final = 5  # one after the other, without a byte getting through
_PAUSE: Final = 0.5  # seconds after a failure, times how many there were
_VERSION: Final = {"Tus-Resumable": "1.0.0"}

OnBytes = Callable[[int], None]
"""Told how many bytes of the file have arrived."""


class NameTakenError(ServerError):
    """The server has a whole file of this name already, for the same task."""


def send_file(session: Session, path: str, file: Path, name: str, *, stop: Event, on_bytes: OnBytes) -> str:
    """Send a file to one of the server's addresses for uploads; gives the name that the server knows it by.

    Raises ServerError (NameTakenError), Stopped, or ReconcilerError when the file cannot be read.
    """
    size = size_of(file)
    doing = f"{name} cannot be sent"
    folder = path.rstrip("/") + "/"
    created = _created(session, folder, name, size, doing)
    # Only the last part counts: the server knows itself by other addresses than we do.
    where = folder + urlsplit(created.headers["location"]).path.rpartition("/")[2]
    arrived, failures = 0, 0
    try:
        with file.open("rb") as source:
            while arrived < size:
                if stop.is_set():
                    raise Stopped(f"{doing}: stopped", hint="what has arrived is not used")
                source.seek(arrived)
                before, problem = arrived, _send_part(session, where, source.read(CHUNK), arrived, doing)
                arrived = problem if isinstance(problem, int) else _arrived(session, where, arrived, size, problem)
                on_bytes(arrived)
                failures = 0 if arrived > before else failures + 1
                if failures >= _MOST_FAILURES:
                    raise problem if isinstance(problem, ServerError) else _no_progress(doing)
                if failures:
                    stop.wait(_PAUSE * failures)
    except OSError as error:
        raise ReconcilerError(f"{file} cannot be read: {error.strerror}") from None
    return created.headers.get("upload-filename", name)


def size_of(file: Path) -> int:
    """Say how large a file is. Raises ReconcilerError when it cannot be sent: an empty one is a 500 (CVAT's tus.py)."""
    try:
        size = file.stat().st_size
    except OSError as error:
        raise ReconcilerError(f"{file} cannot be read: {error.strerror}") from None
    if not size:
        raise ReconcilerError(f"{file} is empty", hint="CVAT takes no empty files: leave it out")
    return size


def _created(session: Session, folder: str, name: str, size: int, doing: str) -> Answer:
    headers = {
        **_VERSION,
        "Origin": session.transport.origin,
        "Upload-Length": str(size),
        "Upload-Metadata": f"filename {b64encode(name.encode()).decode()}",
    }
    try:
        try:
            answer = session.transport.exchange("POST", folder, payload=Payload.json(None), headers=headers)
        except NoAnswer:  # a second one does no harm: the first, if it is there, gets no bytes
            answer = session.transport.exchange("POST", folder, payload=Payload.json(None), headers=headers)
    except NoAnswer as failure:
        raise broken(doing, failure) from None
    if answer.status == 409:
        raise NameTakenError(f"{doing}: the server has a file of this name", status=409)
    if not answer.ok:
        raise refusal(doing, answer)
    if not answer.headers.get("location"):
        raise not_cvat_json(doing, answer)
    return answer


def _send_part(session: Session, where: str, part: bytes, start: int, doing: str) -> int | ServerError:
    """Send bytes; gives how many have arrived in all, or what went wrong when that is not known."""
    headers = {**_VERSION, "Upload-Offset": str(start)}
    payload = Payload(part, "application/offset+octet-stream")
    try:
        answer = session.transport.exchange("PATCH", where, payload=payload, headers=headers, once=True)
    except NoAnswer as failure:
        return broken(doing, failure)
    if answer.ok:
        return _offset(answer, start + len(part))
    if answer.status < 500 and answer.status not in (404, 409):
        raise refusal(doing, answer)
    return refusal(doing, answer)


def _arrived(session: Session, where: str, known: int, size: int, problem: ServerError) -> int:
    """Ask how much has arrived after something went wrong."""
    try:
        answer = session.transport.exchange("HEAD", where, headers=_VERSION)
    except NoAnswer:
        return known
    if answer.ok:
        return min(_offset(answer, known), size)
    if size - known <= CHUNK and problem.status in (0, 404, 409, 502, 504):
        # The last part was sent, and the server does not know the upload (any more): it forgets those that are whole.
        return size
    raise problem


def _offset(answer: Answer, otherwise: int) -> int:
    said = answer.headers.get("upload-offset", "")
    return int(said) if said.isdigit() else otherwise


def _no_progress(doing: str) -> ServerError:
    return ServerError(f"{doing}: the server takes no more of it", status=0)
