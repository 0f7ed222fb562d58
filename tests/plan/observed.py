"""Tasks, jobs and a server that holds them, without HTTP: for what a real server will not easily show."""

# ruff: noqa: ARG002 - a server that does not filter

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import JsonValue

from reconciler.cvat.details import DataMeta, Formats, Guide
from reconciler.cvat.filters import Filter
from reconciler.cvat.models import Job, Label, Project, Task
from reconciler.manifest.loading import LoadedManifest, from_document
from reconciler.plan.model import Plan, ServerRef
from reconciler.plan.onward.following import make_plan
from reconciler.plan.surroundings import Surroundings

SERVER = ServerRef(url="https://cvat.example", version="2.54.1", organization="acme", user="admin")


def task(number: int = 1, **fields: Any) -> Task:
    """A task as the server answers it; users by name."""
    return Task.model_validate({"id": number, "name": f"t{number}", **_with_users(fields)})


def job(number: int = 11, task_id: int = 1, **fields: Any) -> Job:
    """An annotation job, new; users by name."""
    known = {"type": "annotation", "stage": "annotation", "state": "new", "start_frame": 0, "stop_frame": 9}
    return Job.model_validate({"id": number, "task_id": task_id, **known, **_with_users(fields)})


def _with_users(fields: dict[str, Any]) -> dict[str, Any]:
    users = {name: {"id": _number(fields[name]), "username": fields[name]} for name in _USERS if fields.get(name)}
    return fields | users


_USERS = ("owner", "assignee")


def _number(username: str) -> int:
    return sum(map(ord, username))


@dataclass
class Server:
    """Holds what it is given. Filters narrow nothing: the planner has to look for itself."""

    held_tasks: list[Task] = field(default_factory=list)
    held_jobs: list[Job] = field(default_factory=list)
    held_projects: list[Project] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def tasks(self, condition: Filter | None = None) -> list[Task]:
        self.asked.append("tasks")
        return self.held_tasks

    def tasks_by_id(self, ids: Iterable[int]) -> list[Task]:
        wanted = set(ids)
        return [one for one in self.held_tasks if one.id in wanted]

    def jobs(self, condition: Filter | None = None) -> list[Job]:
        self.asked.append("jobs")
        return self.held_jobs

    def jobs_of_tasks(self, task_ids: Iterable[int], *, where: Filter | None = None) -> list[Job]:
        wanted = set(task_ids)
        return [one for one in self.held_jobs if one.task_id in wanted]

    def projects(self, condition: Filter | None = None) -> list[Project]:
        return self.held_projects

    def labels(self, condition: Filter | None = None) -> list[Label]:
        return []

    def labels_of(self, kind: Literal["project", "task"], number: int) -> list[Label]:
        return []

    def project(self, project_id: int) -> Project | None:
        return next((one for one in self.held_projects if one.id == project_id), None)

    def guide(self, guide_id: int) -> Guide | None:
        return None

    def data_meta(self, task_id: int) -> DataMeta | None:
        return None

    def annotations(self, task_id: int) -> dict[str, JsonValue]:
        return {}

    def job_annotations(self, job_id: int) -> dict[str, JsonValue]:
        return {}

    def formats(self) -> Formats:
        return Formats()


class Everybody:
    """All users are known."""

    def resolve(self, usernames: Iterable[str]) -> dict[str, int]:
        return {name: _number(name) for name in usernames}

    def visible(self) -> list[str]:
        return []

    def with_role(self, roles: Collection[str]) -> list[str]:
        return []


def plan_for(server: Server, document: dict[str, Any], *targets: str) -> Plan:
    """The plan of a manifest, given as its document."""
    loaded: LoadedManifest = from_document({"version": 1, **document})
    return make_plan(loaded, Surroundings(server, Everybody(), SERVER), targets)
