"""A task's annotations as a step sees them: their content, and how much it is."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from reconciler.annotations.labels import LabelIds
from reconciler.annotations.whole import WholeTask, read_whole
from reconciler.cvat.capabilities import CONNECTIONS
from reconciler.cvat.models import Task
from reconciler.cvat.reading import Reader
from reconciler.plan.steps import Image


@dataclass(frozen=True)
class Contents:
    """What a task's annotations are now, and the ids of the labels that they can use."""

    whole: WholeTask
    ids: LabelIds

    @property
    def image(self) -> Image:
        """In the terms of a step."""
        numbers = self.whole.numbers
        return {
            "digest": self.whole.digest,
            "tags": numbers.tags,
            "shapes": numbers.shapes,
            "tracks": numbers.tracks,
        }


def read_contents(reader: Reader, task: Task) -> Contents:
    """Read all annotations of a task, of all its jobs.

    Raises:
        ServerError, AnnotationsError: they cannot be read.
    """
    ids = LabelIds.of(reader.labels_of("task", task.id))
    jobs = reader.jobs_of_tasks([task.id]) if task.size else []
    return Contents(read_whole(reader, task, jobs, ids), ids)


def read_all_contents(reader: Reader, tasks: Iterable[Task]) -> dict[int, Contents]:
    """Those of many tasks, over a few connections."""
    tasks = list(tasks)
    with ThreadPoolExecutor(max_workers=CONNECTIONS, thread_name_prefix="contents") as pool:
        found = pool.map(lambda task: read_contents(reader, task), tasks)
        return {task.id: contents for task, contents in zip(tasks, found, strict=True)}
