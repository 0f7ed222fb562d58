"""Jobs: list, read, change; ground truth jobs are created and deleted too."""

from __future__ import annotations

from reconciler.sandbox import ground_truth, permissions, workflow
from reconciler.sandbox.answers import Answer, denied, invalid, nothing
from reconciler.sandbox.call import Call, brief_user
from reconciler.sandbox.fields import Anything, Choice, Field, Integer, Share, checked
from reconciler.sandbox.links import Doc
from reconciler.sandbox.listing import created, listed, single
from reconciler.sandbox.new_jobs import add_ground_truth

_FIELDS: dict[str, Field] = {
    "assignee": Integer(null=True),
    "stage": Choice(workflow.STAGES),
    "state": Choice(workflow.STATES),
}
_AT_CREATION: dict[str, Field] = {
    "type": Choice(("annotation", "ground_truth", "consensus_replica", "replica")),
    "task_id": Integer(),
    "assignee": Integer(null=True),
    "frame_selection_method": Choice(ground_truth.METHODS),
    "frame_count": Integer(least=1),
    "frame_share": Share(),
    "frames": Anything(),
    "frames_per_job_count": Integer(least=1),
    "frames_per_job_share": Share(),
}


def list_jobs(call: Call) -> Answer:
    """Answer GET /api/jobs."""
    return listed(call, "jobs", permissions.visible(call, "jobs"))


def retrieve_job(call: Call) -> Answer:
    """Answer GET /api/jobs/{id}."""
    job = call.store.get("jobs", call.arguments["id"])
    permissions.require(permissions.may_view_job(call, job))
    return single(call, "jobs", job["id"])


def change_job(call: Call) -> Answer:
    """Answer PATCH /api/jobs/{id}: only assignee, stage and state; each asks for its own right.

    Every PATCH moves the job's ``updated_date``, even an empty one (recorded from CVAT 2.54.1).
    """
    store = call.store
    job = store.get("jobs", call.arguments["id"])
    sent = call.data()
    if any(name not in _FIELDS for name in sent):
        raise denied("Attempted to update an unknown field")
    permissions.require(permissions.may_view_job(call, job))
    if {"assignee", "stage"} & sent.keys():
        permissions.require(permissions.may_rule_job(call, job))
    data = checked(sent, _FIELDS)
    if "assignee" in data and data["assignee"] != (job["assignee"] or {}).get("id"):
        permissions.require_assignable(call, data["assignee"], job["organization"])
        job.update(assignee=brief_user(store, data["assignee"]), assignee_updated_date=store.clock.now())
    _advance(job, data)
    job["updated_date"] = store.clock.now()
    store.save("jobs", job)
    workflow.job_saved(store, job["task_id"])
    return single(call, "jobs", job["id"])


def _advance(job: Doc, data: Doc) -> None:
    if not {"stage", "state"} & data.keys():
        return
    stage = str(data.get("stage", job["stage"]))
    # A new stage without a state starts again (recorded from CVAT 2.54.1).
    kept = str(job["state"]) if stage == job["stage"] else workflow.NEW
    state = str(data.get("state", kept))
    job.update(stage=stage, state=state, status=workflow.job_status(stage, state))


def create_job(call: Call) -> Answer:
    """Answer POST /api/jobs, which makes ground truth jobs only."""
    store = call.store
    data = checked(call.data(), _AT_CREATION, required=("type", "task_id"))
    task = store.find("tasks", data["task_id"])
    if task is None:
        raise invalid("Task matching query does not exist.")
    permissions.require(permissions.may_add_job(call, task))
    ground_truth.check_choice(data)
    if data["type"] != "ground_truth":
        raise invalid(f"Unexpected job type '{data['type']}'")
    if not task.get("size"):
        raise invalid("This task has no data attached yet. Please set up task data and try again")
    if task["validation_mode"]:
        raise invalid(f'Task with validation mode "{task["validation_mode"]}" cannot have more than 1 GT job')
    permissions.require_assignable(call, data.get("assignee"), task["organization_id"])
    job = add_ground_truth(store, task, ground_truth.chosen_frames(data, task))
    if data.get("assignee") is not None:
        job = store.get("jobs", job["id"])
        job.update(assignee=brief_user(store, data["assignee"]), assignee_updated_date=job["updated_date"])
        store.save("jobs", job)
    return created(call, "jobs", job["id"])


def delete_job(call: Call) -> Answer:
    """Answer DELETE /api/jobs/{id}."""
    store = call.store
    job = store.get("jobs", call.arguments["id"])
    task = store.get("tasks", job["task_id"])
    permissions.require(permissions.may_add_job(call, task))
    if job["type"] != "ground_truth":
        raise invalid("Only ground truth jobs can be removed")
    store.delete("annotations", "job_id = ?", (job["id"],))
    store.delete("jobs", "id = ?", (job["id"],))
    store.save("tasks", {**task, "validation_mode": None})
    workflow.jobs_changed(store, task["id"])
    return nothing()
