"""A server that says exactly what a test tells it to, right or wrong; for what a sandbox would never do."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

CVAT_JSON = "application/vnd.cvat+json"


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]  # names in lower case
    body: bytes
    line: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Says:
    """One answer. `length` overrides Content-Length (a cut-off body); `hang_up` closes without a word."""

    status: int = 200
    body: Any = None
    content_type: str = CVAT_JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None
    hang_up: bool = False

    @property
    def payload(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()


Script = Callable[[Asked], Says]

ME = {"id": 1, "username": "ann", "is_superuser": False}
HTML = "<!doctype html><html><head><title>Sign in</title></head><body>Sign in to the VPN</body></html>"


class ScriptedServer:
    """Answers by path; `answers[path]` is an answer, a list of answers (the last repeats), or a function."""

    def __init__(self) -> None:
        self.requests: list[Asked] = []
        self.answers: dict[str, Says | list[Says] | Script] = {
            "/api/users/self": Says(body=ME),
            "/api/server/about": Says(body={"version": "2.54.1", "name": "CVAT"}),
        }
        self.otherwise = Says(404, {"detail": "Not found."})
        self.url = ""
        self._lock = threading.Lock()

    def answer(self, asked: Asked) -> Says:
        with self._lock:
            self.requests.append(asked)
            found = self.answers.get(asked.path, self.otherwise)
            if isinstance(found, list):
                return found.pop(0) if len(found) > 1 else found[0]
        return found if isinstance(found, Says) else found(asked)

    def asked(self, path: str) -> list[Asked]:
        """The requests for one path, in order."""
        return [request for request in self.requests if request.path == path]

    def then(self, path: str, *answers: Says) -> None:
        """Answer a path with these, one after another; the last stays."""
        self.answers[path] = list(answers)


@contextmanager
def scripted_server(tls: ssl.SSLContext | None = None) -> Iterator[ScriptedServer]:
    server = ScriptedServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            says = server.answer(Asked(self.command, parts.path, query, headers, body, self.requestline))
            if says.hang_up:
                self.close_connection = True
                return
            self.send_response(says.status)
            self.send_header("Content-Type", says.content_type)
            if says.status != 204:
                self.send_header("Content-Length", str(len(says.payload) if says.length is None else says.length))
            for name, value in says.headers.items():
                self.send_header(name, value)
            if says.length is not None:
                self.close_connection = True
            self.end_headers()
            if self.command != "HEAD" and says.status != 204:
                self.wfile.write(says.payload)

        do_GET = do_HEAD = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815 - the names that http.server calls

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            pass  # clients that go away in the middle are part of the tests

    http = Quiet(("127.0.0.1", 0), Handler)
    if tls is not None:
        http.socket = tls.wrap_socket(http.socket, server_side=True)
    server.url = f"{'https' if tls else 'http'}://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
