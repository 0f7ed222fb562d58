"""Tasks and projects written down as they are: all that CVAT's own backup forgets (FACTS §4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

from reconciler.annotations.labels import LabelIds
from reconciler.annotations.numbers import Numbers
from reconciler.annotations.whole import WholeTask, read_whole
from reconciler.cvat.details import Asset, Issue
from reconciler.cvat.models import Job, Label, Project, Task
from reconciler.cvat.reading import Reader
from reconciler.errors import ServerError
from reconciler.plan.guides import pictures_in
from reconciler.plan.labels import label_state
from reconciler.plan.state import project_state, task_state
from reconciler.snapshots.archives import Held, Place, held_in, numbered
from reconciler.snapshots.model import (
    CommentRecord,
    GuideRecord,
    IssueRecord,
    JobRecord,
    ProjectRecord,
    TaskRecord,
)

Assets = dict[str, Asset]
Read = TypeVar("Read")

_PICTURES: Final = {b"\x89PNG": "png", b"\xff\xd8": "jpg", b"GIF8": "gif", b"%PDF": "pdf"}
"""How the files begin that CVAT takes for a guide; the fifth kind is WebP."""


class TaskAsItIs:
    """A task, its jobs, labels and annotations, read together."""

    def __init__(self, reader: Reader, task: Task) -> None:
        self._reader = reader
        self.task = task
        self.jobs: Sequence[Job] = reader.jobs_of_tasks([task.id])
        # By the task, also where they are its project's: not everybody who sees a task sees its project.
        self.labels: Sequence[Label] = reader.labels_of("task", task.id)
        self.ids = LabelIds.of(self.labels)
        self.whole: WholeTask = read_whole(reader, task, self.jobs, self.ids)

    def read_again(self) -> WholeTask:
        """The annotations as they are now."""
        return read_whole(self._reader, self.task, self._reader.jobs_of_tasks([self.task.id]), self.ids)

    def held_by_jobs(self) -> dict[Place, Held]:
        """What each job has. A backup has it job by job too, while the task's own call joins it over the overlaps."""
        places = numbered((job.type or "annotation", job.start_frame or 0, job.stop_frame or 0) for job in self.jobs)
        raw = (self._reader.job_annotations(job.id) for job in self.jobs)
        return {place: held_in(self._with_names(one)) for place, one in zip(places, raw, strict=True)}

    def _with_names(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        names = {number: label.name for number, label in self.ids.by_id.items()}
        return {
            kind: [{**item, "label": names.get(item["label_id"], "")} for item in raw.get(kind) or ()]
            for kind in Numbers.model_fields
        }

    def record(self, guide: GuideRecord | None) -> TaskRecord:
        """The task with all that its backup forgets."""
        task, reader = self.task, self._reader
        unknown: list[str] = []
        quality = _allowed(unknown, "quality settings", lambda: reader.quality_settings(task.id)) if self.jobs else None
        left_out = (
            _allowed(unknown, "frames left out of the ground truth", lambda: reader.left_out(task.id))
            if task.validation_mode is not None
            else None
        )
        return TaskRecord(
            id=task.id,
            created=task.created_date,
            fields=task_state(task),
            project_name=_project_name(reader, task.project_id),
            organization=reader.session.organization,
            organization_id=task.organization_id,
            size=task.size,
            segment_size=task.segment_size,
            overlap=task.overlap,
            source_storage=task.source_storage,
            target_storage=task.target_storage,
            guide=guide,
            labels={label.name: label_state(label) for label in self.labels},
            jobs=tuple(_job(reader, job) for job in self.jobs),
            issues=tuple(_issue(issue) for issue in reader.issues_of_task(task.id)) if self.jobs else (),
            quality=quality,
            left_out=left_out or (),
            unknown=tuple(unknown),
            digest=self.whole.digest,
            numbers=self.whole.numbers,
        )


def project_record(reader: Reader, project: Project, guide: GuideRecord | None) -> ProjectRecord:
    """A project without its tasks."""
    labels = reader.labels_of("project", project.id)
    return ProjectRecord(
        id=project.id,
        created=project.created_date,
        organization_id=project.organization_id,
        fields=project_state(project),
        guide=guide,
        labels={label.name: label_state(label) for label in labels},
    )


def guide_of(reader: Reader, owner: Task | Project) -> tuple[GuideRecord | None, Assets]:
    """The guide of a task (not that of its project) or of a project, with the pictures that it shows."""
    guide = reader.guide(owner.guide_id) if owner.guide_id is not None else None
    if guide is None or (isinstance(owner, Task) and guide.task_id not in (owner.id, None)):
        return None, {}
    assets = dict(_assets(reader, guide.markdown))
    names = {uuid: _file_name(uuid, asset) for uuid, asset in assets.items()}
    return GuideRecord(markdown=guide.markdown, assets=names), assets


def _assets(reader: Reader, markdown: str) -> Iterator[tuple[str, Asset]]:
    for uuid in pictures_in(markdown):
        try:
            yield uuid, reader.asset(uuid)
        except ServerError as error:
            if error.status != 404:  # a link that leads nowhere: there is no picture to be copied
                raise


def _file_name(uuid: str, asset: Asset) -> str:
    """With an ending: the server takes a picture only if its name says what it is (CVAT's source, AssetsViewSet)."""
    if "." in asset.filename:
        return asset.filename
    ending = next((ending for start, ending in _PICTURES.items() if asset.data.startswith(start)), "webp")
    return f"{asset.filename or uuid}.{ending}"


def _allowed(unknown: list[str], what: str, read: Callable[[], Read]) -> Read | None:
    """What can be read, unless it is refused: who may delete a task may not see all that belongs to it."""
    try:
        return read()
    except ServerError as error:
        if error.status != 403:
            raise
        unknown.append(what)
        return None


def _project_name(reader: Reader, project_id: int | None) -> str | None:
    try:
        project = reader.project(project_id) if project_id is not None else None
    except ServerError as error:
        if error.status != 403:
            raise
        return None
    return project.name if project else None


def _job(reader: Reader, job: Job) -> JobRecord:
    frames = None
    if job.type == "ground_truth":
        meta = reader.job_data_meta(job.id)
        frames = meta.included if meta else None
    return JobRecord(
        id=job.id,
        type=job.type or "annotation",
        start=job.start_frame or 0,
        stop=job.stop_frame or 0,
        stage=job.stage or "annotation",
        state=job.state or "new",
        assignee=job.assignee_name,
        frames=frames,
        parent=job.parent_job_id,
    )


def _issue(issue: Issue) -> IssueRecord:
    return IssueRecord(
        job=issue.job or 0,
        frame=issue.frame or 0,
        position=issue.position,
        assignee=issue.assignee.username if issue.assignee else None,
        resolved=issue.resolved,
        owner=issue.owner.username if issue.owner else None,
        comments=tuple(
            CommentRecord(
                message=comment.message,
                owner=comment.owner.username if comment.owner else None,
                created=comment.created_date,
            )
            for comment in issue.comments
        ),
    )
