"""A copied task brought back: from its backup, and then with all that CVAT's backup forgets (FACTS §4).

What cannot come back: ids, dates, and who wrote issues and comments. `reapply` is safe to repeat: it looks at what is
there, and writes what differs. Rights may go with the owner and the jobs' positions: they come last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event

from pydantic import JsonValue

from reconciler.cvat.backups import restore_backup
from reconciler.cvat.models import Job, Task
from reconciler.cvat.objects import Objects
from reconciler.cvat.reading import Reader
from reconciler.cvat.requests import OnProgress
from reconciler.cvat.session import Session
from reconciler.cvat.users import resolve_users
from reconciler.errors import ConflictError, StateError
from reconciler.history.store import StateStore
from reconciler.plan.label_bodies import create_body
from reconciler.plan.labels import table
from reconciler.plan.state import State, job_state, task_state
from reconciler.snapshots.archives import numbered
from reconciler.snapshots.model import Copy, TaskRecord
from reconciler.snapshots.reading import BACKUP, annotations_of, check_file, file_path, task_record
from reconciler.snapshots.restored_annotations import RestoredAnnotations
from reconciler.snapshots.restored_fields import RestoredFields
from reconciler.snapshots.restored_guide import restore_guide
from reconciler.snapshots.restored_issues import restore_issues
from reconciler.snapshots.restored_quality import restore_quality

_BY_THEMSELVES = frozenset({"project", "status", "owner"})  # moved, derived, written last


@dataclass
class Reapplied:
    """What became of a restored task."""

    replaced: dict[int, int] = field(default_factory=dict)
    """The jobs: which one stands for which earlier one, old id → new id."""
    warnings: list[str] = field(default_factory=list)
    """What could not be brought back, and why."""
    differences: list[str] = field(default_factory=list)
    """In which its annotations still differ from the copy's; none if they are as they were."""


