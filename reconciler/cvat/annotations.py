"""Annotations written as JSON, in one piece or several."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final, Literal

from pydantic import JsonValue

from reconciler.cvat.calls import call
from reconciler.cvat.session import Session

LARGEST: Final = 50 * 2**20  # bytes of one body; the server takes about 100 MB (FACTS §4)
_KINDS: Final = ("tags", "shapes", "tracks")

Body = Mapping[str, JsonValue]


def put_annotations(session: Session, task_id: int, body: Body) -> None:
    """Replace a task's annotations. Of more than fit into one body the rest is added; read back what was written."""
    _put(session, "task", task_id, body)


def add_annotations(session: Session, task_id: int, body: Body) -> None:
    """Add annotations to a task's; what is there stays. Never repeated: with status 0 the caller looks."""
    _add(session, "task", task_id, list(parts(body)))


def put_job_annotations(session: Session, job_id: int, body: Body) -> None:
    """Replace a job's annotations. What lies outside its frames is silently dropped (FACTS §4)."""
    _put(session, "job", job_id, body)


def add_job_annotations(session: Session, job_id: int, body: Body) -> None:
    """Add annotations to a job's; what is there stays. Never repeated: with status 0 the caller looks."""
    _add(session, "job", job_id, list(parts(body)))


def _put(session: Session, kind: Literal["task", "job"], number: int, body: Body) -> None:
    first, *rest = parts(body)
    doing = f"the annotations of {kind} {number} cannot be replaced"
    call(session, "PUT", f"/api/{kind}s/{number}/annotations", doing, body=first, patient=True)
    _add(session, kind, number, rest)


def _add(session: Session, kind: Literal["task", "job"], number: int, bodies: list[dict[str, JsonValue]]) -> None:
    doing = f"annotations cannot be added to {kind} {number}"
    path = f"/api/{kind}s/{number}/annotations"
    for body in bodies:
        # A PATCH that may have arrived must not be sent again: it would add everything twice.
        call(session, "PATCH", path, doing, query={"action": "create"}, body=body, once=True, patient=True)


def parts(body: Body, largest: int | None = None) -> Iterator[dict[str, JsonValue]]:
    """Cut annotations into bodies of about `largest` bytes at most (default: 50 MB), at least one, in order."""
    most = LARGEST if largest is None else largest
    part, size, given = _nothing(), 0, False
    for kind, item in _items(body):
        length = len(json.dumps(item)) + 2
        if size and size + length > most:
            yield {"version": 0, **part}
            part, size, given = _nothing(), 0, True
        part[kind].append(item)
        size += length
    if size or not given:
        yield {"version": 0, **part}


def _items(body: Body) -> Iterator[tuple[str, JsonValue]]:
    for kind in _KINDS:
        items = body.get(kind)
        if isinstance(items, list):
            yield from ((kind, item) for item in items)


def _nothing() -> dict[str, list[JsonValue]]:
    return {kind: [] for kind in _KINDS}
