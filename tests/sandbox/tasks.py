"""Making tasks on a sandbox as a client does: with files, uploads, exports."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from typing import Any
from urllib.parse import quote, urlencode

import urllib3

from reconciler.sandbox import Sandbox
from reconciler.sandbox.pictures import stand_in

LABELS: list[dict[str, Any]] = [
    {
        "name": "car",
        "color": "#ff0000",
        "type": "any",
        "attributes": [
            {
                "name": "parked",
                "mutable": True,
                "input_type": "checkbox",
                "default_value": "false",
                "values": ["false"],
            },
            {
                "name": "make",
                "mutable": False,
                "input_type": "select",
                "default_value": "other",
                "values": ["other", "acme"],
            },
        ],
    },
    {"name": "person", "color": "#00ff00", "type": "any", "attributes": []},
]

BOX = {"type": "rectangle", "points": [1, 2, 30, 40]}


class Worker:
    """Somebody who works with a sandbox over HTTP."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._pool = urllib3.PoolManager(retries=False)
        self._headers = {
            "Accept": "application/vnd.cvat+json",
            "Authorization": f"Bearer {sandbox.token}",
            "Origin": sandbox.url,
        }

    def close(self) -> None:
        self._pool.clear()

    def send(
        self, method: str, path: str, headers: dict[str, str] | None = None, **content: Any
    ) -> urllib3.BaseHTTPResponse:
        """Send a request as it is."""
        url = path if path.startswith("http") else self.sandbox.url + path
        return self._pool.request(method, url, headers={**self._headers, **(headers or {})}, **content)

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Send JSON, get the status and JSON."""
        headers = {"Content-Type": "application/json"}
        content = {} if body is None else {"body": json.dumps(body)}
        response = self.send(method, path, headers if content else None, **content)
        text = response.data.decode()
        return response.status, json.loads(text) if "json" in response.headers.get("Content-Type", "") else text

    def get(self, path: str) -> Any:
        status, body = self.ask("GET", path)
        assert status == 200, body
        return body

    def make(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        status, made = self.ask("POST", path, body)
        assert status == 201, made
        return dict(made)

    def request(self, rq_id: str) -> dict[str, Any]:
        """Give what became of a request."""
        return dict(self.get(f"/api/requests/{quote(rq_id, safe='')}"))

    def task(self, frames: int, data: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
        """Make a task, cut into jobs of two frames; with labels, unless it is in a project."""
        body = {"name": "task", "segment_size": 2, "overlap": 0, **more}
        if "project_id" not in more:
            body.setdefault("labels", LABELS)
        task = self.make("/api/tasks", body)
        if frames:
            request = self.fill(task, {f"frame_{n}.png": stand_in(f"frame_{n}") for n in range(frames)}, data)
            assert request["status"] == "finished", request
        return dict(self.get(f"/api/tasks/{task['id']}"))

    def fill(self, task: dict[str, Any], files: dict[str, bytes], data: dict[str, str] | None = None) -> dict[str, Any]:
        """Send a task its data in one message; give the request."""
        sent = {f"client_files[{n}]": (name, files[name], "image/png") for n, name in enumerate(files)}
        fields = {"image_quality": "70", **(data or {}), **sent}
        response = self.send("POST", f"/api/tasks/{task['id']}/data", fields=fields)
        assert response.status == 202, response.data
        return self.request(response.json()["rq_id"])

    def jobs(self, task: dict[str, Any]) -> list[dict[str, Any]]:
        return list(self.get(f"/api/jobs?task_id={task['id']}&sort=id&page_size=100")["results"])

    def labels(self, task: dict[str, Any]) -> dict[str, dict[str, Any]]:
        return {label["name"]: label for label in self.get(f"/api/labels?task_id={task['id']}")["results"]}

    def annotate(self, task: dict[str, Any]) -> None:
        """Draw a box on the first frame, tag the last, and track something from the first one on."""
        car = self.labels(task)["car"]
        parked, make = (attribute["id"] for attribute in car["attributes"])
        box = {"type": "rectangle", "points": [1, 2, 30, 40]}
        shape = {**box, "frame": 0, "label_id": car["id"], "attributes": [{"spec_id": make, "value": "acme"}]}
        first = {**box, "frame": 0, "attributes": [{"spec_id": parked, "value": "true"}]}
        track = {"frame": 0, "label_id": car["id"], "shapes": [first], "attributes": []}
        tag = {"frame": task["size"] - 1, "label_id": car["id"], "attributes": []}
        sent = {"shapes": [shape], "tags": [tag], "tracks": [track]}
        status, answer = self.ask("PUT", f"/api/tasks/{task['id']}/annotations", sent)
        assert status == 200, answer

    def content(self, task: dict[str, Any]) -> dict[str, Any]:
        """Give a task's annotations with names in the place of ids."""
        labels = [part for root in self.labels(task).values() for part in (root, *root["sublabels"])]
        names = {label["id"]: label["name"] for label in labels}
        specs = {spec["id"]: spec["name"] for label in labels for spec in label["attributes"]}
        return dict(_named(self.get(f"/api/tasks/{task['id']}/annotations"), names, specs))

    def upload(self, path: str, content: bytes, **query: str) -> tuple[int, Any]:
        """Upload a file in the three messages and the start before them; give the last answer."""
        begin = f"{path}?{urlencode(query)}"
        assert self.send("POST", begin, {"Upload-Start": ""}).status == 202
        metadata = f"filename {base64.b64encode(b'a.zip').decode()}"
        tus = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(content)), "Upload-Metadata": metadata}
        created = self.send("POST", path, tus)
        assert created.status == 201, created.data
        tus = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        assert self.send("PATCH", created.headers["Location"], tus, body=content).status == 204
        last = urlencode({**query, "filename": created.headers["Upload-Filename"]})
        response = self.send("POST", f"{path}?{last}", {"Upload-Finish": ""})
        return response.status, response.json()

    def download(self, method: str, path: str) -> tuple[str, bytes]:
        """Order an export and download it: its name and its bytes."""
        status, body = self.ask(method, path)
        assert status == 202, body
        request = self.request(body["rq_id"])
        assert request["status"] == "finished", request
        response = self.send("GET", request["result_url"])
        assert response.status == 200
        return response.headers["Content-Disposition"].split('"')[1], response.data

    def backup(self, task: dict[str, Any]) -> bytes:
        return self.download("POST", f"/api/tasks/{task['id']}/backup/export?location=local")[1]

    def send_backup(self, content: bytes, kind: str = "tasks") -> dict[str, Any]:
        """Send a backup to be restored; give the request."""
        status, body = self.upload(f"/api/{kind}/backup/", content, filename="task.zip")
        assert status == 202, body
        return self.request(body["rq_id"])

    def restore(self, content: bytes, kind: str = "tasks") -> dict[str, Any]:
        request = self.send_backup(content, kind)
        assert request["status"] == "finished", request
        return dict(self.get(f"/api/{kind}/{request['result_id']}"))

    def asset(self, guide: dict[str, Any], name: str) -> dict[str, Any]:
        """Add a picture to a guide."""
        fields = {"file": (name, stand_in(name), "image/png"), "guide_id": str(guide["id"])}
        response = self.send("POST", "/api/assets", fields=fields)
        assert response.status == 201, response.data
        return dict(response.json())

    @staticmethod
    def packed(files: dict[str, bytes]) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return buffer.getvalue()


def _named(value: Any, names: dict[int, str], specs: dict[int, str]) -> Any:
    if isinstance(value, list):
        return [_named(item, names, specs) for item in value]
    if not isinstance(value, dict):
        return value
    named = {name: _named(item, names, specs) for name, item in value.items() if name != "id"}
    if "group" in named:
        named["group"] = named["group"] or 0  # a file knows no other than 0 for none
    if "label_id" in named:
        named["label_id"] = names[named["label_id"]]
    if "spec_id" in named:
        named["spec_id"] = specs[named["spec_id"]]
    return named


def shape(worker: Worker, task: dict[str, Any], frame: int, **more: Any) -> dict[str, Any]:
    """Give a box on a frame, of the label car."""
    return {**BOX, "frame": frame, "label_id": worker.labels(task)["car"]["id"], **more}


def put(worker: Worker, path: str, **sent: Any) -> Any:
    """Replace the annotations of a task or job; give the answer."""
    status, answer = worker.ask("PUT", f"{path}/annotations", sent)
    assert status == 200, answer
    return answer
