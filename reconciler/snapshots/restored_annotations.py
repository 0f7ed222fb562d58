"""A copy's annotations on a restored task: compared shape by shape, and written where they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.annotations.comparing import differences
from reconciler.annotations.content import Annotations
from reconciler.annotations.labels import LabelIds
from reconciler.annotations.server import to_server
from reconciler.annotations.whole import WholeTask, read_whole
from reconciler.cvat.annotations import put_annotations, put_job_annotations
from reconciler.cvat.models import Job, Task
from reconciler.cvat.reading import Reader
from reconciler.cvat.session import Session


class RestoredAnnotations:
    """The annotations of one task, and what they are to be.

    `replaced` says which job stands for which earlier one; `labels` which are called otherwise now.
    """

    def __init__(
        self,
        session: Session,
        task: Task,
        jobs: Sequence[Job],
        whole: WholeTask,
        *,
        replaced: Mapping[int, int],
        labels: Mapping[str, str] | None = None,
    ) -> None:
        self._session, self._reader = session, Reader(session)
        self._task, self._jobs = task, jobs
        self._ids = LabelIds.of(self._reader.labels_of("task", task.id))
        self._wanted = _for_now(whole.renamed(labels or {}), replaced, self._ids)

    def differences(self) -> list[str]:
        """In what they differ, in words; nothing if they are the same."""
        return self._differences(self._read())

    def write(self) -> list[str]:
        """Write what differs; gives what differs still."""
        found = self._read()
        if self._wanted.digest == found.digest:
            return []
        there = dict(found.parts)
        for job, wanted in self._wanted.parts:
            if wanted == there.get(job, Annotations()):
                continue
            if job is None:
                put_annotations(self._session, self._task.id, to_server(wanted, self._ids))
            else:
                put_job_annotations(self._session, job, to_server(wanted, self._ids))
        return self._differences(self._read())

    def _read(self) -> WholeTask:
        return read_whole(self._reader, self._task, self._jobs, self._ids)

    def _differences(self, found: WholeTask) -> list[str]:
        if self._wanted.digest == found.digest:
            return []
        there = dict(found.parts)
        told = differences(self._wanted.task, found.task)
        for job, wanted in self._wanted.parts:
            if job is not None:
                told += [f"job {job}: {one}" for one in differences(wanted, there.get(job, Annotations()))]
        return told or ["jobs hold annotations that they did not hold before"]


def _for_now(whole: WholeTask, replaced: Mapping[int, int], ids: LabelIds) -> WholeTask:
    """As the restored task is to have them: by its own jobs, with all attributes that its labels have now."""

    def of_jobs(held: Mapping[int, Annotations]) -> dict[int, Annotations]:
        return {replaced[job]: one.completed(ids) for job, one in held.items() if job in replaced}

    return WholeTask(whole.task.completed(ids), of_jobs(whole.jobs), of_jobs(whole.sharing))
