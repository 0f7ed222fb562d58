"""Replaying uploads: the steps that are messages of one, and those that stand for a whole one."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import urllib3

if TYPE_CHECKING:
    from .replay import Replay

RECORDED = "annotations_cvat_images.zip"


class Uploads:
    """Sends what the recordings only describe: the bytes of files, and where they go."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay
        self.name = ""
        """What the server calls the file that was sent last."""
        self._location = ""

    def whole(self, upload: dict[str, Any], headers: dict[str, str]) -> urllib3.BaseHTTPResponse:
        """Send the three messages (and the start before them); give the last answer."""
        self._replay.file = self._content(upload["query"]["filename"])
        path = self._replay.url(upload["path"])
        query = urlencode(upload["query"])
        started = self._replay.send("POST", f"{path}?{query}", {**headers, "Upload-Start": ""})
        assert started.status == 202
        creation = {"Upload-Length": "<bytes>", "Upload-Metadata": "filename <base64>"}
        assert self.message({"path": upload["path"], "headers": creation}, headers).status == 201
        assert self.message({"path": "<Location>", "headers": {"Upload-Offset": "0"}}, headers).status == 204
        query = urlencode({**upload["query"], "filename": self.name})
        return self._replay.send("POST", f"{path}?{query}", {**headers, "Upload-Finish": ""})

    def _content(self, name: str) -> bytes:
        from .replay import RECORDINGS

        return b"this is no archive" if name == "b.zip" else (RECORDINGS / RECORDED).read_bytes()

    def message(self, request: dict[str, Any], headers: dict[str, str]) -> urllib3.BaseHTTPResponse:
        """Send one message whose recorded form has placeholders for the file."""
        file = self._replay.file
        tus = {**headers, **request.get("headers", {}), "Tus-Resumable": "1.0.0"}
        if request["path"] == "<Location>":
            tus["Content-Type"] = "application/offset+octet-stream"
            return self._replay.send("PATCH", self._location, tus, body=file)
        url = self._replay.url(request["path"])
        tus["Origin"] = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        tus["Upload-Length"] = str(len(file))
        tus["Upload-Metadata"] = "filename " + base64.b64encode(b"file.zip").decode()
        response = self._replay.send("POST", url, tus)
        self._location, self.name = response.headers["Location"], response.headers["Upload-Filename"]
        return response
