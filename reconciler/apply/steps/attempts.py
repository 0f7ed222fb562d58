"""Whether an earlier run has begun to give a task the very data that a step is to give it now.

The server keeps what an attempt has sent, though it was cut or failed, and takes no name twice (CVAT's source:
ClientFile, ServerFile, RemoteFile). What the same step sent before is taken over; what else is there, nobody knows.
"""

from __future__ import annotations

from pydantic import JsonValue

from reconciler.errors import StateError
from reconciler.history.model import WriteOutcome
from reconciler.history.runs import load_plan, load_step_records, runs
from reconciler.history.store import StateStore
from reconciler.plan.steps import Do, Step

_SOURCES = ("files", "server_files", "remote_files", "cloud_storage_id")


def began_before(store: StateStore, run: str, step: Step, task_id: int) -> bool:
    """Whether the last run before this one that sent data to the task had the same files.

    What cannot be read is not known.
    """
    for earlier in sorted(runs(store), key=lambda one: one.id, reverse=True):
        if earlier.id >= run:
            continue
        try:
            begun = {
                record.address
                for record in load_step_records(store, earlier.id)
                if record.do is Do.UPLOAD_DATA
                and record.outcome is WriteOutcome.STARTED
                and record.of is not None
                and record.of.id == task_id
            }
            if begun:
                steps = load_plan(store, earlier.id).plan.steps
                return any(
                    _sources(one) == _sources(step)
                    for one in steps
                    if one.do is Do.UPLOAD_DATA and one.address in begun
                )
        except StateError:
            return False
    return False


def _sources(step: Step) -> list[JsonValue]:
    """What is sent or named: files by name and size, wherever they lie."""
    body = dict(step.body)
    files = body.get("files")
    if isinstance(files, list):
        body["files"] = [[one["name"], one["size"]] for one in files if isinstance(one, dict)]
    return [body.get(name) for name in _SOURCES]
