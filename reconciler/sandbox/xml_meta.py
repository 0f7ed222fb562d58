"""What CVAT's XML says of the task, job or project that it was made from."""

from __future__ import annotations

from reconciler.sandbox.labels import labels_of
from reconciler.sandbox.links import Doc
from reconciler.sandbox.media import Media
from reconciler.sandbox.store import Store
from reconciler.sandbox.xml_writing import date_of

Fields = list[tuple[str, object]]


def of_task(store: Store, task: Doc, media: Media, jobs: list[Doc], origin: str, *, labels: bool = True) -> Doc:
    """Tell of a task, or of one job of it, with the segments that are in the file."""
    about: Doc = {
        "id": task["id"],
        "name": task["name"],
        "size": media.size,
        "mode": task["mode"],
        "overlap": task["overlap"],
        "bugtracker": task["bug_tracker"],
        "created": date_of(task["created_date"]),
        "updated": date_of(task["updated_date"]),
        "subset": task["subset"] or "default",
        "start_frame": media.start,
        "stop_frame": media.stop,
        "frame_filter": media.frame_filter,
        "segments": [("segment", _segment(job, origin)) for job in jobs],
        "owner": _person(store, task["owner"]),
        "assignee": _person(store, task["assignee"]),
    }
    return {**about, "labels": label_list(store, task["project_id"], task["id"])} if labels else about


def of_job(store: Store, job: Doc, task: Doc, media: Media, origin: str) -> Doc:
    """Tell of a job: of its task what holds for the job too."""
    about = of_task(store, task, media, [job], origin)
    del about["name"]
    start, stop = media.source_number(job["start_frame"]), media.source_number(job["stop_frame"])
    dates = {"created": date_of(job["created_date"]), "updated": date_of(job["updated_date"])}
    place = {"id": job["id"], "size": job["frame_count"], "start_frame": start, "stop_frame": stop}
    return {**about, **dates, **place, "assignee": _person(store, job["assignee"])}


def of_project(store: Store, project: Doc, tasks: Fields) -> Doc:
    """Tell of a project and of its tasks."""
    return {
        "id": project["id"],
        "name": project["name"],
        "bugtracker": project["bug_tracker"],
        "created": date_of(project["created_date"]),
        "updated": date_of(project["updated_date"]),
        "labels": label_list(store, project["id"], None),
        "subsets": "\n".join(project["task_subsets"]),
        "owner": _person(store, project["owner"]),
        "assignee": _person(store, project["assignee"]),
        "tasks": tasks,
    }


def _segment(job: Doc, origin: str) -> Doc:
    url = f"{origin}/api/jobs/{job['id']}"
    return {"id": job["id"], "start": job["start_frame"], "stop": job["stop_frame"], "url": url}


def _person(store: Store, user: Doc | None) -> Doc | str:
    if user is None:
        return ""
    whole = store.find("users", user["id"]) or user
    return {"username": whole["username"], "email": whole.get("email", "")}


def label_list(store: Store, project_id: int | None, task_id: int | None) -> Fields:
    """Tell of the labels of a project or task, the parts of skeletons after their skeleton."""
    fields: Fields = []
    for root in labels_of(store, project_id, task_id):
        fields.append(("label", _label(root)))
        fields += [("label", {**_label(part), "parent": root["name"]}) for part in root["sublabels"]]
    return fields


def _label(label: Doc) -> Doc:
    attributes = [("attribute", _attribute(attribute)) for attribute in label["attributes"]]
    about: Doc = {"name": label["name"], "color": label["color"], "type": label["type"], "attributes": attributes}
    return {**about, "svg": label["svg"]} if label.get("svg") else about


def _attribute(attribute: Doc) -> Doc:
    names = ("name", "mutable", "input_type", "default_value")
    return {**{name: attribute[name] for name in names}, "values": "\n".join(attribute["values"])}
