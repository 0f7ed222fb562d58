"""Projects, tasks and jobs as plain values: the managed fields, as a manifest would write them.

Users are usernames. A storage is None (the server's own disk) or {"location": "cloud_storage", "cloud_storage_id": 5}.
"""

from __future__ import annotations

from pydantic import JsonValue

from reconciler.cvat.models import Job, Project, Task

State = dict[str, JsonValue]


def project_state(project: Project) -> State:
    """A project's managed fields. Its labels and its guide have states of their own."""
    return {
        "name": project.name,
        "bug_tracker": project.bug_tracker or "",
        "assignee": project.assignee_name,
        "owner": project.owner_name,
        "source_storage": project.source_storage,
        "target_storage": project.target_storage,
    }


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
        "source_storage": task.source_storage,
        "target_storage": task.target_storage,
    }


def job_state(job: Job) -> State:
    """A job's managed fields."""
    return {"stage": job.stage, "state": job.state, "assignee": job.assignee_name}


def job_seen(job: Job) -> State:
    """All that a selection can test of a job: its managed fields, and when it was last worked on."""
    return job_state(job) | {"updated": job.updated_date.isoformat() if job.updated_date is not None else None}


def users_of(*objects: Project | Task | Job) -> dict[str, int]:
    """The ids of the users that projects, tasks and jobs show, by username."""
    shown = [user for one in objects for user in (one.assignee, None if isinstance(one, Job) else one.owner)]
    return {user.username: user.id for user in shown if user is not None and user.username}
