"""Annotations of tasks and jobs: tags, shapes, tracks."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox import permissions, workflow
from reconciler.sandbox.answers import Answer, Refusal, as_json, invalid, nothing, refuse
from reconciler.sandbox.call import Call
from reconciler.sandbox.labels import labels_of
from reconciler.sandbox.links import Doc, from_text
from reconciler.sandbox.store import Store

KINDS = ("tags", "shapes", "tracks")
_PARTS = {"rectangle": 4, "cuboid": 16, "ellipse": 4}


def task_annotations(call: Call) -> Answer:
    """Answer /api/tasks/{id}/annotations, all methods. Replicas are left out, as is ground truth."""
    task = call.store.get("tasks", call.arguments["id"])
    permissions.require(permissions.may_view_task(call, task))
    if "size" not in task:
        message = "Exporting annotations from a task without data is not allowed"
        raise Refusal(Answer(400, message, "text/html; charset=utf-8"))
    jobs = call.store.docs("jobs", "task_id = ? AND type = 'annotation'", (task["id"],))
    return _answer(call, task, jobs)


def job_annotations(call: Call) -> Answer:
    """Answer /api/jobs/{id}/annotations, all methods."""
    job = call.store.get("jobs", call.arguments["id"])
    permissions.require(permissions.may_view_job(call, job))
    return _answer(call, call.store.get("tasks", job["task_id"]), [job])


def _answer(call: Call, task: Doc, jobs: list[Doc]) -> Answer:
    labels = {label["id"]: label for label in labels_of(call.store, task["project_id"], task["id"])}
    if call.method == "GET":
        return as_json(_read(call.store, jobs, labels))
    action = call.query.get("action", "") if call.method == "PATCH" else {"PUT": "put"}.get(call.method, "clear")
    if action not in ("put", "clear", "create", "update", "delete"):
        raise refuse(400, {"action": [f'"{action}" is not a valid choice.']})
    sent = call.data() if call.method != "DELETE" else {}
    _check(sent, labels)
    if action in ("put", "clear"):
        _remove_all(call.store, jobs)
    if action in ("update", "delete"):
        _remove(call.store, jobs, sent)
    answer: Doc = {"version": sent.get("version", 0), **{kind: sent.get(kind, []) for kind in KINDS}}
    if action in ("put", "create", "update"):
        answer = _add(call.store, task, jobs, sent, keep_ids=action == "update")
    _touch(call.store, task, jobs)
    return nothing() if call.method == "DELETE" else as_json(answer)


def _check(sent: Doc, labels: dict[int, Doc]) -> None:
    wrong: dict[str, Any] = {}
    for kind in KINDS:
        for item in sent.get(kind, []):
            expected = _PARTS.get(item.get("type", ""))
            if expected and len(item.get("points", [])) != expected:
                message = f"invalid length for shape type '{item['type']}'"
                wrong.setdefault(kind, []).append({"points": [message]})
    if wrong:
        raise refuse(400, wrong)
    for kind in KINDS:
        for item in sent.get(kind, []):
            label = labels.get(item["label_id"])
            if label is None:
                raise invalid(f"label_id `{item['label_id']}` is invalid")
            known = {attribute["id"] for attribute in label["attributes"]}
            for value in item.get("attributes", []):
                if value["spec_id"] not in known:
                    raise invalid(f"spec_id `{value['spec_id']}` is invalid")


def _marks(jobs: list[Doc]) -> str:
    return f"job_id IN ({', '.join(str(job['id']) for job in jobs)})"


def _remove_all(store: Store, jobs: list[Doc]) -> None:
    store.delete("annotations", _marks(jobs))


def _remove(store: Store, jobs: list[Doc], sent: Doc) -> None:
    for kind in KINDS:
        for item in sent.get(kind, []):
            store.delete("annotations", f"id = ? AND {_marks(jobs)}", (_row_id(kind, item.get("id", 0)),))


def _row_id(kind: str, key: int) -> int:
    # Tags, shapes and tracks are numbered apart: one table holds them all.
    return key * len(KINDS) + KINDS.index(kind)


def _add(store: Store, task: Doc, jobs: list[Doc], sent: Doc, *, keep_ids: bool) -> Doc:
    answer: Doc = {"version": sent.get("version", 0)}
    for kind in KINDS:
        answer[kind] = []
        for item in sent.get(kind, []):
            key = item["id"] if keep_ids and "id" in item else store.next_id(kind)
            doc = {**_completed(kind, item), "id": key}
            answer[kind].append(doc)
            job = _home(jobs, item["frame"])
            if job is None:
                # A frame outside: echoed with an id, and silently dropped (recorded from CVAT 2.54.1).
                continue
            row = _row_id(kind, key)
            store.insert("annotations", doc, id=row, kind=kind, task_id=task["id"], job_id=job["id"])
    return answer


def _home(jobs: list[Doc], frame: int) -> Doc | None:
    if len(jobs) == 1:
        return jobs[0]
    return next((job for job in jobs if job["start_frame"] <= frame <= job["stop_frame"]), None)


def _completed(kind: str, item: Doc) -> Doc:
    common = {"group": 0, "source": "manual", "attributes": []}
    if kind == "tags":
        return {**common, **item}
    if kind == "tracks":
        shapes = [{"attributes": [], **shape} for shape in item.get("shapes", [])]
        return {**common, "elements": [], **item, "shapes": shapes}
    drawn = {"occluded": False, "outside": False, "z_order": 0, "elements": []}
    return {**common, **drawn, **item, "rotation": float(item.get("rotation", 0))}


def _read(store: Store, jobs: list[Doc], labels: dict[int, Doc]) -> Doc:
    rows = store.rows(f"SELECT kind, doc FROM annotations WHERE {_marks(jobs)} ORDER BY id")  # noqa: S608
    found: Doc = {"version": 0, **{kind: [] for kind in KINDS}}
    for kind, text in rows:
        doc = from_text(text)
        attributes = labels[doc["label_id"]]["attributes"] if doc["label_id"] in labels else []
        found[kind].append(_shown(kind, doc, attributes))
    return found


def _shown(kind: str, doc: Doc, attributes: list[Doc]) -> Doc:
    if kind == "tracks":
        # What cannot change is on the track, the rest on its shapes.
        fixed = [attribute for attribute in attributes if not attribute["mutable"]]
        free = [attribute for attribute in attributes if attribute["mutable"]]
        shapes = [{**_floats(shape), "attributes": _values(shape, free)} for shape in doc["shapes"]]
        return {**doc, "attributes": _values(doc, fixed), "shapes": shapes}
    return {**_floats(doc), "attributes": _values(doc, attributes)}


def _floats(doc: Doc) -> Doc:
    return {**doc, "points": [float(point) for point in doc["points"]]} if "points" in doc else doc


def _values(doc: Doc, attributes: list[Doc]) -> list[Doc]:
    # A read fills in the default of every attribute that has no value (recorded from CVAT 2.54.1).
    given = {value["spec_id"]: value["value"] for value in doc["attributes"]}
    return [
        {"spec_id": attribute["id"], "value": given.get(attribute["id"], attribute["default_value"])}
        for attribute in attributes
    ]


def _touch(store: Store, task: Doc, jobs: list[Doc]) -> None:
    """Move the dates of the jobs, of their task and of its project: annotations were saved."""
    for job in jobs:
        store.save("jobs", {**job, "updated_date": store.clock.now()})
    store.save("tasks", {**task, "updated_date": store.clock.now()})
    workflow.touch_project(store, task["project_id"])
