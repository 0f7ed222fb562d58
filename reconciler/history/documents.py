"""JSON files with a format mark: written canonically, read with suspicion.

What is wrong with a file is told apart (cut off, no JSON, another program's, another version's, edited), for the
advice differs. Values from the file are never repeated in a message: a foreign file may hold anything.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from reconciler.errors import StateError
from reconciler.history.store import StateStore

Model = TypeVar("Model", bound=BaseModel)


class Unreadable(Exception):  # noqa: N818 - never shown: it becomes a StateError or a PlanFileError
    """Why a document cannot be used, and the advice that follows from it."""

    def __init__(self, why: str, hint: str) -> None:
        super().__init__(why)
        self.why = why
        self.hint = hint


def encode(document: BaseModel) -> bytes:
    """The bytes of a document as it is stored: indented, for people look into these files."""
    plain = document.model_dump(mode="json")
    return json.dumps(plain, indent=1, allow_nan=False).encode() + b"\n"


def encode_line(document: BaseModel) -> bytes:
    """A document as one line, without its line end."""
    return json.dumps(document.model_dump(mode="json"), separators=(",", ":"), allow_nan=False).encode()


def digest_of(plain: object) -> str:
    """The sha256 of a JSON value in its canonical form: sorted keys, no blanks, ASCII."""
    canonical = json.dumps(plain, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()


def parse(data: bytes, wanted: str) -> dict[str, Any]:
    """The JSON object in `data`, if its `format` is the wanted one (`reconciler.run/1`)."""
    if not data.strip(b" \t\r\n\0"):
        raise Unreadable("it is empty", "It was cut off; restore it from a copy.")
    try:
        plain = json.loads(data)
    except (ValueError, RecursionError) as error:
        if data.lstrip()[:1] == b"{" and _ends_early(error):
            raise Unreadable("it is cut off: the JSON ends early", "Restore it from a copy.") from error
        raise Unreadable("it is not valid JSON", "It is damaged, or not a file of the reconciler.") from error
    mark = plain.get("format") if isinstance(plain, dict) else None
    family, _, version = wanted.partition("/")
    if not isinstance(plain, dict) or not isinstance(mark, str) or not mark.startswith("reconciler."):
        raise Unreadable("it is JSON, but not a file of the reconciler", "Is it the right file?")
    if mark.partition("/")[0] != family:
        raise Unreadable(f"it is a {mark.partition('/')[0]!r}, not a {family!r}", "Is it the right file?")
    if mark != wanted:
        raise Unreadable(
            f"it has format version {mark.partition('/')[2]!r}, and this version of the reconciler reads {version!r}",
            "Use the version of the reconciler that wrote it.",
        )
    return plain


def _ends_early(error: Exception) -> bool:
    if not isinstance(error, json.JSONDecodeError):
        return False
    return error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated string")


def validate(plain: object, model: type[Model]) -> Model:
    """The document in a parsed JSON value."""
    try:
        return model.model_validate_json(json.dumps(plain))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(step) for step in first["loc"]) or "the document"
        raise Unreadable(
            f"{place}: {first['msg']}",
            "It was edited, or written by another version of the reconciler; restore it, or use that version.",
        ) from error


def load(store: StateStore, name: str, model: type[Model], wanted: str) -> Model | None:
    """The document stored under `name`; None if there is none."""
    data = store.read(name)
    if data is None:
        return None
    try:
        return validate(parse(data, wanted), model)
    except Unreadable as error:
        raise StateError(f"Cannot use {store.path(name)}: {error.why}", hint=error.hint) from error
