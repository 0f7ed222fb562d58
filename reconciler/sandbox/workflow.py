"""What follows from a change: the statuses that CVAT derives, and the copies that documents hold.

Documents hold what other objects say about them (a task counts its jobs, a job repeats its task's
tracker). They are brought up to date when something is written, so that lists only have to read.
"""

from __future__ import annotations

from reconciler.sandbox.links import Doc, link
from reconciler.sandbox.store import Store

ANNOTATION, VALIDATION, ACCEPTANCE = "annotation", "validation", "acceptance"
STAGES = (ANNOTATION, VALIDATION, ACCEPTANCE)
NEW, COMPLETED = "new", "completed"
STATES = (NEW, "in progress", COMPLETED, "rejected")


def job_status(stage: str, state: str) -> str:
    """Derive a job's legacy status from its stage and state (recorded from CVAT 2.54.1)."""
    if stage == ANNOTATION:
        return ANNOTATION
    return COMPLETED if (stage, state) == (ACCEPTANCE, COMPLETED) else VALIDATION


def summary(store: Store, task_id: int) -> Doc:
    """Count a task's jobs, ground truth and replicas included (recorded from CVAT 2.54.1)."""
    [(count, completed, validation)] = store.rows(
        "SELECT count(*), total(stage = 'acceptance' AND state = 'completed'), total(stage = 'validation')"
        " FROM jobs WHERE task_id = ?",
        (task_id,),
    )
    return {
        "count": count,
        "completed": int(completed),
        "validation": int(validation),
        "url": link(f"/api/jobs?task_id={task_id}"),
    }


def job_saved(store: Store, task_id: int) -> None:
    """Let a task follow a change of one of its jobs.

    Its status is that of its least advanced job, of any type; only when it flips does the task's own
    ``updated_date`` move (recorded from CVAT 2.54.1).
    """
    statuses = {row[0] for row in store.rows("SELECT DISTINCT status FROM jobs WHERE task_id = ?", (task_id,))}
    status = next((status for status in (ANNOTATION, VALIDATION) if status in statuses), COMPLETED)
    task = store.get("tasks", task_id)
    before = dict(task)
    task["jobs"] = summary(store, task_id)
    if status != task["status"]:
        task.update(status=status, updated_date=store.clock.now())
    if task != before:
        store.save("tasks", task)


def jobs_changed(store: Store, task_id: int) -> None:
    """Let a task count its jobs again after one was added or deleted; its status stays as it is."""
    task = store.get("tasks", task_id)
    task["jobs"] = summary(store, task_id)
    store.save("tasks", task)


def jobs_follow(store: Store, task: Doc) -> None:
    """Give a task's jobs what they repeat of it and of its project."""
    project = store.find("projects", task["project_id"]) if task["project_id"] is not None else None
    # No tracker at all is null, a project's empty one is empty: as in CVAT's own test database.
    tracker = task["bug_tracker"] or (project["bug_tracker"] if project else None)
    guide = project["guide_id"] if project else task["guide_id"]
    for job in store.docs("jobs", "task_id = ?", (task["id"],)):
        copied = {
            "bug_tracker": tracker,
            "guide_id": guide,
            "project_id": task["project_id"],
            "organization": task["organization_id"],
            "source_storage": task["source_storage"],
            "target_storage": task["target_storage"],
        }
        if any(job[key] != value for key, value in copied.items()):
            store.save("jobs", {**job, **copied})


def touch_project(store: Store, project_id: int | None) -> None:
    """Move a project's date, and let it see its tasks again: any write to one of them does that."""
    if project_id is None:
        return
    project = store.get("projects", project_id)
    tasks = "FROM tasks WHERE project_id = ?"
    subsets = store.rows(f"SELECT DISTINCT subset {tasks} ORDER BY subset", (project_id,))
    project["task_subsets"] = [subset for (subset,) in subsets if subset]
    project["dimension"] = store.value(f"SELECT dimension {tasks} ORDER BY id LIMIT 1", (project_id,)) or None
    project["tasks"] = {**project["tasks"], "count": store.value(f"SELECT count(*) {tasks}", (project_id,))}
    project["updated_date"] = store.clock.now()
    store.save("projects", project)
