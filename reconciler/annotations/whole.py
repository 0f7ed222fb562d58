"""All annotations of a task: those that the task's own call gives, and those of the jobs that it leaves out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any, Final, Protocol

from reconciler.annotations.content import Annotations
from reconciler.annotations.errors import AnnotationsError
from reconciler.annotations.labels import LabelIds
from reconciler.annotations.server import from_server
from reconciler.cvat.models import Job, Task
from reconciler.snapshots.model import Numbers

_POOL: Final = "gt_pool"
_ANNOTATION: Final = "annotation"
_GROUND_TRUTH: Final = "ground_truth"


class AnnotationsRead(Protocol):
    """A server whose annotations can be read."""

    def annotations(self, task_id: int) -> Mapping[str, Any]:
        """Those of a task, without its replicas and (outside a pool) its ground truth (FACTS §4)."""
        ...

    def job_annotations(self, job_id: int) -> Mapping[str, Any]:
        """Those of one job."""
        ...


@dataclass(frozen=True)
class WholeTask:
    """A task's annotations, and by their ids those of its ground-truth and replica jobs."""

    task: Annotations = field(default_factory=Annotations)
    jobs: Mapping[int, Annotations] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """The same for equal contents, whatever the ids of the jobs are. Jobs without annotations do not count."""
        apart = sorted(one.digest for one in self.jobs.values() if one)
        return sha256("\n".join([self.task.digest, *apart]).encode()).hexdigest() if apart else self.task.digest

    @cached_property
    def numbers(self) -> Numbers:
        """How much it is, all in all."""
        parts = [one.numbers for one in (self.task, *self.jobs.values())]
        return Numbers(
            tags=sum(part.tags for part in parts),
            shapes=sum(part.shapes for part in parts),
            tracks=sum(part.tracks for part in parts),
        )

    def using(self, labels: Iterable[str]) -> WholeTask:
        """What goes when these labels are removed."""
        names = set(labels)
        return WholeTask(self.task.using(names), {job: one.using(names) for job, one in self.jobs.items()})

    def as_json(self) -> dict[str, Any]:
        """Plain JSON, as it is kept in a copy."""
        return {"task": self.task.as_json(), "jobs": {str(job): one.as_json() for job, one in self.jobs.items()}}

    def encoded(self) -> bytes:
        """The file of a copy."""
        return json.dumps(self.as_json(), ensure_ascii=False, allow_nan=False).encode()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> WholeTask:
        """What `as_json` gave.

        Raises:
            AnnotationsError: it is something else.
        """
        task, jobs = data.get("task"), data.get("jobs")
        if not isinstance(task, dict) or not isinstance(jobs, dict):
            raise AnnotationsError("this is no copy of a task's annotations")
        return cls(Annotations.from_json(task), {int(job): Annotations.from_json(one) for job, one in jobs.items()})


def jobs_apart(task: Task, jobs: Iterable[Job]) -> list[Job]:
    """The jobs whose annotations the task's own call leaves out."""
    within = {_ANNOTATION, _GROUND_TRUTH} if task.validation_mode == _POOL else {_ANNOTATION}
    return [job for job in jobs if job.task_id in (task.id, None) and job.type is not None and job.type not in within]


def read_whole(server: AnnotationsRead, task: Task, jobs: Iterable[Job], ids: LabelIds) -> WholeTask:
    """Read all of a task. `jobs` are its jobs of all types. A task without data has none, and is not asked.

    Raises:
        ServerError: the server refuses or fails.
        AnnotationsError: they use a label that is not among `ids`.
    """
    if not task.size:
        return WholeTask()
    apart = {job.id: from_server(server.job_annotations(job.id), ids) for job in jobs_apart(task, jobs)}
    return WholeTask(from_server(server.annotations(task.id), ids), apart)
