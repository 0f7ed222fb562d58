"""A read-only access token is told before the first write."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reconciler.cvat import Credentials, Session, connect
from reconciler.cvat.rights import check_may_write
from reconciler.errors import SessionError
from reconciler.sandbox import Sandbox


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with Sandbox.start(seed="street", tasks=1) as sandbox:
        yield sandbox


def session_by(server: Sandbox, **variables: str) -> Session:
    environ = {"CVAT_HOST": server.url, **variables}
    return connect(credentials=Credentials.from_environment(environ), environ=environ)


def token(server: Sandbox, *, read_only: bool) -> str:
    status, made = server.api("POST", "/api/auth/access_tokens", json={"name": "t", "read_only": read_only})
    assert status == 201
    return str(made["value"])


def test_a_read_only_token_may_not_write(server: Sandbox) -> None:
    with (
        session_by(server, CVAT_ACCESS_TOKEN=token(server, read_only=True)) as session,
        pytest.raises(SessionError, match="read-only"),
    ):
        check_may_write(session)


def test_a_writable_token_and_a_password_may(server: Sandbox) -> None:
    with session_by(server, CVAT_ACCESS_TOKEN=token(server, read_only=False)) as session:
        check_may_write(session)
    with session_by(server, CVAT_USERNAME=server.username, CVAT_PASSWORD=server.password) as session:
        check_may_write(session)


@pytest.mark.parametrize(("status", "body"), [(404, ""), (200, "<html>"), (200, "[]"), (500, "")])
def test_a_server_that_does_not_say_is_left_to_the_writes(server: Sandbox, status: int, body: str) -> None:
    with session_by(server, CVAT_ACCESS_TOKEN=server.token) as session:
        server.fail("GET", "/api/auth/access_tokens/self", status=status, body=body)
        check_may_write(session)
