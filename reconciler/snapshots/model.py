"""Snapshots that hold data, as they lie in the state store.

`snapshots/<id>/snapshot.json` lists the copies; `snapshots/<id>/task-42/` and `snapshots/<id>/project-17/` hold their
files. A snapshot that a run takes has the run's id. The list is written after each copy: what it names is whole.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import JsonValue

from reconciler.annotations.numbers import Numbers
from reconciler.plan.frozen import Frozen
from reconciler.plan.model import ServerRef


class CopiedFile(Frozen):
    """One file of a copy."""

    name: str  # within the copy's folder: record.json, annotations.json, backup.zip, assets/<uuid>
    sha256: str
    size: int  # bytes


class Copy(Frozen):
    """One task or project, copied."""

    kind: Literal["task", "project"]
    id: int
    name: str
    project: int | None = None  # a task's
    taken: datetime
    folder: str  # the blobs' prefix: snapshots/<id>/task-42
    files: tuple[CopiedFile, ...]
    frames: int = 0
    annotations: Numbers = Numbers()
    backup: bool = False  # whether there is a full backup in it, or only record and annotations


class DataSnapshot(Frozen):
    """A set of copies taken together."""

    format: Literal["reconciler.data/1"] = "reconciler.data/1"
    id: str  # sorts by time
    taken: datetime
    server: ServerRef
    operator: str
    run: str | None = None  # the run that took it before it destroyed something
    reason: str = ""
    copies: tuple[Copy, ...] = ()


class JobRecord(Frozen):
    """A job as it was: found again in a restored task by its type and frames."""

    id: int
    type: str
    start: int
    stop: int
    stage: str
    state: str
    assignee: str | None
    frames: tuple[int, ...] | None = None  # of a ground-truth job: which frames it has
    parent: int | None = None  # of a replica: the job it repeats


class CommentRecord(Frozen):
    """A comment. Author and date cannot be restored; the plan of a rollback says so."""

    message: str
    owner: str | None
    created: datetime | None


class IssueRecord(Frozen):
    """An issue; its first comment is the message it was made with."""

    job: int
    frame: int
    position: tuple[float, ...]
    assignee: str | None
    resolved: bool
    owner: str | None
    comments: tuple[CommentRecord, ...]


class GuideRecord(Frozen):
    """A guide. The pictures it shows are files of the copy: assets/<uuid>."""

    markdown: str
    assets: dict[str, str]  # uuid → the picture's own file name


class TaskRecord(Frozen):
    """A task with all that CVAT's backup forgets (FACTS §4)."""

    format: Literal["reconciler.task/1"] = "reconciler.task/1"
    id: int
    created: datetime | None
    fields: dict[str, JsonValue]  # plan.state.task_state: users as usernames, the project's id
    project_name: str | None
    organization: str | None  # the session's
    organization_id: int | None = None  # the task's own; not in older copies
    size: int | None
    segment_size: int | None = None
    overlap: int | None = None
    source_storage: JsonValue = None
    target_storage: JsonValue = None
    guide: GuideRecord | None = None  # its own, not its project's
    labels: dict[str, JsonValue]  # name → state (plan.labels.label_state); the project's for a task in one
    jobs: tuple[JobRecord, ...]
    issues: tuple[IssueRecord, ...] = ()
    quality: JsonValue = None  # its quality settings as they were read
    left_out: tuple[int, ...] = ()  # frames of the ground truth that are not counted ("disabled")
    unknown: tuple[str, ...] = ()  # what whoever took the copy was not allowed to read
    digest: str  # of its annotations by content
    numbers: Numbers


class ProjectRecord(Frozen):
    """A project without its tasks."""

    format: Literal["reconciler.project/1"] = "reconciler.project/1"
    id: int
    created: datetime | None
    organization_id: int | None = None
    fields: dict[str, JsonValue]  # plan.state.project_state
    guide: GuideRecord | None = None
    labels: dict[str, JsonValue]  # name → state, in the server's order
