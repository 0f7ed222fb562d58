"""Documents as text, with links that take their host from whoever asks.

A document is stored as the JSON that a list gives, but for its links: they begin with a mark where
the answer has the origin, because a server is known by several names (and a test's port changes).
"""

from __future__ import annotations

import json
import re
from typing import Any, cast

Doc = dict[str, Any]

_MARK = "\x01"
_WRITTEN_MARK = '"\\u0001/api/'
_ORIGIN = re.compile(r'"url":"[a-z]+://[^/"]+/api/')


def link(path: str) -> str:
    """Give a link to a path of this server, such as ``/api/tasks/5``."""
    return _MARK + path


def to_text(doc: Any) -> str:
    """Write a document as compact JSON."""
    return json.dumps(doc, separators=(",", ":"))


def from_text(text: str) -> Doc:
    """Read a document that :func:`to_text` wrote."""
    return cast("Doc", json.loads(text))


def with_origin(text: str, origin: str) -> str:
    """Complete the links of written documents."""
    return text.replace(_WRITTEN_MARK, f'"{origin}/api/')


def without_origin(doc: Doc) -> Doc:
    """Take the host out of the links of a document that a server gave."""
    return from_text(_ORIGIN.sub('"url":' + _WRITTEN_MARK.replace("\\", "\\\\"), to_text(doc)))
