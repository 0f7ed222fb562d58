"""The annotations of jobs in the database: written, read back as the server shows them, removed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reconciler.sandbox import tracks, workflow
from reconciler.sandbox.annotation_checks import KINDS, Labels
from reconciler.sandbox.links import Doc, from_text
from reconciler.sandbox.store import Store


def empty() -> Doc:
    """Give no annotations."""
    return {"version": 0, "tags": [], "shapes": [], "tracks": []}


def is_empty(annotations: Doc) -> bool:
    """Tell whether there is nothing in them."""
    return not any(annotations[kind] for kind in KINDS)


def add(store: Store, job: Doc, annotations: Doc, *, keep_ids: bool = False) -> Doc:
    """Add annotations to a job; give them with their ids, as the server's answer does.

    Frames outside the job are kept too, and given back with the job's (recorded from CVAT 2.54.1).
    """
    answer: Doc = {**empty(), "version": annotations.get("version", 0)}
    for kind in KINDS:
        items = annotations[kind]
        if kind == "tracks":
            items = [whole for item in items if (whole := tracks.repaired(item)) is not None]
        numbers = _Numbers(store, kind, items, keep_ids=keep_ids)
        answer[kind] = [numbers.given_to(item) for item in items]
        _insert(store, kind, job, answer[kind])
    return answer


def _insert(store: Store, kind: str, job: Doc, items: list[Doc]) -> None:
    place = {"kind": kind, "task_id": job["task_id"], "job_id": job["id"]}
    # The row's own id is left to the database: it is the order of insertion.
    store.insert_all("annotations", [(doc, {"id": None, "key": doc["id"], **place}) for doc in items])


class _Numbers:
    """Gives annotations their ids, taken from the store all at once."""

    def __init__(self, store: Store, kind: str, items: list[Doc], *, keep_ids: bool) -> None:
        parts = [part for item in items for part in (item, *item.get("elements", ()))]
        self._keep = keep_ids
        self._ids = store.next_ids(kind, len(parts))
        self._tracked = store.next_ids("tracked_shapes", sum(len(part.get("shapes", ())) for part in parts))

    def given_to(self, item: Doc) -> Doc:
        """Give an annotation with its ids, those of its parts and of its shapes on frames."""
        given = item.get("id") if self._keep else None
        doc = {**item, "id": given if given is not None else next(self._ids)}
        if "shapes" in item:
            doc["shapes"] = [{**shape, "id": next(self._tracked)} for shape in item["shapes"]]
        if "elements" in item:
            doc["elements"] = [self.given_to(element) for element in item["elements"]]
        return doc


def load(store: Store, job: Doc, held: Doc) -> None:
    """Add the annotations of a world to a job, with the ids that they have."""
    for kind in KINDS:
        _insert(store, kind, job, list(held.get(kind, ())))
        for doc in held.get(kind, ()):
            for part in (doc, *doc.get("elements", ())):
                store.ids_used(kind, part["id"])
                for shape in part.get("shapes", ()):
                    store.ids_used("tracked_shapes", shape["id"])


def read_job(store: Store, job: Doc, labels: Labels) -> Doc:
    """Give a job's annotations: tags and shapes by frame, tracks by id."""
    found = empty()
    sql = "SELECT kind, doc FROM annotations WHERE job_id = ? ORDER BY iif(kind = 'tracks', key, frame), id"
    for kind, text in store.rows(sql, (job["id"],)):
        found[kind].append(_shown(kind, from_text(text), labels))
    return found


def read_task(store: Store, task: Doc, jobs: list[Doc], labels: Labels) -> Doc:
    """Give the annotations of a task's jobs together."""
    found = empty()
    for job in jobs:
        tracks.merge(found, read_job(store, job, labels), job["start_frame"], task["overlap"] or 0)
    return found


def _shown(kind: str, doc: Doc, labels: Labels) -> Doc:
    specs = labels[doc["label_id"]]["attributes"] if doc["label_id"] in labels else []
    if kind == "tracks":
        defaults = _defaults(specs, lambda spec: bool(spec["mutable"]))
        shapes = []
        for shape in doc["shapes"]:
            values = _filled(shape["attributes"], defaults)
            shapes.append({**_floats(shape), "attributes": values})
            defaults = values  # the next keyframe goes on with the values of this one
        fixed = _defaults(specs, lambda spec: not spec["mutable"])
        shown = {**doc, "shapes": shapes, "attributes": _filled(doc["attributes"], fixed)}
    else:
        shown = {**_floats(doc), "attributes": _filled(doc["attributes"], _defaults(specs, lambda _: True))}
    if "elements" in doc:
        shown["elements"] = [_shown(kind, element, labels) for element in doc["elements"]]
    return shown


def _defaults(specs: Sequence[Doc], wanted: Callable[[Doc], bool]) -> list[Doc]:
    return [{"spec_id": spec["id"], "value": spec["default_value"]} for spec in specs if wanted(spec)]


def _filled(given: list[Doc], defaults: list[Doc]) -> list[Doc]:
    # A read fills in the default of every attribute that has no value (recorded from CVAT 2.54.1).
    known = {value["spec_id"] for value in given}
    return [*given, *(default for default in defaults if default["spec_id"] not in known)]


def _floats(doc: Doc) -> Doc:
    return {**doc, "points": [float(point) for point in doc["points"]]} if "points" in doc else doc


def remove_all(store: Store, job: Doc) -> int:
    """Remove all annotations of a job; tell how many."""
    return store.delete("annotations", "job_id = ?", (job["id"],))


def remove(store: Store, job: Doc, sent: Doc) -> int:
    """Remove the annotations of a job that have the ids of those sent; tell how many."""
    removed = 0
    for kind in KINDS:
        for item in sent.get(kind, ()):
            values: tuple[Any, ...] = (job["id"], kind, item.get("id"))
            removed += store.delete("annotations", "job_id = ? AND kind = ? AND key = ?", values)
    return removed


def touch(store: Store, job: Doc) -> None:
    """Move the dates of a job, its task and its project: its annotations were saved."""
    moment = store.clock.now()
    store.save("jobs", {**store.get("jobs", job["id"]), "updated_date": moment})
    task = store.get("tasks", job["task_id"])
    store.save("tasks", {**task, "updated_date": moment})
    workflow.touch_project(store, task["project_id"])
