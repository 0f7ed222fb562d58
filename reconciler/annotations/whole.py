"""All annotations of a task: those that the task's own call gives, and those of the jobs that it leaves out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any, Final, Protocol

from reconciler.annotations.content import Annotations
from reconciler.annotations.errors import AnnotationsError
from reconciler.annotations.labels import LabelIds
from reconciler.annotations.numbers import Numbers
from reconciler.annotations.server import from_server
from reconciler.cvat.models import Job, Task

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
    """A task's annotations, and by their ids those of its ground-truth and replica jobs.

    Where jobs share frames, the task's own call gives what two jobs see of one object joined, or twice, and a write
    gives each job all of it: what is written is not what is read (CVAT's source, dataset_manager/annotation.py). So it
    is with a pool of ground truth, whose frames are in several jobs. For such a task `sharing` has what each of those
    jobs holds, and `task` is only what a person sees.
    """

    task: Annotations = field(default_factory=Annotations)
    jobs: Mapping[int, Annotations] = field(default_factory=dict)
    sharing: Mapping[int, Annotations] = field(default_factory=dict)

    @classmethod
    def nothing(cls) -> WholeTask:
        """Of a task without data."""
        return cls()

    @property
    def parts(self) -> list[tuple[int | None, Annotations]]:
        """What to write where, to have it as it is: by the job's id, or by None to the task."""
        within: list[tuple[int | None, Annotations]] = [*self.sharing.items()] or [(None, self.task)]
        return [*within, *self.jobs.items()]

    @cached_property
    def digest(self) -> str:
        """The same for equal contents, whatever the ids of the jobs are. Jobs without annotations do not count."""
        apart = sorted(one.digest for one in (*self.sharing.values(), *self.jobs.values()) if one)
        return sha256("\n".join([self.task.digest, *apart]).encode()).hexdigest() if apart else self.task.digest

    @cached_property
    def numbers(self) -> Numbers:
        """How much it is, as a person sees it."""
        return Numbers.sum(one.numbers for one in (self.task, *self.jobs.values()))

    @cached_property
    def numbers_held(self) -> Numbers:
        """How much the jobs hold, as a backup lists it: what two jobs share counts twice."""
        return Numbers.sum(held.numbers for _, held in self.parts)

    def lost_for(self, wanted: WholeTask) -> Numbers:
        """How much of it goes when another content takes its place."""
        jobs = (held.minus(wanted.jobs.get(job, Annotations())) for job, held in self.jobs.items())
        return Numbers.sum(one.numbers for one in (self.task.minus(wanted.task), *jobs))

    def using(self, labels: Iterable[str]) -> WholeTask:
        """What goes when these labels are removed."""
        names = set(labels)
        return self._each(lambda one: one.using(names))

    def _each(self, change: Callable[[Annotations], Annotations]) -> WholeTask:
        jobs = {job: change(one) for job, one in self.jobs.items()}
        return WholeTask(change(self.task), jobs, {job: change(one) for job, one in self.sharing.items()})

    def renamed(self, names: Mapping[str, str]) -> WholeTask:
        """The same with other labels: old name → new name."""
        return self._each(lambda one: one.renamed(names))

    def fitted(self, ids: LabelIds) -> WholeTask:
        """As the server shows it once the labels are these."""
        return self._each(lambda one: one.fitted(ids))

    def without(self, labels: Iterable[str]) -> WholeTask:
        """What stays when these labels are removed."""
        names = set(labels)
        return self._each(lambda one: one.without(names))

    def as_json(self) -> dict[str, Any]:
        """Plain JSON, as it is kept in a copy."""
        return {"task": self.task.as_json(), "jobs": _by_job(self.jobs), "sharing": _by_job(self.sharing)}

    def encoded(self) -> bytes:
        """The file of a copy."""
        return json.dumps(self.as_json(), ensure_ascii=False, allow_nan=False).encode()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> WholeTask:
        """What `as_json` gave.

        Raises:
            AnnotationsError: it is something else.
        """
        task, jobs, sharing = data.get("task"), data.get("jobs"), data.get("sharing", {})
        if not all(isinstance(part, dict) for part in (task, jobs, sharing)):
            raise AnnotationsError("this is no copy of a task's annotations")
        return cls(Annotations.from_json(data["task"]), _of_jobs(data["jobs"]), _of_jobs(sharing))


def _by_job(held: Mapping[int, Annotations]) -> dict[str, Any]:
    return {str(job): one.as_json() for job, one in held.items()}


def _of_jobs(data: Mapping[str, Any]) -> dict[int, Annotations]:
    return {int(job): Annotations.from_json(one) for job, one in data.items()}


def jobs_apart(task: Task, jobs: Iterable[Job]) -> list[Job]:
    """The jobs whose annotations the task's own call leaves out."""
    within = {_ANNOTATION, _GROUND_TRUTH} if task.validation_mode == _POOL else {_ANNOTATION}
    return [job for job in jobs if job.type is not None and job.type not in within]


def jobs_sharing(task: Task, jobs: Iterable[Job]) -> list[Job]:
    """The jobs of the task's own call, if some of them share frames, or get more than they are given.

    With a pool of ground truth, a write to the task clears the pool's frames in every job and fills them with the
    pool's own annotations: what annotators did there would be lost (CVAT's source, TaskAnnotation). A write to the job
    does not.
    """
    if task.validation_mode == _POOL:
        return [job for job in jobs if job.type in (_ANNOTATION, _GROUND_TRUTH)]
    own = [job for job in jobs if job.type == _ANNOTATION]
    return own if task.overlap and len(own) > 1 else []


def read_whole(server: AnnotationsRead, task: Task, jobs: Iterable[Job], ids: LabelIds) -> WholeTask:
    """Read all of a task. `jobs` are its jobs of all types. A task without data has none, and is not asked.

    Raises:
        ServerError: the server refuses or fails.
        AnnotationsError: they use a label that is not among `ids`.
    """
    if not task.size:
        return WholeTask()
    jobs = list(jobs)

    def held(some: Iterable[Job]) -> dict[int, Annotations]:
        return {job.id: from_server(server.job_annotations(job.id), ids) for job in some}

    return WholeTask(
        from_server(server.annotations(task.id), ids), held(jobs_apart(task, jobs)), held(jobs_sharing(task, jobs))
    )
