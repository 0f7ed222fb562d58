"""From a few readable lines to all that a server holds.

    organization: acme           # left out: everything is in the personal workspace
    users: [alice, bob]          # members of the organization; `admin` always is one, and owns what nobody else does
    outsiders: [zoe]             # users of the server who are not members
    projects:
      1: {name: Street scenes, labels: [car, van]}
    tasks:
      11:
        name: batch-001
        project: 1
        status: completed        # left out: what its jobs make it
        jobs:
          101: 0-9 acceptance/completed @bob
          102: 10-19 annotation/new stored completed       # the stored (legacy) status, when it is stale
          103: 0-19 acceptance/completed ground_truth

Anything else that a task or project may have (`created_date`, `subset`, `mode`, `size`) is written as CVAT calls it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml

from reconciler.plan.workflow import job_status, task_status

Doc = dict[str, Any]

_JOB = re.compile(
    r"(?P<first>\d+)-(?P<last>\d+) (?P<stage>\w+)/(?P<state>new|in progress|completed|rejected)"
    r"(?: @(?P<assignee>\S+))?(?: (?P<type>ground_truth|consensus_replica))?(?: stored (?P<status>\w+))?"
)
_ORGANIZATION = 1


def read_world(path: Path) -> Doc:
    """The world that a file describes."""
    return build_world(yaml.safe_load(path.read_text(encoding="utf-8")))


def build_world(described: Mapping[str, Any]) -> Doc:
    """The lists that an administrator would get."""
    return _Builder(described).world


class _Builder:
    def __init__(self, described: Mapping[str, Any]) -> None:
        self._organization = _ORGANIZATION if described.get("organization") else None
        members = ["admin", *described.get("users", ())]
        self._users = {
            name: {"id": key, "username": name}
            for key, name in enumerate([*members, *described.get("outsiders", ())], 1)
        }
        projects: Mapping[int, Doc] = described.get("projects", {})
        tasks: Mapping[int, Doc] = described.get("tasks", {})
        jobs = [job for key, task in tasks.items() for job in self._jobs_of(key, task)]
        self.world: Doc = {
            "users": [{**user, "is_superuser": name == "admin"} for name, user in self._users.items()],
            "projects": [self._project(key, project, tasks) for key, project in projects.items()],
            "tasks": [self._task(key, task, jobs) for key, task in tasks.items()],
            "jobs": jobs,
            "labels": self._labels(projects, tasks),
        }
        if self._organization:
            self.world["organizations"] = [{"id": _ORGANIZATION, "slug": described["organization"]}]
            self.world["memberships"] = [
                {"id": key, "user": self._users[name], "organization": _ORGANIZATION, "role": role}
                for key, name in enumerate(members, 1)
                for role in [described.get("roles", {}).get(name, "owner" if name == "admin" else "worker")]
            ]

    def _project(self, key: int, project: Doc, tasks: Mapping[int, Doc]) -> Doc:
        count = sum(task.get("project") == key for task in tasks.values())
        doc = {"id": key, "organization_id": self._organization, "tasks": {"count": count}, **_plain(project)}
        doc.pop("labels", None)
        return self._with_users(doc)

    def _task(self, key: int, task: Doc, all_jobs: list[Doc]) -> Doc:
        jobs = [job for job in all_jobs if job["task_id"] == key]
        doc: Doc = {"id": key, "organization_id": self._organization, **_plain(task)}
        doc["project_id"] = doc.pop("project", None)
        doc["jobs"] = {"count": len(jobs), "completed": 0, "validation": 0}
        doc.pop("labels", None)
        if jobs:
            doc.setdefault("status", task_status(job["status"] for job in jobs))
            doc.setdefault("size", max(job["stop_frame"] for job in jobs) + 1)
            doc.setdefault("data", key)
        return self._with_users(doc)

    def _jobs_of(self, key: int, task: Doc) -> list[Doc]:
        shared = {"task_id": key, "project_id": task.get("project"), "organization": self._organization}
        return [{"id": job_id, **shared, **self._job(text)} for job_id, text in task.get("jobs", {}).items()]

    def _job(self, text: str) -> Doc:
        match = _JOB.fullmatch(text)
        assert match is not None, f"not a job: {text!r}"
        first, last = int(match["first"]), int(match["last"])
        return {
            "start_frame": first,
            "stop_frame": last,
            "frame_count": last - first + 1,
            "stage": match["stage"],
            "state": match["state"],
            "status": match["status"] or job_status(match["stage"], match["state"]),
            "type": match["type"] or "annotation",
            "assignee": self._users[match["assignee"]] if match["assignee"] else None,
        }

    def _labels(self, projects: Mapping[int, Doc], tasks: Mapping[int, Doc]) -> list[Doc]:
        owned = [("project_id", key, name) for key, doc in projects.items() for name in doc.get("labels", ())]
        owned += [("task_id", key, name) for key, doc in tasks.items() for name in doc.get("labels", ())]
        return [{"id": key, "name": name, owner: of} for key, (owner, of, name) in enumerate(owned, 1)]

    def _with_users(self, doc: Doc) -> Doc:
        """Users in full; without an owner it is the administrator, `owner: null` is nobody."""
        named = {"owner": "admin", "assignee": None} | {key: doc[key] for key in ("owner", "assignee") if key in doc}
        return doc | {key: self._users[name] if name else None for key, name in named.items()}


def _plain(doc: Doc) -> Doc:
    """Dates as CVAT writes them; what only the builder knows is left out."""
    return {key: _moment(value) if key.endswith("_date") else value for key, value in doc.items() if key != "jobs"}


def _moment(value: datetime | date) -> str:
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value.strftime("%Y-%m-%dT%H:%M:%SZ")
