"""One file sent for the server to work on: CVAT's three messages around TUS, and the request that does the work."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from threading import Event

from pydantic import JsonValue

from reconciler.cvat.refusals import broken, refusal
from reconciler.cvat.requests import OnProgress, Ordered, ordered
from reconciler.cvat.session import Session
from reconciler.cvat.transport import Answer, NoAnswer, Payload, Query
from reconciler.cvat.tus import send_file, size_of
from reconciler.errors import ServerError


def order_with_file(
    session: Session,
    path: str,
    file: Path,
    doing: str,
    *,
    query: Mapping[str, str],
    stop: Event,
    on_progress: OnProgress | None = None,
) -> Ordered:
    """Send a file and order the work on it. The file's name goes as `filename`.

    Raises ServerError; status 0 when it is not known whether the server has begun.
    """
    size = size_of(file)
    asked = {**query, "filename": file.name}
    start_upload(session, path, doing, asked)

    def tell(arrived: int) -> None:
        if on_progress is not None:
            on_progress(arrived / size)

    asked["filename"] = send_file(session, path, file, file.name, stop=stop, on_bytes=tell)
    answer = finish_upload(session, path, doing, query=asked)
    if not answer.ok and answer.status != 409:
        raise refusal(doing, answer)
    return ordered(answer, doing)


def start_upload(session: Session, path: str, doing: str, query: Query | None = None) -> None:
    """Say that an upload begins: it changes nothing on the server, and is said again when the answer was lost."""
    try:
        answer = _message(session, path, "Upload-Start", query, None, doing)
    except ServerError:
        answer = _message(session, path, "Upload-Start", query, None, doing)
    if not answer.ok:
        raise refusal(doing, answer)


def finish_upload(
    session: Session, path: str, doing: str, *, query: Query | None = None, body: JsonValue = None
) -> Answer:
    """Say that all is sent and what is to be done with it; any status. Raises ServerError without an answer."""
    return _message(session, path, "Upload-Finish", query, body, doing)


def _message(session: Session, path: str, name: str, query: Query | None, body: JsonValue, doing: str) -> Answer:
    try:
        # The header counts, not its value (the SDK sends none either).
        return session.transport.exchange(
            "POST", path, query=query, payload=Payload.json(body), headers={name: ""}, patient=True
        )
    except NoAnswer as failure:
        raise broken(doing, failure) from None
