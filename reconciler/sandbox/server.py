"""Running the server: in a thread for tests, in the foreground for people."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from contextlib import suppress
from types import TracebackType

import uvicorn
from starlette.types import ASGIApp, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

_connections: dict[tuple[str, int], asyncio.Transport] = {}


class _CuttableProtocol(H11Protocol):
    """HTTP whose connections can be found by their other end, and cut."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        _connections[transport.get_extra_info("peername")] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self.client is not None:
            _connections.pop(self.client, None)
        super().connection_lost(exc)


def cut(scope: Scope) -> None:
    """Cut the connection that a request came over."""
    _connections[tuple(scope["client"])].abort()


def listen(host: str, port: int) -> socket.socket:
    """Take a port, or raise OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio sends small packets at once (TCP_NODELAY) only when it is.
    taken = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((host, port))
        taken.listen(128)
    except OSError:
        taken.close()
        raise
    return taken


class _PromptServer(uvicorn.Server):
    """Stops as soon as it is told to. Uvicorn looks ten times a second, and waits once more; tests start thousands."""

    _told: asyncio.Event | None = None
    _loop: asyncio.AbstractEventLoop | None = None

    async def main_loop(self) -> None:
        """Serve until it is time to stop."""
        self._loop, self._told = asyncio.get_running_loop(), asyncio.Event()
        until = [asyncio.ensure_future(super().main_loop()), asyncio.ensure_future(self._told.wait())]
        await asyncio.wait(until, return_when=asyncio.FIRST_COMPLETED)
        for one in until:
            one.cancel()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close everything; what is being answered may still be, for two seconds."""
        for server in self.servers:
            server.close()
        for taken in sockets or []:
            taken.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if self.server_state.tasks:
            await asyncio.wait(list(self.server_state.tasks), timeout=2)

    def stop(self) -> None:
        """Tell it, from any thread."""
        self.should_exit = True
        if self._loop is not None and self._told is not None:
            with suppress(RuntimeError):  # it has ended by itself
                self._loop.call_soon_threadsafe(self._told.set)


def _server(app: ASGIApp) -> _PromptServer:
    config = uvicorn.Config(
        app,
        http=_CuttableProtocol,
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        log_level=logging.WARNING,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    return _PromptServer(config)


def serve(app: ASGIApp, taken: socket.socket) -> None:
    """Serve in the foreground until Ctrl-C."""
    try:
        _server(app).run(sockets=[taken])
    except KeyboardInterrupt:
        pass
    finally:
        taken.close()


class BackgroundServer:
    """A server in a thread of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._socket = listen("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._server = _server(app)
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])

    def start(self) -> None:
        """Start it. The socket listens already, so that the first request waits instead of failing."""
        self._thread.start()

    def stop(self) -> None:
        """Stop it and wait until it has stopped."""
        self._server.stop()
        self._thread.join(timeout=10)
        self._socket.close()

    def __enter__(self) -> BackgroundServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
