"""Who annotated which job, as far as runs have seen it: CVAT itself remembers only who has a job now."""

from __future__ import annotations

from typing import Final

from pydantic import JsonValue

from reconciler.history.bindings import load_bindings
from reconciler.history.model import WriteOutcome
from reconciler.history.runs import load_audit, load_snapshot, runs
from reconciler.history.store import StateStore

_THERE: Final = frozenset({WriteOutcome.WRITTEN, WriteOutcome.ALREADY})


def recorded_annotators(store: StateStore, server: str) -> dict[int, str]:
    """By job, whoever had it when a run last saw it in stage annotation, before or after its writes.

    A job that was restored since is known by its new id.

    Raises:
        StateError: a record is damaged.
    """
    found: dict[int, str] = {}
    for run in runs(store):
        if run.server.url != server:
            continue
        jobs = {one.id: dict(one.fields) for one in load_snapshot(store, run.id).objects if one.kind == "job"}
        for number, fields in jobs.items():
            _note(found, number, fields)
        for record in load_audit(store, run.id):
            if record.kind == "job" and record.outcome in _THERE and record.id in jobs:
                jobs[record.id] |= {one.field: one.after for one in record.fields}
                _note(found, record.id, jobs[record.id])
    bindings = load_bindings(store)
    return {bindings.current(server, "job", number): person for number, person in found.items()}


def _note(found: dict[int, str], number: int, fields: dict[str, JsonValue]) -> None:
    person = fields.get("assignee")
    if fields.get("stage") == "annotation" and isinstance(person, str):
        found[number] = person
