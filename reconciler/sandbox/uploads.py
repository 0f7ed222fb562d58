"""Uploads in several messages: files sent together, and TUS, which goes on where it was cut.

CVAT wraps TUS in two messages of its own: one with ``Upload-Start`` before, one with ``Upload-Finish`` after.
"""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Callable

from reconciler.sandbox.answers import Answer, Refusal, crash, refuse
from reconciler.sandbox.archives import UnsafeArchive, check_name
from reconciler.sandbox.call import Call
from reconciler.sandbox.store import Store

_LARGEST = 512 * 2**20
_TUS = {"Tus-Resumable": "1.0.0", "Access-Control-Expose-Headers": "Location, Upload-Filename, Upload-Offset"}
_CHUNK_TYPE = "application/offset+octet-stream"

Finish = Callable[[Call, list[tuple[str, bytes]]], Answer]


def receive(call: Call, place: str, finish: Finish, *, keep_names: bool = False) -> Answer:
    """Answer one message of an upload; the last one gives the files to ``finish``.

    ``place`` says what the files are for. Names are kept where they mean something (a task's data), and so are the
    files, until ``forget`` is called; elsewhere the file is found by the name that the creation answered.
    """
    if "upload-start" in call.headers:
        return Answer(202, "", None)
    if "tus-resumable" in call.headers:
        return _create(call, place, keep_names=keep_names)
    if "upload-multiple" in call.headers:
        _keep_all(call, place)
        return Answer(200, "", None)
    if keep_names:
        _keep_all(call, place)
        return finish(call, _whole(call.store, place))
    if "upload-finish" not in call.headers:
        return finish(call, [(file.name, file.content) for file in call.files])
    return finish(call, taken(call.store, place, call.query.get("filename", "")))


def names(store: Store, place: str) -> list[str]:
    """The names of all that was kept in a place."""
    return [name for (name,) in store.rows("SELECT name FROM uploads WHERE place = ? ORDER BY rowid", (place,))]


def _keep_all(call: Call, place: str) -> None:
    """Each name once: a second file of a name breaks the server, which undoes the whole message (CVAT's ClientFile)."""
    names = [file.name for file in call.files]
    if len(set(names)) < len(names) or any(is_known(call.store, place, name) for name in names):
        raise crash()
    for file in call.files:
        keep(call.store, place, file.name, file.content)


def is_known(store: Store, place: str, name: str) -> bool:
    """Whether a file of this name was sent, or has begun to be."""
    return bool(store.rows("SELECT id FROM uploads WHERE place = ? AND name = ?", (place, name)))


def _is_whole(store: Store, place: str, name: str) -> bool:
    rows = store.rows("SELECT id, size FROM uploads WHERE place = ? AND name = ?", (place, name))
    return any(_length(store, key) == size for key, size in rows)


def missing(store: Store, place: str) -> list[str]:
    """The names of files that began to be sent, and never became whole."""
    return [name for name in dict.fromkeys(names(store, place)) if not _is_whole(store, place, name)]


def _create(call: Call, place: str, *, keep_names: bool) -> Answer:
    origin = call.headers.get("origin")
    if origin is None:
        # The server builds the Location from it, and breaks without (recorded from CVAT 2.54.1).
        raise crash()
    name = _metadata(call.headers.get("upload-metadata", "")).get("filename", "")
    try:
        check_name(name)
    except UnsafeArchive as error:
        raise refuse(400, str(error), _TUS) from None
    length = call.headers.get("upload-length", "")
    if not length.isdigit():
        raise refuse(400, "Upload-Length is missing", _TUS)
    if int(length) > _LARGEST:
        raise refuse(413, f"File size exceeds max limit of {_LARGEST} bytes", _TUS)
    if not int(length):
        raise crash()  # the server seeks to the byte before the last (CVAT's TusFile.init_file)
    if keep_names and _is_whole(call.store, place, name):
        raise refuse(409, "File with same name already exists", _TUS)
    key = f"{call.user.id}_{uuid.uuid4()}"
    stored = name if keep_names else key
    call.store.execute("INSERT INTO uploads VALUES (?, ?, ?, ?)", (key, place, stored, int(length)))
    location = f"{origin}{call.path.rstrip('/')}/{key}"
    return Answer(201, "", None, headers={**_TUS, "Location": location, "Upload-Filename": stored})


