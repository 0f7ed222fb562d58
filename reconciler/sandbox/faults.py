"""Trouble on demand, and a record of what was asked: the layer around the application.

Failures, cut connections, delays, and somebody else who changes things just before a request is handled.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reconciler.sandbox.call import query_of

Kind = Literal["fail", "drop", "before", "delay"]


@dataclass
class Asked:
    """A request that the server got, and the status of its answer (0 if there was none)."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    status: int = 0


@dataclass
class Fault:
    """Something that is to happen to the next requests that match."""

    kind: Kind
    method: str
    path: re.Pattern[str]
    times: int | None
    status: int = 503
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    after_write: bool = False
    callback: Callable[[], object] | None = None
    seconds: float = 0.0

    def matches(self, method: str, path: str) -> bool:
        """Tell whether it is meant for a request."""
        return self.method in ("*", method) and self.path.search(path) is not None


class Faults:
    """Wraps an application: records what it is asked, and lets the planned faults happen."""

    def __init__(self, app: ASGIApp, cut: Callable[[Scope], None]) -> None:
        self._app = app
        self._cut = cut
        self._lock = threading.Lock()
        self._planned: list[Fault] = []
        self.requests: list[Asked] = []

    def plan(self, fault: Fault) -> None:
        """Plan a fault."""
        with self._lock:
            self._planned.append(fault)

    def clear(self) -> None:
        """Forget the planned faults."""
        with self._lock:
            self._planned.clear()

    def _due(self, method: str, path: str) -> list[Fault]:
        """Give the first planned fault of each kind that a request meets, and use it up by one."""
        due: dict[Kind, Fault] = {}
        with self._lock:
            for fault in self._planned:
                if fault.kind not in due and fault.matches(method, path):
                    due[fault.kind] = fault
                    if fault.times is not None:
                        fault.times -= 1
            self._planned = [fault for fault in self._planned if fault.times is None or fault.times > 0]
        return list(due.values())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = _asked(scope)
        self.requests.append(asked)
        due = {fault.kind: fault for fault in self._due(asked.method, asked.path)}
        if delay := due.get("delay"):
            await asyncio.sleep(delay.seconds)
        if (before := due.get("before")) and before.callback:
            # In a thread, because it may well call this server.
            await asyncio.to_thread(before.callback)
        if drop := due.get("drop"):
            if drop.after_write:
                await self._app(scope, receive, _ignored)
            self._cut(scope)
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        if fail := due.get("fail"):
            asked.status = fail.status
            await _send_failure(fail, receive, send)
            return

        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                asked.status = message["status"]
            await send(message)

        await self._app(scope, receive, note)


async def _ignored(message: Message) -> None:
    del message


def _asked(scope: Scope) -> Asked:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    return Asked(scope["method"], scope["path"], query_of(scope["query_string"].decode()), headers)


async def _send_failure(fault: Fault, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        pass  # the body is read to its end, so that the connection can be used again
    headers: Mapping[str, str] = {"content-length": str(len(fault.body)), **fault.headers}
    raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": fault.status, "headers": raw})
    await send({"type": "http.response.body", "body": fault.body})
