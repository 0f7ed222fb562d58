"""Making the documents of a seed: whole ones, as a list of the server gives them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from reconciler.sandbox.clock import written
from reconciler.sandbox.links import Doc, link
from reconciler.sandbox.workflow import job_status
from reconciler.sandbox.worlds import TABLES

_STORAGES: Doc = {"target_storage": None, "source_storage": None}


class Maker:
    """Collects documents, numbering them as it goes."""

    def __init__(self) -> None:
        self.world: dict[str, list[Doc]] = {table: [] for table in TABLES}
        self._users: dict[str, Doc] = {}
        self._attributes = 0

    def add(self, table: str, doc: Doc) -> Doc:
        """Add a document under the next id."""
        full = {"id": len(self.world[table]) + 1, **doc}
        self.world[table].append(full)
        return full

    def add_user(self, username: str, first_name: str, joined: str) -> None:
        """Add a user; the first one is the administrator."""
        admin = not self._users
        key = len(self._users) + 1
        self._users[username] = {
            "url": link(f"/api/users/{key}"),
            "id": key,
            "username": username,
            "first_name": first_name,
            "last_name": "",
        }
        self.world["users"].append(
            {
                **self._users[username],
                "email": f"{username}@acme.example",
                "groups": ["admin" if admin else "user"],
                "is_staff": admin,
                "is_superuser": admin,
                "is_active": True,
                "last_login": None,
                "date_joined": joined,
                "has_analytics_access": admin,
            }
        )

    def user(self, username: str) -> Doc:
        """Give a user as documents nest them."""
        return self._users[username]

    def add_project(self, name: str, organization: int | None, created: str, labels: Iterable[Doc]) -> Doc:
        """Add a project with its labels."""
        key = len(self.world["projects"]) + 1
        for label in labels:
            self._add_label(label, key)
        return self.add(
            "projects",
            {
                "url": link(f"/api/projects/{key}"),
                "name": name,
                "owner": self.user("admin"),
                "assignee": None,
                "guide_id": None,
                "bug_tracker": "",
                "task_subsets": [],
                "created_date": created,
                "updated_date": created,
                "status": "annotation",
                "dimension": None,
                "organization": organization,
                "organization_id": organization,
                **_STORAGES,
                "tasks": {"count": 0, "url": link(f"/api/tasks?project_id={key}")},
                "labels": {"url": link(f"/api/labels?project_id={key}")},
                "assignee_updated_date": None,
            },
        )

    def _add_label(self, label: Doc, project_id: int) -> None:
        attributes = []
        for attribute in label["attributes"]:
            self._attributes += 1
            value = attribute["values"][0]
            attributes.append({"id": self._attributes, **attribute, "default_value": value})
        fixed = {"sublabels": [], "project_id": project_id, "parent_id": None, "has_parent": False}
        self.add("labels", {**label, "attributes": attributes, **fixed})

    def add_task(
        self,
        name: str,
        created: datetime,
        *,
        project: Doc | None = None,
        subset: str = "",
        size: int = 0,
        segment: int = 0,
        **more: Any,
    ) -> Doc:
        """Add a task; without a size it has no data."""
        key = len(self.world["tasks"]) + 1
        organization = project["organization_id"] if project else None
        data: Doc = {
            "data_chunk_size": 72,
            "data_original_chunk_type": "imageset",
            "data_compressed_chunk_type": "imageset",
            "data_cloud_storage_id": None,
            "size": size,
            "image_quality": 70,
            "data": key,
        }
        return self.add(
            "tasks",
            {
                "url": link(f"/api/tasks/{key}"),
                "name": name,
                "project_id": project["id"] if project else None,
                "mode": "annotation" if size else "",
                "owner": self.user("admin"),
                "assignee": None,
                "bug_tracker": "",
                "created_date": written(created),
                "updated_date": written(created + timedelta(hours=9)),
                "overlap": 0,
                "segment_size": segment or size,
                "status": "annotation",
                **(data if size else {}),
                "guide_id": None,
                "dimension": "2d",
                "subset": subset,
                "organization_id": organization,
                "organization": organization,
                **_STORAGES,
                "jobs": {"count": 0, "completed": 0, "validation": 0, "url": link(f"/api/jobs?task_id={key}")},
                "labels": {"url": link(f"/api/labels?task_id={key}")},
                "assignee_updated_date": None,
                "validation_mode": None,
                "consensus_enabled": False,
                **more,
            },
        )

    def add_job(
        self,
        task: Doc,
        start: int,
        stop: int,
        *,
        stage: str = "annotation",
        state: str = "new",
        assignee: str | None = None,
        **more: Any,
    ) -> Doc:
        """Add a job to the task that was added last."""
        key = len(self.world["jobs"]) + 1
        job = self.add(
            "jobs",
            {
                "url": link(f"/api/jobs/{key}"),
                "task_id": task["id"],
                "project_id": task["project_id"],
                "assignee": self.user(assignee) if assignee else None,
                "guide_id": None,
                "dimension": "2d",
                "bug_tracker": task["bug_tracker"] if task["project_id"] else task["bug_tracker"] or None,
                "status": job_status(stage, state),
                "stage": stage,
                "state": state,
                "mode": "annotation",
                "frame_count": stop - start + 1,
                "start_frame": start,
                "stop_frame": stop,
                "data_chunk_size": 72,
                "data_compressed_chunk_type": "imageset",
                "data_original_chunk_type": "imageset",
                "created_date": task["created_date"],
                "updated_date": task["updated_date"],
                "issues": {"url": link(f"/api/issues?job_id={key}"), "count": 0},
                "labels": {"url": link(f"/api/labels?job_id={key}")},
                "type": "annotation",
                "organization": task["organization_id"],
                **_STORAGES,
                "assignee_updated_date": task["created_date"] if assignee else None,
                "parent_job_id": None,
                "consensus_replicas": 0,
                **more,
            },
        )
        _follow(task, job)
        return job

    def finish_project(self, project: Doc) -> None:
        """Let a project see its tasks, once they are all there."""
        tasks = [task for task in self.world["tasks"] if task["project_id"] == project["id"]]
        project["tasks"]["count"] = len(tasks)
        project["task_subsets"] = sorted({task["subset"] for task in tasks} - {""})
        project["dimension"] = "2d" if tasks else None


def _follow(task: Doc, job: Doc) -> None:
    jobs = task["jobs"]
    first = not jobs["count"]
    jobs["count"] += 1
    jobs["completed"] += job["status"] == "completed" and job["state"] == "completed"
    jobs["validation"] += job["stage"] == "validation"
    known = ("annotation", "validation", "completed")
    task["status"] = job["status"] if first else min(task["status"], job["status"], key=known.index)
