"""What a request is answered with, and the refusals that end it early."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.sandbox.links import to_text

JSON_TYPE = "application/vnd.cvat+json"

# Django's page for an unhandled exception, as recorded from CVAT 2.54.1.
_CRASH = """
<!doctype html>
<html lang="en">
<head>
  <title>Server Error (500)</title>
</head>
<body>
  <h1>Server Error (500)</h1><p></p>
</body>
</html>
"""
_NO_ROUTE = """
<!doctype html>
<html lang="en">
<head>
  <title>Not Found</title>
</head>
<body>
  <h1>Not Found</h1><p>The requested resource was not found on this server.</p>
</body>
</html>
"""


@dataclass
class Answer:
    """A response before it goes over the wire: the links in its text still lack their host."""

    status: int = 200
    text: str = ""
    content_type: str | None = JSON_TYPE
    content: bytes | None = None
    """A file's bytes, in the place of the text."""
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)


class Refusal(Exception):  # noqa: N818 - the server refuses; nothing is wrong with the server
    """Ends a request; everything it wrote is undone."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.status} {answer.text[:200]}")
        self.answer = answer


def as_json(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Answer with JSON."""
    return Answer(status, to_text(body), headers=dict(headers or {}))


def as_file(content: bytes, content_type: str, name: str = "") -> Answer:
    """Answer with a file; with a name, as one to be saved."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'} if name else {}
    return Answer(content_type=content_type, content=content, headers=headers)


def nothing() -> Answer:
    """Answer 204."""
    return Answer(204, "", None)


def refuse(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Refusal:
    """Refuse with JSON: a list for what is wrong as a whole, an object for what is wrong by field."""
    return Refusal(as_json(body, status, headers))


def invalid(message: str) -> Refusal:
    """Refuse what is wrong as a whole."""
    return refuse(400, [message])


def denied(message: str = "You do not have permission to perform this action.") -> Refusal:
    """Refuse for lack of rights."""
    return refuse(403, {"detail": message})


def missing(model: str) -> Refusal:
    """Refuse because the object is not there."""
    return refuse(404, {"detail": f"No {model} matches the given query."})


def crash() -> Refusal:
    """Answer as the server does when a value it did not check breaks it."""
    return Refusal(Answer(500, _CRASH, "text/html; charset=utf-8"))


def no_route() -> Answer:
    """Answer as a server that has no such route."""
    return Answer(404, _NO_ROUTE, "text/html; charset=utf-8")