class Restoring:
    """Brings tasks back from the copies in one state store."""

    def __init__(
        self, session: Session, store: StateStore, stop: Event, *, on_progress: OnProgress | None = None
    ) -> None:
        self._session, self._store = session, store
        self._stop, self._on_progress = stop, on_progress
        self._reader, self._objects = Reader(session), Objects(session)

    def restore_backup(self, copy: Copy) -> int:
        """Make a new task of a copy's backup, in no project, with labels of its own; gives its id.

        A task that had no data is made anew.

        Raises:
            StateError: there is no backup in the copy, or it is damaged: nothing was sent.
            ServerError: the server failed to restore it.
            Stopped: the stop event was set; the server goes on with it.
        """
        record = task_record(self._store, copy)
        where = record.organization_id
        if copy.backup:
            check_file(self._store, copy, BACKUP)
            path = file_path(self._store, copy, BACKUP)
            return restore_backup(
                self._session, path, stop=self._stop, on_progress=self._on_progress, organization=where
            )
        if record.size:
            what = f"Copy {copy.folder} holds no backup of task {copy.id}, only its record and its annotations"
            raise StateError(what, hint="An older snapshot may hold one: `snapshot list`.")
        return self._objects.create_task(_without_data(record), organization=where).id

    def reapply(
        self,
        copy: Copy,
        task_id: int,
        *,
        people: Mapping[str, int] | None = None,
        labels: Mapping[str, str] | None = None,
    ) -> Reapplied:
        """Give a restored task all that was recorded of it; its project it has already.

        Args:
            copy: of the task as it was.
            task_id: the restored one.
            people: ids by username of all who can be seen (default: they are looked up).
            labels: labels that are called otherwise now: old name → new name.

        Raises:
            StateError: the copy is damaged. ConflictError: the task is gone. AnnotationsError: a label is missing.
            ServerError: the server fails or refuses what cannot be left out.
        """
        record, whole = task_record(self._store, copy), annotations_of(self._store, copy)
        task = self._task(task_id)
        if people is None:
            people = {name: user.id for name, user in resolve_users(self._reader, usernames_of(record)).items()}
        done = Reapplied()
        fields = RestoredFields(self._session, people, done.warnings)
        fields.restore("task", task_id, task_state(task), _without(record.fields, _BY_THEMSELVES))
        jobs = self._jobs(record, task_id, done)
        if record.guide is not None:
            restore_guide(self._session, self._store, copy, record.guide, "task", task_id)
        if task.size:
            annotations = RestoredAnnotations(self._session, task, jobs, whole, replaced=done.replaced, labels=labels)
            done.differences = annotations.write()
        done.warnings += restore_issues(self._session, record, task_id, done.replaced, people)
        done.warnings += restore_quality(self._session, record, task_id)
        self._positions(record, done, fields)
        if record.fields.get("owner") is not None:
            fields.restore("task", task_id, task_state(task), {"owner": record.fields["owner"]})
        return done

    def compare(self, copy: Copy, task_id: int) -> list[str]:
        """In what a task's annotations differ from a copy's, in words. Writes nothing."""
        record, whole = task_record(self._store, copy), annotations_of(self._store, copy)
        task, jobs = self._task(task_id), self._reader.jobs_of_tasks([task_id])
        if (task.size or 0) != (record.size or 0):
            return [f"it has {task.size or 0} frames, the task had {record.size or 0}"]
        if not task.size:
            return []
        there = replaced_jobs(record, jobs)
        missing = [
            f"there is no {job.type} job of frames {job.start} to {job.stop}"
            for job in record.jobs
            if job.id not in there and job.type != "ground_truth"  # that one is made again by `reapply`
        ]
        return missing + RestoredAnnotations(self._session, task, jobs, whole, replaced=there).differences()

    def _task(self, task_id: int) -> Task:
        task = self._reader.task(task_id)
        if task is None:
            raise ConflictError(f"task {task_id}, which was restored, is gone again")
        return task

    def _jobs(self, record: TaskRecord, task_id: int, done: Reapplied) -> list[Job]:
        """The jobs, with the ground truth that some backups lack."""
        jobs = self._reader.jobs_of_tasks([task_id])
        done.replaced = replaced_jobs(record, jobs)
        for job in record.jobs:
            if job.id in done.replaced:
                continue
            if job.type == "ground_truth" and job.frames:
                frames: list[JsonValue] = list(job.frames)
                body: dict[str, JsonValue] = {"task_id": task_id, "frame_selection_method": "manual", "frames": frames}
                jobs.append(self._objects.create_ground_truth_job(body))
                done.replaced[job.id] = jobs[-1].id
            else:
                done.warnings.append(f"there is no {job.type} job of frames {job.start} to {job.stop} any more")
        return jobs

    def _positions(self, record: TaskRecord, done: Reapplied, fields: RestoredFields) -> None:
        """Stage, state and assignee. Read again: annotating has moved a new job to `in progress`."""
        now = {job.id: job for job in self._reader.jobs_by_id(done.replaced.values())}
        for old in record.jobs:
            job = now.get(done.replaced.get(old.id, 0))
            if job is not None:
                wanted: State = {"stage": old.stage, "state": old.state, "assignee": old.assignee}
                fields.restore("job", job.id, job_state(job), wanted)


def usernames_of(record: TaskRecord) -> set[str]:
    """Everybody whom a task needs to be as it was."""
    named = [record.fields.get("owner"), record.fields.get("assignee")]
    named += [one.assignee for one in (*record.jobs, *record.issues)]
    return {name for name in named if isinstance(name, str)}


def replaced_jobs(record: TaskRecord, jobs: Sequence[Job]) -> dict[int, int]:
    """Which job stands for which recorded one: of the same type and frames (replicas in their order)."""
    now = numbered((job.type or "", job.start_frame or 0, job.stop_frame or 0) for job in jobs)
    ids = {place: job.id for place, job in zip(now, jobs, strict=True)}
    before = numbered((job.type, job.start, job.stop) for job in record.jobs)
    return {job.id: ids[place] for place, job in zip(before, record.jobs, strict=True) if place in ids}


def _without(values: State, names: frozenset[str]) -> State:
    return {name: value for name, value in values.items() if name not in names}


def _without_data(record: TaskRecord) -> dict[str, JsonValue]:
    labels: list[JsonValue] = [create_body(table(label)) for label in record.labels.values()]
    body: dict[str, JsonValue] = {"name": record.fields["name"], "labels": labels}
    if record.segment_size:
        body["segment_size"] = record.segment_size
    if record.segment_size and record.overlap is not None:
        body["overlap"] = record.overlap
    return body
