"""A server's refusal in words: what it said, short, and what that usually means."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pydantic import JsonValue

from reconciler.cvat.transport import Answer, NoAnswer
from reconciler.errors import ServerError

_MOST_WORDS = 300  # characters of the server's own words

_HINTS = {
    401: "the token was revoked or has expired, or the password login ended; give new credentials",
    403: "the account may not do this, the access token is read-only, or the field cannot be written",
    404: "it was deleted, or the account cannot see it",
    429: "the server throttles: use a lower --rate",
    502: "the gateway is there but CVAT behind it is not: is it restarting?",
    503: "the server is overloaded or restarting",
    504: "the server took too long",
}


def words_of(answer: Answer) -> str:
    """The server's own words in one short line; "" when there are none a person can use (an HTML page, an empty body).

    Knows the shapes of Django REST framework: `{"detail": …}`, `{"field": ["…"]}`, `["…"]`, and plain text
    (recordings/basics.json and workflow.json have each of them).
    """
    text = answer.body[:20_000].decode("utf-8", errors="replace").strip()
    if answer.is_json:
        try:
            return one_line("; ".join(_sentences(json.loads(text))))
        except ValueError:
            return ""
    kind = answer.headers.get("content-type", "").lower()
    # CVAT calls some plain sentences HTML ("Exporting annotations from a task without data…", recordings/life.json).
    if text.startswith("<") or ("html" in kind and "<" in text):
        return ""
    return one_line(text) if not kind or kind.startswith("text/") else ""


def refusal(doing: str, answer: Answer) -> ServerError:
    """Make the error for an answer that is not a success; `doing` says what was tried ("task 42 cannot be changed")."""
    words = words_of(answer)
    hint = _HINTS.get(answer.status)
    if 300 <= answer.status <= 399:
        hint = "CVAT never redirects: a login page may have come in between; give new credentials"
    if answer.status >= 500 and not words:
        what = f"{doing}: the server failed ({answer.status})"
        # Seen on 2.54.1 for an unknown assignee_id, owner_id and `project_id: null` (recordings/workflow.json).
        hint = hint or "CVAT fails like this when a value names something that does not exist, such as a user"
    else:
        what = f"{doing} ({answer.status})" + (f": {words}" if words else "")
    return ServerError(what, status=answer.status, hint=hint)


def broken(doing: str, failure: NoAnswer) -> ServerError:
    """Make the error for a request without an answer: status 0, the outcome is not known."""
    return ServerError(f"{doing}: {failure.cause.value}", status=0, hint="what the server did with it is not known")


def not_cvat_json(doing: str, answer: Answer) -> ServerError:
    """Make the error for a success whose body is not the JSON that CVAT sends."""
    return ServerError(
        f"{doing}: the answer is not CVAT's JSON",
        status=answer.status,
        hint="a proxy or a login page may stand between here and CVAT, or the answer was cut off",
    )


def _sentences(value: JsonValue, path: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            plain = key in ("detail", "non_field_errors")
            yield from _sentences(inner, path if plain else f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for inner in value:
            yield from _sentences(inner, path)
    elif value not in (None, ""):
        yield f"{path}: {value}" if path else str(value)


def one_line(text: str) -> str:
    """Make one short line of the server's words."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _MOST_WORDS else line[: _MOST_WORDS - 1] + "…"
