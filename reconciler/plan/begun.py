"""Whether a task has been begun: what `assign` with `by: task` rests on, when it is planned and when it is written.

The server says it of no task; the task's jobs say it. Ground truth is nobody's annotation work: in every task whose
quality is measured it stands at acceptance, completed (FACTS §2), and begins nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from reconciler.cvat.filters import all_of, equals, negate
from reconciler.cvat.models import Job
from reconciler.plan.model import Change
from reconciler.plan.observing import Observed

BEGUN: Final = "begun"
"""How it is called in what a change rests on: true or false, of a task."""

_HAS_BEGUN: Final = all_of(negate(equals("state", "new")), negate(equals("type", "ground_truth")))


def begun_tasks(server: Observed, tasks: Collection[int]) -> set[int]:
    """Those of the tasks of which some job's state is not new."""
    if not tasks:
        return set()
    jobs = server.jobs_of_tasks(sorted(tasks), where=_HAS_BEGUN)
    return {job.task_id for job in jobs if job.task_id is not None and has_begun(job)}


def resting_on_it(changes: Iterable[Change]) -> set[int]:
    """The tasks of which these changes hold only as long as they are not begun."""
    return {change.task for change in changes if f"task.{BEGUN}" in change.rests_on}


def has_begun(job: Job) -> bool:
    """Whether a job is begun annotation work."""
    return job.state != "new" and job.type != "ground_truth"
