"""Whole objects made, changed and deleted: projects, tasks, labels, guides, issues. One call each.

Bodies are the callers': sent as they are. A creation is one POST and never repeated: when its answer is lost
(ServerError, status 0) the caller looks whether the object is there. A deletion of what is gone has succeeded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue

from reconciler.cvat.calls import as_model, as_object, call
from reconciler.cvat.details import Comment, Guide, Issue
from reconciler.cvat.models import Job, Project, Task
from reconciler.cvat.refusals import broken, refusal
from reconciler.cvat.session import Session
from reconciler.cvat.transport import NoAnswer, Payload


class _NewAsset(BaseModel):
    model_config = ConfigDict(extra="ignore")

    uuid: str


Kind = Literal["project", "task"]
Body = Mapping[str, JsonValue]


class Objects:
    """Creates, changes and deletes single objects of one session. Every method raises ServerError."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def create_project(self, body: Body, *, organization: int | None = None) -> Project:
        """Make a project, in the session's organization; if it has none, in this one."""
        doing, query = "the project cannot be created", self.session.within(organization)
        answer = call(self.session, "POST", "/api/projects", doing, query=query, body=dict(body))
        return as_model(Project, answer, doing)

    def patch_project(self, project_id: int, body: Body) -> Project:
        """Set fields of a project."""
        doing = f"project {project_id} cannot be changed"
        path = f"/api/projects/{project_id}"
        return as_model(Project, call(self.session, "PATCH", path, doing, body=dict(body)), doing)

    def delete_project(self, project_id: int) -> None:
        """Delete a project and its tasks, with all their data."""
        self._delete(f"/api/projects/{project_id}", f"project {project_id}")

    def create_task(self, body: Body, *, organization: int | None = None) -> Task:
        """Make a task without data, in the session's organization; if it has none, in this one (its project's)."""
        doing, query = "the task cannot be created", self.session.within(organization)
        return as_model(Task, call(self.session, "POST", "/api/tasks", doing, query=query, body=dict(body)), doing)

    def delete_task(self, task_id: int) -> None:
        """Delete a task with its data and annotations."""
        self._delete(f"/api/tasks/{task_id}", f"task {task_id}")

    def move_task(self, task_id: int, project_id: int, labels: Sequence[Body] | None = None) -> Task:
        """Move a task into a project, and nothing else (FACTS §4).

        `labels` maps its labels: [{"id": old, "name": new}], all of them; None: each finds its own name there.
        """
        doing = f"task {task_id} cannot be moved to project {project_id}"
        body: dict[str, JsonValue] = {"project_id": project_id}
        if labels is not None:
            body["labels"] = [dict(label) for label in labels]
        return as_model(Task, call(self.session, "PATCH", f"/api/tasks/{task_id}", doing, body=body), doing)

    def patch_labels(self, kind: Kind, number: int, labels: Sequence[Body]) -> None:
        """Create, change or delete labels of a project, or of a task without one: always with id and colour."""
        body: dict[str, JsonValue] = {"labels": [dict(label) for label in labels]}
        call(
            self.session,
            "PATCH",
            f"/api/{kind}s/{number}",
            f"the labels of {kind} {number} cannot be changed",
            body=body,
        )

    def create_guide(self, kind: Kind, owner_id: int, markdown: str) -> Guide:
        """Give a project or task a guide; it must have none (a second one is a 500)."""
        doing = f"the guide of {kind} {owner_id} cannot be created"
        body: dict[str, JsonValue] = {"task_id": None, "project_id": None, "markdown": markdown, f"{kind}_id": owner_id}
        return as_model(Guide, call(self.session, "POST", "/api/guides", doing, body=body), doing)

    def patch_guide(self, guide_id: int, markdown: str) -> Guide:
        """Set a guide's text; the server forgets the pictures that it no longer shows."""
        doing = f"guide {guide_id} cannot be changed"
        body: dict[str, JsonValue] = {"markdown": markdown}
        return as_model(Guide, call(self.session, "PATCH", f"/api/guides/{guide_id}", doing, body=body), doing)

    def delete_guide(self, guide_id: int) -> None:
        """Delete a guide with its pictures."""
        self._delete(f"/api/guides/{guide_id}", f"guide {guide_id}")

    def create_asset(self, guide_id: int, filename: str, data: bytes) -> str:
        """Add a picture to a guide; gives its uuid, which the text shows as `/api/assets/<uuid>`."""
        doing = f"{filename} cannot be added to guide {guide_id}"
        payload = Payload.form({"guide_id": str(guide_id), "file": (filename, data)})
        try:
            answer = self.session.transport.exchange("POST", "/api/assets", payload=payload)
        except NoAnswer as failure:
            raise broken(doing, failure) from None
        if not answer.ok:
            raise refusal(doing, answer)
        return as_model(_NewAsset, answer, doing).uuid

    def create_issue(self, body: Body) -> Issue:
        """Make an issue: `job`, `frame`, `position`, `message`, `assignee`."""
        doing = "the issue cannot be created"
        return as_model(Issue, call(self.session, "POST", "/api/issues", doing, body=dict(body)), doing)

    def patch_issue(self, issue_id: int, body: Body) -> Issue:
        """Set an issue's `position`, `assignee`, `resolved`."""
        doing = f"issue {issue_id} cannot be changed"
        return as_model(Issue, call(self.session, "PATCH", f"/api/issues/{issue_id}", doing, body=dict(body)), doing)

    def create_comment(self, issue: int, message: str) -> Comment:
        """Add a comment to an issue."""
        doing = f"issue {issue} cannot be commented on"
        body: dict[str, JsonValue] = {"issue": issue, "message": message}
        return as_model(Comment, call(self.session, "POST", "/api/comments", doing, body=body), doing)

    def patch_quality_settings(self, settings_id: int, body: Body) -> dict[str, JsonValue]:
        """Set quality settings, found by `Reader.quality_settings`."""
        doing = f"quality settings {settings_id} cannot be changed"
        path = f"/api/quality/settings/{settings_id}"
        return as_object(call(self.session, "PATCH", path, doing, body=dict(body)), doing)

    def leave_out(self, task_id: int, frames: Sequence[int]) -> None:
        """Say which frames of a task's ground truth are not counted."""
        body: dict[str, JsonValue] = {"disabled_frames": list(frames)}
        doing = f"frames cannot be left out of the ground truth of task {task_id}"
        call(self.session, "PATCH", f"/api/tasks/{task_id}/validation_layout", doing, body=body)

    def create_ground_truth_job(self, body: Body) -> Job:
        """Make a ground-truth job: `task_id`, `frame_selection_method`, `frames`, …; the type is added."""
        doing = f"the ground-truth job of task {body.get('task_id')} cannot be created"
        sent: dict[str, JsonValue] = {**body, "type": "ground_truth"}
        return as_model(Job, call(self.session, "POST", "/api/jobs", doing, body=sent), doing)

    def _delete(self, path: str, what: str) -> None:
        call(self.session, "DELETE", path, f"{what} cannot be deleted", accept=(404,))
