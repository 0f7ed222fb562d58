"""Tasks and jobs as plain values: the managed fields, as a manifest would write them."""

from __future__ import annotations

from pydantic import JsonValue

from reconciler.cvat.models import Job, Task

State = dict[str, JsonValue]
TASK_FIELDS = ("name", "subset", "bug_tracker", "assignee", "owner", "status")
JOB_FIELDS = ("stage", "state", "assignee")


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


def users_of(task: Task, *jobs: Job) -> dict[str, int]:
    """The ids of the users that a task and its jobs show, by username."""
    shown = [task.assignee, task.owner, *(job.assignee for job in jobs)]
    return {user.username: user.id for user in shown if user is not None and user.username}
