"""The annotations of many tasks: what the tasks have is read side by side, some dozens at a time.

One after another, each would wait for the server once more; all of them at once would be in memory together. A step
keeps no more of them than their digest and their numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Final

from reconciler.cvat.models import Task
from reconciler.plan.building.annotations import WantedAnnotations
from reconciler.plan.building.building import Building
from reconciler.plan.building.impact import jobs_of, read_wholes
from reconciler.plan.formats import find_format, is_for, wrong_dimension
from reconciler.plan.steps import Step

TOGETHER: Final = 64


class AnnotationsTogether:
    """The annotations that the blocks of a plan want. Ask for the steps block by block, in the manifest's order."""

    def __init__(self, ctx: Building, *, together: int = TOGETHER) -> None:
        self._ctx, self._together = ctx, together
        blocks = ((key, ctx.manifest.tasks[key], task) for key, task in ctx.tasks.items())
        self._wanted = {
            key: WantedAnnotations(ctx, key, block.annotations, task)
            for key, block, task in blocks
            if block.annotations is not None and "annotations" not in block.lifecycle.ignore
        }
        found = {key: wanted.found for key, wanted in self._wanted.items()}
        there = {key: task for key, task in found.items() if task is not None}
        self._misfits = frozenset(self._of_another_dimension(there))
        to_read = {key: task for key, task in there.items() if key not in self._misfits and self._is_known(key)}
        self._tasks = list(to_read.values())
        self._places = dict(zip(to_read, count(), strict=False))
        self._read = 0  # as many of the tasks
        self._held: list[int] = []  # the tasks whose annotations were read here last
        jobs_of(ctx, self._tasks)  # of all of them in a few requests

    def steps(self, key: str) -> list[Step]:
        """The step that a block takes, if any. What is wrong with it is among the problems then."""
        if key not in self._wanted or key in self._misfits:
            return []
        if self._places.get(key, -1) >= self._read:
            self._read_on(self._places[key])
        return self._wanted[key].steps()

    def _of_another_dimension(self, there: Mapping[str, Task]) -> Iterator[str]:
        """The blocks whose format is not for their task: a problem for each format, where it is first named."""
        by_format: dict[str, list[str]] = defaultdict(list)
        for key, task in there.items():
            named = self._wanted[key].file.format
            if named is not None and not is_for(find_format(named, self._ctx.formats, "imports"), task):
                by_format[named].append(key)
        for named, keys in by_format.items():
            where = self._ctx.at("tasks", keys[0], "annotations", "format")
            tasks = [there[key] for key in keys]
            self._ctx.problems += wrong_dimension(named, self._ctx.formats, "imports", tasks, where)
            yield from keys

    def _is_known(self, key: str) -> bool:
        """Whether the server imports the block's format; if not, that is told with its step."""
        named = self._wanted[key].file.format
        return named is None or find_format(named, self._ctx.formats, "imports") is not None

    def _read_on(self, place: int) -> None:
        """Read the annotations of some tasks from here on. Those that were read before are not needed any more."""
        for task_id in self._held:
            self._ctx.wholes.pop(task_id, None)
        several = self._tasks[place : place + self._together]
        self._held = [task.id for task in several if task.id not in self._ctx.wholes]
        done = count(place + len(several) - len(self._held) + 1)
        read_wholes(self._ctx, several, lambda: self._ctx.told("annotations", next(done), len(self._tasks)))
        self._read = place + len(several)
