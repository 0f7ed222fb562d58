from __future__ import annotations

import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from urllib3.util import Retry

from reconciler.cvat import Credentials, Session, connect
from reconciler.cvat.traffic import DEFAULT_RETRY
from reconciler.sandbox import Sandbox

from .scripted import ScriptedServer, scripted_server

NO_WAITING: Retry = DEFAULT_RETRY.new(backoff_factor=0, backoff_jitter=0, respect_retry_after_header=False)
"""The session's own rules for trying again, without the pauses."""


@pytest.fixture(autouse=True)
def _nobody_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the profiles of whoever runs it."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as running:
        yield running


Connect = Callable[..., Session]


@pytest.fixture
def connect_to() -> Iterator[Connect]:
    """Connect to a URL with a token, without pauses between attempts; closed at the end."""
    opened: list[Session] = []

    def open_session(url: str, *, token: str = "a-token", **options: object) -> Session:
        settings: dict[str, object] = {
            "credentials": Credentials(url, token=token),
            "environ": {},
            "retry": NO_WAITING,
            **options,
        }
        session = connect(**settings)  # type: ignore[arg-type]
        opened.append(session)
        return session

    yield open_session
    for session in opened:
        session.close()


@pytest.fixture
def session(server: ScriptedServer, connect_to: Connect) -> Session:
    """A session with the scripted server; the requests of connecting are forgotten."""
    opened = connect_to(server.url)
    server.requests.clear()
    return opened


@pytest.fixture
def closed_port() -> int:
    """A port of this machine on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def own_certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that no authority has signed, as a PEM file and as a server's context."""
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("openssl is needed to make a certificate")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return certificate, context


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A server like CVAT, with 40 finished tasks in the organization acme and a few elsewhere."""
    with Sandbox.start(seed="street", tasks=40) as running:
        yield running


@pytest.fixture
def admin(sandbox: Sandbox, connect_to: Connect) -> Session:
    """The administrator's session with the sandbox, without an organization; what connecting asked is forgotten."""
    opened = connect_to(sandbox.url, token=sandbox.token)
    sandbox.requests.clear()
    return opened


@pytest.fixture(params=["token", "password"])
def anyone(request: pytest.FixtureRequest, sandbox: Sandbox, connect_to: Connect) -> Session:
    """The administrator in the organization acme, by a token and by a password."""
    secret: dict[str, str] = {"token": sandbox.token}
    if request.param == "password":
        secret = {"username": sandbox.username, "password": sandbox.password}
    opened = connect_to(sandbox.url, credentials=Credentials(sandbox.url, **secret), organization="acme")
    sandbox.requests.clear()
    return opened
