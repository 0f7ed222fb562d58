"""How CVAT's workflow hangs together: a job's position, and the status a task derives from its jobs.

All of it was read in the server's source (2.54.1) and seen on a running server; see the functions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from pydantic import JsonValue

POSITION: Final = frozenset({"stage", "state"})
"""A job's stage and state are one position: a stage sent without a state resets the state to `new`."""

JOBS_FOR_STATUS: Final[Mapping[str, Mapping[str, str]]] = {
    "annotation": {"stage": "annotation"},
    "validation": {"stage": "validation"},
    "completed": {"stage": "acceptance", "state": "completed"},
}
"""What each annotation job must be for its task to have a status. The status itself cannot be written: 403."""


def job_status(stage: str, state: str) -> str:
    """The legacy status that the server gives a job whenever its stage or state is written."""
    if stage == "annotation":
        return "annotation"
    if stage == "acceptance" and state == "completed":
        return "completed"
    return "validation"


def task_status(job_statuses: Iterable[str]) -> str:
    """The status of a task, over all of its jobs, ground truth and replicas included.

    The server computes it from the jobs' stored legacy statuses whenever one of them is saved. A stored one can be
    stale (a restored backup brings the status back, but not the stage), so pass `job.status`, not one derived anew.
    """
    statuses = set(job_statuses)
    if "annotation" in statuses:
        return "annotation"
    return "validation" if "validation" in statuses else "completed"


def wanted_position(wish: Mapping[str, JsonValue], stage: str | None, state: str | None) -> dict[str, JsonValue]:
    """Where a job that now is at (stage, state) should be. Empty if the wish says nothing about it.

    Moving to another stage without saying a state means `new`, as on the server. Staying keeps the state.
    """
    if not POSITION & wish.keys():
        return {}
    target = wish.get("stage", stage)
    unsaid = state if target == stage else "new"
    return {"stage": target, "state": wish.get("state", unsaid)}
