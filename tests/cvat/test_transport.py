from __future__ import annotations

import pytest

from reconciler.cvat import Credentials, Session, connect
from reconciler.cvat.traffic import DEFAULT_RETRY, Traffic
from reconciler.cvat.transport import NoAnswer, Payload

from .scripted import Asked, Says, ScriptedServer
from .test_connecting import LOGGED_IN, SECRET


def test_a_form(server: ScriptedServer, session: Session) -> None:
    server.answers["/api/x"] = Says(201)
    payload = Payload.form({"image_quality": "70", "client_files[0]": ("ä b.png", b"\x89PNG")})
    assert session.transport.exchange("POST", "/api/x", payload=payload, headers={"Upload-Multiple": ""}).status == 201
    (asked,) = server.requests
    assert asked.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert asked.headers["upload-multiple"] == ""
    assert 'name="client_files[0]"; filename="ä b.png"'.encode() in asked.body
    assert b"\x89PNG" in asked.body


def test_a_file_as_it_comes(server: ScriptedServer, session: Session) -> None:
    server.answers["/api/x"] = Says(body=b"abcdef", content_type="application/zip")
    with session.transport.stream("/api/x", {"rq_id": "a=b&c"}) as response:
        assert (response.read(3), response.read(), response.status) == (b"abc", b"def", 200)
    assert server.requests[0].query == {"rq_id": "a=b&c"}


def test_a_file_that_is_cut_off(server: ScriptedServer, session: Session) -> None:
    server.answers["/api/x"] = Says(body=b"abc", length=10)
    with pytest.raises(NoAnswer), session.transport.stream("/api/x") as response:
        response.read()


def test_what_goes_wrong_here_is_not_blamed_on_the_connection(server: ScriptedServer, session: Session) -> None:
    server.answers["/api/x"] = Says(body=b"abc")
    with pytest.raises(OSError, match="full"), session.transport.stream("/api/x"):
        raise OSError("the disk is full")


@pytest.mark.parametrize(("timeout", "long"), [(60, 600), (900, 900)])
def test_patience(timeout: float, long: float) -> None:
    assert Traffic(timeout=timeout, retry=DEFAULT_RETRY, rate=None).long_timeout.read_timeout == long


def test_an_origin_that_a_server_behind_a_proxy_takes(server: ScriptedServer) -> None:
    """Where it refuses an https Origin, it knows itself by http; uploads need one all the same."""

    def refuses(asked: Asked) -> Says:
        return Says(403, {"detail": "Origin checking failed"}) if "origin" in asked.headers else Says(body={"id": 1})

    server.answers |= {"/api/auth/login": LOGGED_IN, "/api/tasks/1": refuses}
    with connect(credentials=Credentials(server.url, username="ann", password=SECRET), environ={}) as session:
        transport = session.transport
        transport.url = transport.url.replace("http://", "https://")
        assert transport.origin == transport.url
        transport.url = server.url
        transport.request("PATCH", "/api/tasks/1", body={"name": "x"})
        transport.url = transport.url.replace("http://", "https://")
        assert transport.origin == server.url
