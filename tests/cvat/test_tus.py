from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest

from reconciler.cvat import Session, tus
from reconciler.cvat.tus import NameTakenError, send_file
from reconciler.errors import ServerError

from .scripted import HTML, Asked, Says, ScriptedServer

PLACE = "/api/tasks/backup/"
WHERE = f"{PLACE}1_abc"
CREATED = Says(201, headers={"Location": "http://inside:8080/api/tasks/backup/1_abc", "Upload-Filename": "1_abc"})


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tus, "CHUNK", 4)
    monkeypatch.setattr(tus, "_PAUSE", 0.0)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.zip"
    path.write_bytes(b"0123456789")
    return path


def send(session: Session, file: Path) -> tuple[str, list[int]]:
    seen: list[int] = []
    name = send_file(session, "/api/tasks/backup", file, file.name, stop=Event(), on_bytes=seen.append)
    return name, seen


def taking(asked: Asked) -> Says:
    """A server that takes everything it is sent."""
    return Says(204, headers={"Upload-Offset": str(int(asked.headers["upload-offset"]) + len(asked.body))})


def test_parts(server: ScriptedServer, session: Session, file: Path) -> None:
    server.answers[PLACE], server.answers[WHERE] = CREATED, taking
    assert send(session, file) == ("1_abc", [4, 8, 10])
    created, *parts = server.requests
    assert created.headers["origin"] == server.url
    assert (created.headers["upload-length"], created.headers["upload-metadata"]) == ("10", "filename YS56aXA=")
    assert [part.body for part in parts] == [b"0123", b"4567", b"89"]
    assert {part.headers["content-type"] for part in parts} == {"application/offset+octet-stream"}


def test_a_part_that_arrived_in_part(server: ScriptedServer, session: Session, file: Path) -> None:
    """Newer servers keep what came before the connection broke; HEAD tells."""
    here = Says(200, headers={"Upload-Offset": "2", "Upload-Length": "10"})
    got = [Says(hang_up=True), here]
    server.answers[PLACE] = CREATED
    server.answers[WHERE] = lambda asked: got.pop(0) if got else taking(asked)
    assert send(session, file) == ("1_abc", [2, 6, 10])


@pytest.mark.parametrize("head", [Says(404), Says(500, HTML, "text/html")])
def test_of_a_whole_file_the_upload_is_forgotten(
    server: ScriptedServer, session: Session, file: Path, head: Says
) -> None:
    """The answer to the last part was lost; asked, the server does not know the upload any more."""
    server.answers[PLACE] = CREATED

    def says(asked: Asked) -> Says:
        if asked.method == "HEAD":
            return head
        return Says(hang_up=True) if asked.headers["upload-offset"] == "8" else taking(asked)

    server.answers[WHERE] = says
    assert send(session, file) == ("1_abc", [4, 8, 10])


def test_an_upload_that_vanished(server: ScriptedServer, session: Session, file: Path) -> None:
    server.answers[PLACE], server.answers[WHERE] = CREATED, Says(404)
    with pytest.raises(ServerError, match=r"a\.zip cannot be sent \(404\)"):
        send(session, file)


def test_a_server_that_takes_nothing(server: ScriptedServer, session: Session, file: Path) -> None:
    server.answers[PLACE] = CREATED
    server.answers[WHERE] = lambda asked: (
        Says(200, headers={"Upload-Offset": "0"}) if asked.method == "HEAD" else Says(500, HTML, "text/html")
    )
    with pytest.raises(ServerError, match=r"a\.zip cannot be sent: the server failed \(500\)"):
        send(session, file)
    assert len([asked for asked in server.requests if asked.method == "PATCH"]) == 5


def test_too_large(server: ScriptedServer, session: Session, file: Path) -> None:
    server.answers[PLACE] = Says(413, "File size exceeds max limit of 5 bytes", "text/plain")
    with pytest.raises(ServerError, match=r"a\.zip cannot be sent \(413\): File size exceeds max limit"):
        send(session, file)


def test_no_more_rights(server: ScriptedServer, session: Session, file: Path) -> None:
    server.answers[PLACE], server.answers[WHERE] = CREATED, Says(403, {"detail": "not allowed"})
    with pytest.raises(ServerError, match="not allowed"):
        send(session, file)
    assert len(server.requests) == 2


def test_a_name_that_is_taken(server: ScriptedServer, session: Session, file: Path) -> None:
    server.answers[PLACE] = Says(409, "File with same name already exists", "text/plain")
    with pytest.raises(NameTakenError):
        send(session, file)


def test_a_creation_without_a_location(server: ScriptedServer, session: Session, file: Path) -> None:
    server.answers[PLACE] = Says(200, HTML, "text/html")
    with pytest.raises(ServerError, match="the answer is not CVAT's JSON"):
        send(session, file)
