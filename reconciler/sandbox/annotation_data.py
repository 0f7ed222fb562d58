"""Annotations of tasks and jobs: tags, shapes, tracks."""

from __future__ import annotations

from reconciler.sandbox import annotation_rows as rows
from reconciler.sandbox import permissions, tracks
from reconciler.sandbox.annotation_checks import KINDS, Labels, checked_annotations, label_book, require_known
from reconciler.sandbox.answers import Answer, Refusal, as_json, crash, nothing, refuse
from reconciler.sandbox.call import Call
from reconciler.sandbox.links import Doc
from reconciler.sandbox.store import Store

_ACTIONS = ("create", "update", "delete")


def task_annotations(call: Call) -> Answer:
    """Answer /api/tasks/{id}/annotations, but for POST. Replicas are left out, as is ground truth."""
    task = call.store.get("tasks", call.arguments["id"])
    permissions.require(permissions.may_view_task(call, task))
    if "size" not in task:
        # Only reading is looked after (CVAT's TaskViewSet.annotations).
        if call.method != "GET":
            raise crash()
        message = "Exporting annotations from a task without data is not allowed"
        raise Refusal(Answer(400, message, "text/html; charset=utf-8"))
    labels, jobs = label_book(call.store, task), annotation_jobs(call.store, task)
    if call.method == "GET":
        return as_json(rows.read_task(call.store, task, jobs, labels))
    action = _action(call)
    if action == "clear":
        clear(call.store, jobs)
        return nothing()
    sent = _sent(call, action, labels)
    return as_json(write_task(call.store, task, jobs, sent, action))


def job_annotations(call: Call) -> Answer:
    """Answer /api/jobs/{id}/annotations, but for POST."""
    store = call.store
    job = store.get("jobs", call.arguments["id"])
    permissions.require(permissions.may_view_job(call, job))
    labels = label_book(store, store.get("tasks", job["task_id"]))
    if call.method == "GET":
        return as_json(rows.read_job(store, job, labels))
    action = _action(call)
    if action == "clear":
        clear(store, [job])
        return nothing()
    return as_json(write_job(store, job, _sent(call, action, labels), action))


def annotation_jobs(store: Store, task: Doc) -> list[Doc]:
    """Give the jobs whose annotations are the task's."""
    types = "('annotation', 'ground_truth')" if task["validation_mode"] == "gt_pool" else "('annotation')"
    return store.docs("jobs", f"task_id = ? AND type IN {types}", (task["id"],))


def _action(call: Call) -> str:
    if call.method != "PATCH":
        return "put" if call.method == "PUT" else "clear"
    action = call.query.get("action", "")
    if action not in _ACTIONS:
        raise refuse(400, {"action": [f'"{action}" is not a valid choice.']})
    return action


def _sent(call: Call, action: str, labels: Labels) -> Doc:
    sent = checked_annotations(call.data(), action)
    if action != "delete":
        require_known(sent, labels)
    return sent


def clear(store: Store, jobs: list[Doc]) -> None:
    """Remove all annotations of jobs."""
    for job in jobs:
        if rows.remove_all(store, job):
            rows.touch(store, job)


def write_job(store: Store, job: Doc, sent: Doc, action: str) -> Doc:
    """Write annotations of one job; give the answer. Dates move only if something was there or is."""
    gone = 0
    if action == "put":
        gone = rows.remove_all(store, job)
    elif action in ("update", "delete"):
        gone = rows.remove(store, job, sent)
    # An update keeps the ids that it names (recorded from CVAT 2.54.1).
    answer = sent if action == "delete" else rows.add(store, job, sent, keep_ids=action == "update")
    if gone or (action != "delete" and not rows.is_empty(answer)):
        rows.touch(store, job)
    return answer


def write_task(store: Store, task: Doc, jobs: list[Doc], sent: Doc, action: str) -> Doc:
    """Write annotations of a task: each job gets its part, and what belongs to no job is lost."""
    answer = {**rows.empty(), "version": sent["version"]}
    for job in jobs:
        written = write_job(store, job, part(sent, job), action)
        tracks.merge(answer, written, job["start_frame"], task["overlap"] or 0)
    return answer


def part(sent: Doc, job: Doc) -> Doc:
    """Give what of annotations lies in a job."""
    start, stop = job["start_frame"], job["stop_frame"]
    own: Doc = {"version": sent["version"]}
    for kind in KINDS[:2]:
        own[kind] = [item for item in sent[kind] if start <= item["frame"] <= stop]
    own["tracks"] = [cut for track in sent["tracks"] if (cut := tracks.piece(track, start, stop))]
    return own
