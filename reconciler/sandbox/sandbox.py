"""The sandbox as tests use it: a server in a thread, with handles on what it holds and how it fails."""

from __future__ import annotations

import json as json_text
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

import urllib3

from reconciler.sandbox import worlds
from reconciler.sandbox.answers import JSON_TYPE
from reconciler.sandbox.app import Server, application
from reconciler.sandbox.background import Background
from reconciler.sandbox.faults import Asked, Fault, Faults
from reconciler.sandbox.links import Doc
from reconciler.sandbox.seeds import seed_store
from reconciler.sandbox.server import BackgroundServer, cut
from reconciler.sandbox.sessions import PASSWORD
from reconciler.sandbox.store import Store
from reconciler.sandbox.throttle import Throttle
from reconciler.sandbox.versions import VERSIONS


class Sandbox:
    """A CVAT-compatible server on this machine."""

    def __init__(
        self,
        store: Store,
        administrator: Doc,
        token: str,
        *,
        server_version: str,
        throttle: bool,
        share: Path | None = None,
        clouds: tuple[Path, ...] = (),
    ) -> None:
        self._store = store
        self._version = VERSIONS[server_version]
        self.token = token
        """A personal access token of the administrator, writable."""
        self.username = str(administrator["username"])
        self.password = PASSWORD
        self._background = Background(store)
        server = Server(store, self._version, Throttle(throttle), self._background, share, clouds)
        self.app = Faults(application(server), cut)
        self.requests: list[Asked] = self.app.requests
        """What was asked so far, in order."""
        self.url = ""

    @classmethod
    def open(
        cls,
        *,
        seed: str = "street",
        tasks: int = 100,
        fixture: Path | str | None = None,
        world: worlds.World | None = None,
        server_version: str = "2.54",
        throttle: bool = True,
        data: Path | str | None = None,
        share: Path | str | None = None,
        clouds: Sequence[Path | str] = (),
    ) -> Sandbox:
        """Prepare a sandbox without starting it.

        ``data`` is a folder whose contents are kept and go on; ``share`` one whose files the server can use; each of
        ``clouds`` one that stands for a cloud storage, the first with the id 1.
        """
        folder = Path(data) if data is not None else None
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        store = Store(folder / "sandbox.sqlite3" if folder is not None else None)
        try:
            lists = Path(fixture) if fixture is not None else None
            administrator, token = seed_store(store, seed=seed, tasks=tasks, fixture=lists, world=world)
        except BaseException:
            store.close()
            raise
        folder = Path(share) if share is not None else None
        return cls(
            store,
            administrator,
            token,
            server_version=server_version,
            throttle=throttle,
            share=folder,
            clouds=tuple(Path(cloud) for cloud in clouds),
        )

    @classmethod
    @contextmanager
    def start(
        cls,
        *,
        seed: str = "street",
        tasks: int = 100,
        fixture: Path | str | None = None,
        world: worlds.World | None = None,
        server_version: str = "2.54",
        throttle: bool = False,
        data: Path | str | None = None,
        share: Path | str | None = None,
        clouds: Sequence[Path | str] = (),
    ) -> Iterator[Sandbox]:
        """Run a sandbox in a thread, on a free port, for as long as the block lasts."""
        sandbox = cls.open(
            seed=seed,
            tasks=tasks,
            fixture=fixture,
            world=world,
            server_version=server_version,
            throttle=throttle,
            data=data,
            share=share,
            clouds=clouds,
        )
        try:
            with BackgroundServer(sandbox.app) as server:
                sandbox.url = server.url
                yield sandbox
        finally:
            sandbox.close()

    def close(self) -> None:
        """Close the database."""
        self._store.close()

    def reset(self, world: worlds.World) -> None:
        """Replace all that the server holds, without a restart; ``token`` stays valid."""
        administrator = worlds.load(self._store, world, self.token)
        self._store.remember("administrator", str(administrator["id"]))
        self.username = str(administrator["username"])
        self.app.clear()
        self._background.forget()

    def dump(self) -> dict[str, list[Doc]]:
        """Give all that the server holds, as the lists that an administrator would get."""
        return worlds.dump(self._store, self._version, self.url)

    @contextmanager
    def held(self, status: Literal["queued", "started"] = "started") -> Iterator[None]:
        """Let what is ordered inside (data, exports, imports, backups) be done at the end of the block only.

        Until then its requests are queued or started, and a second one of the same kind is a 409.
        """
        self._background.hold(status)
        try:
            yield
        finally:
            self._background.release()

    def fail_work(self, kind: str, message: str = "No space left on device", times: int = 1) -> None:
        """Let the next background work of a kind fail and leave nothing behind.

        Kinds are those that requests show: ``create:task``, ``export:backup``, ``import:annotations`` and so on.
        """
        for _ in range(times):
            self._background.fail_next(kind, message)

    def fail(
        self,
        method: str,
        path_regex: str,
        status: int = 503,
        body: str = "",
        headers: Mapping[str, str] | None = None,
        times: int | None = 1,
        content_type: str = "text/html; charset=utf-8",
    ) -> None:
        """Answer the next matching requests with this instead of handling them."""
        all_headers = {"Content-Type": content_type, **(headers or {})}
        self._plan(method, path_regex, times, "fail", status=status, body=body.encode(), headers=all_headers)

    def drop(self, method: str, path_regex: str, times: int | None = 1, after_write: bool = False) -> None:
        """Cut the connection of the next matching requests, before or after they took effect."""
        self._plan(method, path_regex, times, "drop", after_write=after_write)

    def before(self, method: str, path_regex: str, callback: Callable[[], object], times: int | None = 1) -> None:
        """Call this just before the next matching requests are handled, to play somebody else."""
        self._plan(method, path_regex, times, "before", callback=callback)

    def delay(self, method: str, path_regex: str, seconds: float, times: int | None = None) -> None:
        """Answer matching requests late."""
        self._plan(method, path_regex, times, "delay", seconds=seconds)

    def _plan(self, method: str, path_regex: str, times: int | None, kind: Any, **details: Any) -> None:
        self.app.plan(Fault(kind, method.upper(), re.compile(path_regex), times, **details))

    def api(
        self,
        method: str,
        path: str,
        json: Any = None,
        query: Mapping[str, Any] | None = None,
        user: str | None = "admin",
        organization: str | None = None,
    ) -> tuple[int, Any]:
        """Call the server as a user (None for nobody); give the status and the parsed answer."""
        headers = {"Accept": JSON_TYPE}
        if user is not None:
            name = self.username if user == "admin" else user
            headers |= urllib3.make_headers(basic_auth=f"{name}:{self.password}")
        if organization is not None:
            headers["X-Organization"] = organization
        if json is not None:
            headers["Content-Type"] = "application/json"
        body = None if json is None else json_text.dumps(json)
        url = f"{self.url}{path}" + (f"?{urlencode(query)}" if query else "")
        with urllib3.PoolManager() as pool:
            response = pool.request(method, url, body=body, headers=headers, retries=False)
        text = response.data.decode()
        if response.headers.get("Content-Type") == JSON_TYPE and text:
            return response.status, json_text.loads(text)
        return response.status, text
