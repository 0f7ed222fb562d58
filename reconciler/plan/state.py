"""Tasks and jobs as plain values: the managed fields, as a manifest would write them."""

from __future__ import annotations

from pydantic import JsonValue

from reconciler.cvat.models import Job, Task

State = dict[str, JsonValue]


def task_state(task: Task) -> State:
    """A task's managed fields. `status` is derived by the server."""
    return {
        "name": task.name,
        "subset": task.subset or "",
        "bug_tracker": task.bug_tracker or "",
        "assignee": task.assignee_name,
        "owner": task.owner_name,
        "status": task.status,
        "project": task.project_id,
    }


def job_state(job: Job) -> State:
    """A job's managed fields."""
    return {"stage": job.stage, "state": job.state, "assignee": job.assignee_name}


def users_of(*objects: Task | Job) -> dict[str, int]:
    """The ids of the users that tasks and jobs show, by username."""
    shown = [user for one in objects for user in (one.assignee, one.owner if isinstance(one, Task) else None)]
    return {user.username: user.id for user in shown if user is not None and user.username}
