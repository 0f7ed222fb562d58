"""Priorities, which CVAT has not: what names say of them, and the names that are wanted.

Names are compared, matched and found without their priority. One in the format of the manifest counts wherever it
stands, for whoever writes it into a name means it; one in an earlier format only where this tool put it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from reconciler.cvat.filters import Filter, all_of, any_of, contains
from reconciler.cvat.models import Task
from reconciler.history.priorities import UsedFormat, UsedFormats
from reconciler.manifest.loading import LoadedManifest
from reconciler.manifest.priority_format import PriorityFormat, wrong_with
from reconciler.plan.model import ServerRef
from reconciler.plan.remembered import Remembered


@dataclass(frozen=True)
class Shown:
    """A name, taken apart."""

    name: str
    priority: int | None = None
    format: PriorityFormat | None = None  # in which it is shown


@dataclass(frozen=True)
class Former:
    """A format that was used before, and the tasks that were given names in it."""

    format: PriorityFormat
    tasks: frozenset[int]
    replaced: bool = False  # the manifest used it, and uses another one now, or none


@dataclass(frozen=True)
class Priorities:
    """The format of the manifest, if it says any, and those from before, the latest first."""

    format: PriorityFormat | None = None
    former: tuple[Former, ...] = ()
    wanted: Mapping[int, int | None] = field(default_factory=dict)
    """By task, priorities that are wanted: selections go by them, so that what feeds them needs no second apply."""

    def priority_of(self, task: Task) -> int | None:
        """A task's priority, once what is wanted so far is there."""
        return self.wanted[task.id] if task.id in self.wanted else self.shown(task).priority

    def priority_after(self, task: Task, name: str | None) -> int | None:
        """A task's priority once it is called this; None: it keeps its name."""
        return self.shown(task if name is None else task.model_copy(update={"name": name})).priority

    def shown(self, task: Task) -> Shown:
        """A task's name, taken apart."""
        for one in self._formats(task.id):
            priority, name = one.parse(task.name or "")
            if priority is not None:
                return Shown(name, priority, one)
        return Shown(task.name or "")

    def name_of(self, task: Task) -> str:
        """A task's name without its priority."""
        return self.shown(task).name

    def bare(self, name: str, task: int) -> str:
        """The name that a task was remembered by, without its priority."""
        return self.name_of(Task(id=task, name=name))

    def with_name(self, task: Task, name: str | None = None) -> str:
        """What a task is called with another name and the priority that it has, in the format of the manifest."""
        now = self.shown(task)
        kept = None if now.format is None else self._in_place_of(now.format, task.id)
        bare = now.name if name is None else name
        return kept.apply(now.priority, bare) if kept is not None else bare

    def with_priority(self, task: Task, priority: int | None, name: str | None = None) -> str:
        """What a task is called with another priority, and another name if one is given."""
        bare = self.name_of(task) if name is None else name
        return self.format.apply(priority, bare) if self.format is not None else bare

    def of_new(self, name: str, priority: int | None) -> str:
        """What a task is called that is made."""
        return self.format.apply(priority, name) if self.format is not None else name

    @property
    def outdated(self) -> frozenset[int]:
        """Tasks that may have names in a format that the manifest does not use any more."""
        return frozenset().union(*(one.tasks for one in self.former if one.replaced))

    @property
    def shown_anywhere(self) -> Filter | None:
        """What narrows tasks to those that may show a priority; None if none can."""
        formats = [*([self.format] if self.format else []), *(one.format for one in self.former if one.tasks)]
        if not formats:
            return None
        return any_of(*(_holding(one.pieces) for one in formats))

    def _formats(self, task: int) -> list[PriorityFormat]:
        former = [one.format for one in self.former if task in one.tasks]
        return [self.format, *former] if self.format is not None else former

    def _in_place_of(self, used: PriorityFormat, task: int) -> PriorityFormat | None:
        replaced = any(one.replaced for one in self.former if one.format == used and task in one.tasks)
        return self.format if replaced else used


def _holding(pieces: tuple[str, ...]) -> Filter:
    first, *others = (contains("name", piece) for piece in pieces)
    return all_of(first, *others)


def find_priorities(loaded: LoadedManifest, used: UsedFormats, remembered: Remembered) -> Priorities:
    """The formats of a manifest on a server.

    A manifest that says nothing of priorities leaves them alone, unless it is the very one that said a format before.
    """
    settings = loaded.manifest.settings
    now = settings.priority.shown if settings.priority is not None else None
    cleared = settings.priority is None and "priority" in settings.model_fields_set
    here = remembered.ref.organization

    def replaced(one: UsedFormat) -> bool:
        return one.organization == here and (cleared or one.is_of(loaded.sources))

    former = _former(used, remembered, replaced=replaced)
    return Priorities(now, tuple(one for one in former if one.format != now))


def known_priorities(used: UsedFormats, remembered: Remembered, now: PriorityFormat | None = None) -> Priorities:
    """The formats that are known where there is no manifest; `now`: one that counts wherever it stands."""
    former = _former(used, remembered, replaced=lambda _: False)
    return Priorities(now, tuple(one for one in former if one.format != now))


def last_format(used: UsedFormats, ref: ServerRef) -> PriorityFormat | None:
    """In which format names were last given priorities, in this organization."""
    here = [one.format for one in used.of(ref.url) if one.organization == ref.organization]
    return next((PriorityFormat(text) for text in reversed(here) if wrong_with(text) is None), None)


def _former(used: UsedFormats, remembered: Remembered, *, replaced: Callable[[UsedFormat], bool]) -> Iterator[Former]:
    """The latest first. A task that was made with a priority is known by its binding."""
    bound = [one for one in remembered.by_address.values() if one.kind == "task"]
    for one in reversed(used.of(remembered.ref.url)):
        if wrong_with(one.format) is None:  # a file that somebody has edited
            shown = PriorityFormat(one.format)
            tasks = {remembered.current("task", number) for number in one.tasks}
            made = {binding.id for binding in bound if shown.parse(binding.name)[0] is not None}
            yield Former(shown, frozenset(tasks | made), replaced=replaced(one))
