"""The smallest PATCH that takes an object from one state to another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from pydantic import JsonValue

from reconciler.plan.model import Write
from reconciler.plan.workflow import POSITION

Kind = Literal["project", "task", "job"]

SENT_AS: Final[Mapping[Kind, Mapping[str, str]]] = {
    "project": {"assignee": "assignee_id", "owner": "owner_id"},
    "task": {"assignee": "assignee_id", "owner": "owner_id"},
    "job": {"assignee": "assignee"},
}
"""Users are read nested and written as ids, under names that differ between projects, tasks and jobs."""

STORAGES: Final = frozenset({"source_storage", "target_storage"})
LOCAL: Final[Mapping[str, JsonValue]] = {"location": "local", "cloud_storage_id": None}
"""How a storage is taken away. The id goes with it, or the server would keep the one that it has."""


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
    body = body_of(kind, {field: gives[field] for field in changed}, users)
    return Write(body=body, expect=dict(expect), gives=dict(gives))


def repeated(position: Mapping[str, JsonValue]) -> Write:
    """Send a job's position once more, unchanged: the server then computes the job's and the task's status anew."""
    same = {field: position[field] for field in sorted(POSITION)}
    return Write(body=dict(same), expect=dict(same), gives=dict(same))


def with_position(one: Write, position: Mapping[str, JsonValue]) -> Write:
    """A write that sends a job's position along, unchanged."""
    same = repeated(position)
    return Write(body=one.body | same.body, expect=same.expect | one.expect, gives=same.gives | one.gives)


def body_of(kind: Kind, values: Mapping[str, JsonValue], users: Mapping[str, int]) -> dict[str, JsonValue]:
    """Managed fields as the server takes them: users by their ids, storages in full."""
    return {SENT_AS[kind].get(field, field): _sent(kind, field, value, users) for field, value in values.items()}


def _sent(kind: Kind, field: str, value: JsonValue, users: Mapping[str, int]) -> JsonValue:
    if field in STORAGES and value is None:
        return dict(LOCAL)
    return users[value] if field in SENT_AS[kind] and isinstance(value, str) else value
