"""Replaying recorded exchanges, and comparing what differs by nature only: ids, dates, hosts, names of runs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlencode

import urllib3

from reconciler.sandbox import Sandbox
from reconciler.sandbox.pictures import stand_in

from .upload_steps import Uploads

RECORDINGS = Path(__file__).parents[3] / "shared" / "cvat" / "recordings"
RUN = "70001"

_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_ORIGIN = re.compile(r"https?://[^/\"]+")
_PLACE = re.compile(r"(/api/[a-z_/]+/|\bid=|_id=|_id%3D|action=\w+&target=\w+&target_id=)\d+")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_IDS = {"id", "data", "task_id", "project_id", "job_id", "label_id", "spec_id", "organization", "issue"}
_IDS |= {"organization_id", "guide_id", "parent_job_id", "job", "key", "invitation", "value", "random_seed"}
_IDS |= {"parent_id", "user_id", "result_id"}


def load(name: str) -> list[dict[str, Any]]:
    """Give the steps of a recorded scenario, or nothing where the recordings are not at hand."""
    file = RECORDINGS / f"{name}.json"
    return cast("list[dict[str, Any]]", json.loads(file.read_text())["steps"]) if file.exists() else []


def run_of(name: str) -> str:
    """Tell the number that keeps a recorded scenario's names apart."""
    found = re.search(r'"(?:Street |rec)(\d+)"', (RECORDINGS / f"{name}.json").read_text())
    assert found is not None
    return found[1]


class Replay:
    """Plays a scenario's steps against a server."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._pool = urllib3.PoolManager(retries=False)
        self._uploads = Uploads(self)
        self.file = b""
        """The file that was downloaded last."""
        self.saved: dict[str, Any] = {"run": RUN, "ann": f"ann{RUN}", "sup": f"sup{RUN}"}

    def close(self) -> None:
        self._pool.clear()

    def filled(self, value: Any) -> Any:
        """Put saved values in the place of their names."""
        if isinstance(value, dict):
            return {key: self.filled(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.filled(item) for item in value]
        if not isinstance(value, str):
            return value
        whole = re.fullmatch(r"\{(\w+)\}", value)
        if whole and whole[1] in self.saved:
            return self.saved[whole[1]]
        return re.sub(r"\{(\w+)\}", lambda found: str(self.saved.get(found[1], found[0])), value)

    def ask(self, step: dict[str, Any]) -> urllib3.BaseHTTPResponse:
        """Send a step's request, and save what later steps need."""
        request = self.filled(step["request"])
        headers = {"Accept": "application/vnd.cvat+json", **request.get("headers", {})}
        if not request.get("anonymous"):
            headers["Authorization"] = self._credentials(step, request)
        if "organization" in request:
            headers["X-Organization"] = request["organization"]
        if "upload" in request:
            response = self._uploads.whole(request["upload"], headers)
        elif request["path"].startswith("<") or any("<" in value for value in request.get("headers", {}).values()):
            response = self._uploads.message(request, headers)
        else:
            response = self._plain(request, headers)
        if response.headers.get("Content-Type") == "application/zip":
            self.file = response.data
        for name, where in step.get("save", {}).items():
            self.saved[name] = _at(parsed(response), where)
        return response

    def _plain(self, request: dict[str, Any], headers: dict[str, str]) -> urllib3.BaseHTTPResponse:
        path = request["path"] if request["path"].startswith("http") else self.url(request["path"])
        query = {
            key: json.dumps(value) if isinstance(value, dict) else value
            for key, value in request.get("query", {}).items()
        }
        query = {key: self._uploads.name if value == "<Upload-Filename>" else value for key, value in query.items()}
        url = path + (f"?{urlencode(query)}" if query else "")
        if "multipart" in request:
            fields = _multipart(request["multipart"], "file" if url.endswith("/assets") else "client_files[{}]")
            return self.send("POST", url, headers, fields=fields)
        if "json" in request:
            headers["Content-Type"] = "application/json"
            return self.send(request["method"], url, headers, body=json.dumps(request["json"]))
        return self.send(request["method"], url, headers)

    def send(self, method: str, url: str, headers: dict[str, str], **content: Any) -> urllib3.BaseHTTPResponse:
        return self._pool.request(method, url, headers=headers, **content)

    def url(self, path: str) -> str:
        return self._sandbox.url + quote(path, safe="/=&:~.")

    def _credentials(self, step: dict[str, Any], request: dict[str, Any]) -> str:
        if "bearer" in request:
            return f"Bearer {request['bearer']}"
        who = step["title"].partition(":")[0]
        user = {"worker": self.saved["ann"], "supervisor": self.saved["sup"]}.get(who, self._sandbox.username)
        return urllib3.make_headers(basic_auth=f"{user}:{self._sandbox.password}")["authorization"]


def _multipart(fields: dict[str, Any], field: str) -> dict[str, Any]:
    sent = {name: value for name, value in fields.items() if name != "files"}
    for number, name in enumerate(fields.get("files", [])):
        sent[field.format(number)] = (name, stand_in(name), "image/png")
    return sent


def _at(value: Any, where: str) -> Any:
    for key in where.split("."):
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value


def parsed(response: urllib3.BaseHTTPResponse) -> Any:
    """Give a response's JSON, or its text."""
    text = response.data.decode()
    if response.headers.get("Content-Type", "").endswith("json"):
        return json.loads(text) if text else None
    return text


def comparable(value: Any, run: str, key: str = "") -> Any:
    """Give what two servers must agree on."""
    if isinstance(value, dict):
        return {name: comparable(item, run, name) for name, item in value.items()}
    if isinstance(value, list):
        return [comparable(item, run, key) for item in value]
    if key == "last_login" or (key in _IDS and value is not None):
        return "<id>"
    if isinstance(value, str):
        value = _ORIGIN.sub("<origin>", _DATE.sub("<date>", value)).replace(run, "<run>")
        value = re.sub(r"`\d+`", "`<id>`", value)
        value = re.sub(r'data-label-id="\d+"', 'data-label-id="<id>"', value)
        return _PLACE.sub(r"\1<id>", _UUID.sub("<uuid>", value))
    return value
