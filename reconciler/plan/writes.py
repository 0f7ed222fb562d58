"""The smallest PATCH that takes an object from one state to another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from pydantic import JsonValue

from reconciler.plan.model import Write
from reconciler.plan.workflow import POSITION

Kind = Literal["task", "job"]

SENT_AS: Final[Mapping[Kind, Mapping[str, str]]] = {
    "task": {"assignee": "assignee_id", "owner": "owner_id"},
    "job": {"assignee": "assignee"},
}
"""Users are read nested and written as ids, under names that differ between tasks and jobs."""


def write(
    kind: Kind, expect: Mapping[str, JsonValue], gives: Mapping[str, JsonValue], users: Mapping[str, int]
) -> Write:
    """A write from `expect` to `gives` (same keys; users as usernames, all of them known in `users`).

    Each field in a body asks for its own permission, changed or not, so only what differs is sent. But a new stage is
    never sent without its state: the server would reset it.
    """
    changed = [field for field in gives if gives[field] != expect[field]]
    if "stage" in changed and "state" not in changed:
        changed.append("state")
    return Write(body=_body(kind, gives, changed, users), expect=dict(expect), gives=dict(gives))


def repeated(position: Mapping[str, JsonValue]) -> Write:
    """Send a job's position once more, unchanged: the server then computes the job's and the task's status anew."""
    same = {field: position[field] for field in sorted(POSITION)}
    return Write(body=dict(same), expect=dict(same), gives=dict(same))


def with_position(one: Write, position: Mapping[str, JsonValue]) -> Write:
    """A write that sends a job's position along, unchanged."""
    same = repeated(position)
    return Write(body=one.body | same.body, expect=same.expect | one.expect, gives=same.gives | one.gives)


def _body(
    kind: Kind, gives: Mapping[str, JsonValue], fields: list[str], users: Mapping[str, int]
) -> dict[str, JsonValue]:
    body: dict[str, JsonValue] = {}
    for field in fields:
        value = gives[field]
        sent_as = SENT_AS[kind].get(field)
        body[sent_as or field] = users[value] if sent_as and isinstance(value, str) else value
    return body
