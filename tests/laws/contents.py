"""All that a server holds of projects and tasks, by content: names in the place of ids, no dates, no owners.

Read through the API with code of its own, so that it does not share a mistake with what it is to judge.
"""

from __future__ import annotations

import json
import re
from typing import Any

from reconciler.sandbox import Sandbox

Contents = dict[str, Any]
_FIELDS = ("name", "subset", "bug_tracker", "status", "size", "segment_size", "overlap", "mode", "dimension")
_ALL = {"page_size": 500, "sort": "id"}


def contents(sandbox: Sandbox) -> Contents:
    """Projects by name, each with its tasks by name; and the tasks of no project."""
    projects = _list(sandbox, "projects")
    tasks = _list(sandbox, "tasks")
    return {
        "projects": sorted((_project(sandbox, one, tasks) for one in projects), key=_key),
        "tasks": sorted((_task(sandbox, one) for one in tasks if one["project_id"] is None), key=_key),
    }


def _project(sandbox: Sandbox, project: Contents, tasks: list[Contents]) -> Contents:
    own = [task for task in tasks if task["project_id"] == project["id"]]
    return {
        "name": project["name"],
        "bug_tracker": project["bug_tracker"],
        "assignee": _who(project),
        "labels": _labels(_list(sandbox, "labels", project_id=project["id"])),
        "guide": _guide(sandbox, project),
        "tasks": sorted((_task(sandbox, task) for task in own), key=_key),
    }


def _task(sandbox: Sandbox, task: Contents) -> Contents:
    number = task["id"]
    labels = _list(sandbox, "labels", task_id=number)
    jobs = _list(sandbox, "jobs", task_id=number)
    found: Contents = {name: task.get(name) for name in _FIELDS} | {"assignee": _who(task)}
    if task["project_id"] is None:
        found["labels"] = _labels(labels)
    if task.get("size"):
        found["frames"] = [one["name"] for one in _get(sandbox, f"/api/tasks/{number}/data/meta")["frames"]]
        found["annotations"] = _annotations(_get(sandbox, f"/api/tasks/{number}/annotations"), labels)
    found["jobs"] = sorted(
        ((job["type"], job["start_frame"], job["stop_frame"], job["stage"], job["state"], _who(job)) for job in jobs),
        key=_key,
    )
    ids = {job["id"] for job in jobs}
    found["issues"] = sorted(
        (_issue(sandbox, one, jobs) for one in _list(sandbox, "issues") if one["job"] in ids), key=_key
    )
    if task["guide_id"] and _get(sandbox, f"/api/guides/{task['guide_id']}")["task_id"]:
        found["guide"] = _guide(sandbox, task)
    return found


def _issue(sandbox: Sandbox, issue: Contents, jobs: list[Contents]) -> Contents:
    job = next(one for one in jobs if one["id"] == issue["job"])
    comments = _list(sandbox, "comments", issue_id=issue["id"])
    return {
        "job": (job["type"], job["start_frame"]),
        "frame": issue["frame"],
        "position": issue["position"],
        "resolved": issue["resolved"],
        "messages": [one["message"] for one in sorted(comments, key=lambda one: one["id"])],
    }


def _labels(labels: list[Contents]) -> list[Contents]:
    return sorted((_label(label) for label in labels), key=_key)


def _label(label: Contents) -> Contents:
    attributes = [{name: one[name] for name in one if name != "id"} for one in label["attributes"]]
    return {
        "name": label["name"],
        "color": label["color"],
        "type": label["type"],
        "attributes": sorted(attributes, key=_key),
        "sublabels": _labels(label.get("sublabels") or []),
        "svg": re.sub(r'data-label-id="\d+"', "", label.get("svg") or ""),
    }


def _annotations(raw: Contents, labels: list[Contents]) -> Contents:
    every = [*labels, *(part for label in labels for part in label.get("sublabels") or [])]
    names = {label["id"]: label["name"] for label in every}
    specs = {one["id"]: one["name"] for label in every for one in label["attributes"]}
    return {
        kind: sorted((_drawn(item, names, specs) for item in raw[kind]), key=_key) for kind in raw if kind in _KINDS
    }


_KINDS = ("tags", "shapes", "tracks")


def _drawn(item: Contents, names: dict[int, str], specs: dict[int, str]) -> Contents:
    found: Contents = {}
    for key, value in item.items():
        if key == "label_id":
            found["label"] = names[value]
        elif key == "attributes":
            found[key] = sorted((specs[one["spec_id"]], one["value"]) for one in value)
        elif key in ("shapes", "elements"):
            found[key] = sorted((_drawn(one, names, specs) for one in value), key=_key)
        elif key not in ("id", "source", "score"):  # a restore may say "file" of what was "manual"
            found[key] = value
    return found


def _guide(sandbox: Sandbox, owner: Contents) -> str | None:
    if not owner["guide_id"]:
        return None
    text = str(_get(sandbox, f"/api/guides/{owner['guide_id']}")["markdown"])
    return re.sub(r"/api/assets/[0-9a-f-]{36}", "/api/assets/one", text)


def _who(one: Contents) -> str | None:
    return str(one["assignee"]["username"]) if one["assignee"] else None


def _key(one: Any) -> str:
    return json.dumps(one, sort_keys=True, default=str)


def _get(sandbox: Sandbox, path: str, **query: Any) -> Any:
    status, answer = sandbox.api("GET", path, query=query or None)
    assert status == 200, (path, answer)
    return answer


def _list(sandbox: Sandbox, resource: str, **query: Any) -> list[Contents]:
    found: list[Contents] = _get(sandbox, f"/api/{resource}", **_ALL, **query)["results"]
    return found
