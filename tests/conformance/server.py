"""The server that the conformance tests ask: the sandbox, or the one that CVAT_HOST names."""

from __future__ import annotations

import base64
import itertools
import json
import os
import time
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import urllib3

_PATIENCE = 120.0  # seconds that a real server may take over a task's data
_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010800000000"
    "3a7e9b550000000a49444154789c636000000002000148afa4710000000049454e44ae426082"
)

LABELS: list[dict[str, Any]] = [
    {
        "name": "car",
        "color": "#ff0000",
        "type": "rectangle",
        "attributes": [
            {
                "name": "parked",
                "mutable": True,
                "input_type": "checkbox",
                "default_value": "false",
                "values": ["false"],
            }
        ],
    },
    {"name": "person", "color": "#00ff00", "type": "any", "attributes": []},
]


@dataclass
class Reply:
    """A status and a parsed body."""

    status: int
    body: Any
    headers: urllib3.HTTPHeaderDict

    @property
    def kind(self) -> str:
        return self.headers.get("Content-Type", "").partition(";")[0]


@dataclass
class Server:
    """A server, and the objects that a test has made on it."""

    url: str
    authorization: str
    is_sandbox: bool = True
    _made: list[str] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self._pool = urllib3.PoolManager(retries=False)
        self.run = uuid.uuid4().hex[:8]

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        rule: Any = None,
        headers: dict[str, str] | None = None,
        **query: Any,
    ) -> Reply:
        """Ask for something as the user of the tests; ``rule`` is a JSON-logic filter."""
        if rule is not None:
            query["filter"] = json.dumps(rule)
        sent = {"Accept": "application/vnd.cvat+json", "Authorization": self.authorization, **(headers or {})}
        content = None
        if body is not None:
            sent["Content-Type"] = "application/json"
            content = json.dumps(body)
        return self._send(method, path + (f"?{urlencode(query)}" if query else ""), sent, body=content)

    def _send(self, method: str, path: str, headers: dict[str, str], **content: Any) -> Reply:
        response = self._pool.request(method, self.url + path, headers=headers, **content)
        text = response.data.decode()
        parsed = json.loads(text) if text and "json" in response.headers.get("Content-Type", "") else text
        return Reply(response.status, parsed, response.headers)

    def name(self, what: str) -> str:
        """Give a name that nothing else on the server has."""
        return f"{what} {self.run}-{next(self._numbers)}"

    def make(self, path: str, body: dict[str, Any], **query: Any) -> dict[str, Any]:
        """Create an object that is removed after the test."""
        reply = self.ask("POST", path, body, **query)
        assert reply.status == 201, reply
        made: dict[str, Any] = reply.body
        self._made.append(f"{path}/{made['id']}")
        return made

    def project(self, labels: list[dict[str, Any]] = LABELS, **more: Any) -> dict[str, Any]:
        """Create a project."""
        return self.make("/api/projects", {"name": self.name("project"), "labels": labels, **more})

    def task(self, project: dict[str, Any] | None = None, frames: int = 6, **more: Any) -> dict[str, Any]:
        """Create a task with data, cut into jobs of two frames."""
        body = {"name": self.name("task"), "segment_size": 2, "overlap": 0, **more}
        if project is not None:
            body["project_id"] = project["id"]
        made = self.make("/api/tasks", body)
        if frames:
            self._fill(made["id"], frames)
        return dict(self.ask("GET", f"/api/tasks/{made['id']}").body)

    def replicas(self, number: int) -> dict[str, Any]:
        """Give the argument that asks for replicas of each job: it was renamed between 2.54 and 2.80."""
        major, minor = self.ask("GET", "/api/server/about").body["version"].split(".")[:2]
        return {"initial_replicas" if (int(major), int(minor)) >= (2, 80) else "consensus_replicas": number}

    def _fill(self, task_id: int, frames: int) -> None:
        files = {f"client_files[{n}]": (f"frame_{n}.png", _PNG, "image/png") for n in range(frames)}
        headers = {"Accept": "application/vnd.cvat+json", "Authorization": self.authorization}
        fields = {"image_quality": "70", **files}
        reply = self._send("POST", f"/api/tasks/{task_id}/data", headers, fields=fields)
        assert reply.status == 202, reply
        self.wait(reply.body["rq_id"])

    def wait(self, rq_id: str) -> dict[str, Any]:
        """Wait until a request is finished. The sandbox's are when they are answered."""
        body = self.ended(rq_id)
        assert body["status"] == "finished", body
        return body

    def ended(self, rq_id: str) -> dict[str, Any]:
        """Wait until a request is finished or has failed; give it."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            body: dict[str, Any] = self.ask("GET", f"/api/requests/{quote(rq_id, safe='')}").body
            if body["status"] in ("finished", "failed"):
                return body
            assert body["status"] in ("queued", "started"), body
            assert time.monotonic() < deadline, body
            time.sleep(0.3)

    def export(self, path: str, **query: Any) -> bytes:
        """Order an export and download its file. A 409 names the request that is running already: it will do."""
        reply = self.ask("POST", path, **query)
        assert reply.status in (202, 409), reply
        url = self.wait(reply.body["rq_id"])["result_url"]
        # The server may call itself by another name than the one it was found by.
        parts = urlsplit(url)
        headers = {"Accept": "application/vnd.cvat+json", "Authorization": self.authorization}
        response = self._pool.request("GET", f"{self.url}{parts.path}?{parts.query}", headers=headers)
        assert response.status == 200, response.data[:300]
        return response.data

    def upload(self, path: str, content: bytes, **query: Any) -> Reply:
        """Upload a file in three messages and the start before them; give the last answer."""
        headers = {"Accept": "application/vnd.cvat+json", "Authorization": self.authorization, "Origin": self.url}
        start = self._send("POST", f"{path}?{urlencode(query)}", {**headers, "Upload-Start": ""})
        assert start.status == 202, start
        tus = {**headers, "Tus-Resumable": "1.0.0"}
        name = base64.b64encode(b"file.zip").decode()
        told = {"Upload-Length": str(len(content)), "Upload-Metadata": f"filename {name}"}
        created = self._send("POST", path, {**tus, **told})
        assert created.status == 201, created
        where = urlsplit(created.headers["Location"]).path
        told = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        assert self._send("PATCH", where, {**tus, **told}, body=content).status == 204
        query["filename"] = created.headers["Upload-Filename"]
        return self._send("POST", f"{path}?{urlencode(query)}", {**headers, "Upload-Finish": ""})

    def restored(self, content: bytes) -> dict[str, Any]:
        """Restore a task from a backup; it is removed after the test."""
        reply = self.upload("/api/tasks/backup/", content, filename="file.zip")
        assert reply.status == 202, reply
        key = self.wait(reply.body["rq_id"])["result_id"]
        self._made.append(f"/api/tasks/{key}")
        return dict(self.ask("GET", f"/api/tasks/{key}").body)

    def jobs(self, task: dict[str, Any]) -> list[dict[str, Any]]:
        """Give a task's jobs, by id."""
        reply = self.ask("GET", "/api/jobs", task_id=task["id"], sort="id", page_size=100)
        return list(reply.body["results"])

    def job(self, job: dict[str, Any], **change: Any) -> Reply:
        """Change a job."""
        return self.ask("PATCH", f"/api/jobs/{job['id']}", change)

    def status_of(self, task: dict[str, Any]) -> str:
        """Give a task's status."""
        return str(self.ask("GET", f"/api/tasks/{task['id']}").body["status"])

    def clean_up(self) -> None:
        """Remove what was made, the last first; what went with something else is gone already."""
        for path in reversed(self._made):
            self.ask("DELETE", path)
        self._made.clear()

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()


def real_server() -> Server | None:
    """Give the server that the environment names, or None."""
    host = os.environ.get("CVAT_HOST")
    if not host:
        return None
    token = os.environ.get("CVAT_ACCESS_TOKEN")
    if token:
        authorization = f"Bearer {token}"
    else:
        credentials = f"{os.environ['CVAT_USERNAME']}:{os.environ['CVAT_PASSWORD']}"
        authorization = urllib3.make_headers(basic_auth=credentials)["authorization"]
    return Server(host.rstrip("/"), authorization, is_sandbox=False)