def _metadata(text: str) -> dict[str, str]:
    read = {}
    for pair in text.split(","):
        name, _, value = pair.strip().partition(" ")
        try:
            read[name] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise refuse(400, "Upload-Metadata is not Base64", _TUS) from None
    return read


def go_on(call: Call) -> Answer:
    """Answer HEAD and PATCH of an upload: where it stands, and its next part."""
    store, key = call.store, call.arguments["file_id"]
    rows = store.rows("SELECT name, size FROM uploads WHERE id = ?", (key,))
    offset = _length(store, key)
    if not rows or offset == rows[0][1]:
        # Of a file that is whole the server forgets how it came (CVAT's TusFile.clean).
        raise Refusal(Answer(404, "", None, headers=_TUS))
    if not key.startswith(f"{call.user.id}_"):
        raise Refusal(Answer(403, "", None, headers=_TUS))
    [(name, size)] = rows
    if call.method in ("HEAD", "GET"):
        headers = {"Upload-Offset": str(offset), "Upload-Length": str(size), "Cache-Control": "no-store"}
        return Answer(200, "", None, headers={**_TUS, **headers})
    here = {**_TUS, "Upload-Offset": str(offset)}
    if call.headers.get("content-type") != _CHUNK_TYPE:
        raise Refusal(Answer(415, "", None, headers=here))
    if call.headers.get("upload-offset") != str(offset):
        raise Refusal(Answer(409, "", None, headers=here))
    if offset + len(call.body) > size:
        raise Refusal(Answer(413, "", None, headers=here))
    store.execute("INSERT INTO upload_parts VALUES (?, ?, ?)", (key, offset, call.body))
    there = offset + len(call.body)
    if there == size and "/" in name:
        # It is renamed into a folder that is not there (CVAT's TusFile.rename).
        raise crash()
    return Answer(204, "", None, headers={**_TUS, "Upload-Offset": str(there)})


def _length(store: Store, key: str) -> int:
    return int(store.value("SELECT coalesce(sum(length(content)), 0) FROM upload_parts WHERE upload_id = ?", (key,)))


def keep(store: Store, place: str, name: str, content: bytes) -> None:
    """Keep a whole file of an upload that is not finished."""
    key = str(uuid.uuid4())
    store.execute("INSERT INTO uploads VALUES (?, ?, ?, ?)", (key, place, name, len(content)))
    store.execute("INSERT INTO upload_parts VALUES (?, 0, ?)", (key, content))


def taken(store: Store, place: str, key: str) -> list[tuple[str, bytes]]:
    """Give the file of an upload and forget it."""
    files = _whole(store, place, key)
    store.execute("DELETE FROM upload_parts WHERE upload_id = ?", (key,))
    store.execute("DELETE FROM uploads WHERE place = ? AND id = ?", (place, key))
    return files


def forget(store: Store, place: str) -> None:
    """Forget all files of a place, or of all places that are like it."""
    store.execute("DELETE FROM upload_parts WHERE upload_id IN (SELECT id FROM uploads WHERE place LIKE ?)", (place,))
    store.execute("DELETE FROM uploads WHERE place LIKE ?", (place,))


def _whole(store: Store, place: str, key: str | None = None) -> list[tuple[str, bytes]]:
    """The files in the order in which they were begun; one that is not whole counts as not sent."""
    sql, values = ("place = ?", [place]) if key is None else ("place = ? AND id = ?", [place, key])
    rows = store.rows(f"SELECT id, name, size FROM uploads WHERE {sql} ORDER BY rowid", values)  # noqa: S608
    files = []
    for upload, name, size in rows:
        parts = store.rows("SELECT content FROM upload_parts WHERE upload_id = ? ORDER BY start", (upload,))
        content = b"".join(part for (part,) in parts)
        if len(content) == size:
            files.append((name, content))
    return files
