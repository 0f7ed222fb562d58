"""Priorities, which CVAT has not: what names say of them, and the names that are wanted.

Names are compared, matched and found without their priority. One in the format of the manifest counts wherever it
stands, for whoever writes it into a name means it; one in an earlier format only where this tool put it. Of several,
one around the other, the outermost counts, and the name is what is within all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from reconciler.cvat.filters import Filter, all_of, any_of, contains
from reconciler.cvat.models import Task
from reconciler.history.priorities import UsedFormat, UsedFormats
from reconciler.manifest.loading import LoadedManifest
from reconciler.manifest.priority_format import PriorityFormat, unreadable, wrong_with
from reconciler.manifest.source_files import STDIN
from reconciler.manifest.sources import Sources
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
    replaced: bool = False  # the manifest wants another one, or none
    doubtful: bool = False  # the manifest says none, and may be the one that said this, which nobody can tell


@dataclass(frozen=True)
class Priorities:
    """The format of the manifest, if it says any, and those from before, the latest first."""

    format: PriorityFormat | None = None
    former: tuple[Former, ...] = ()
    given: frozenset[int] = frozenset()
    """The tasks that this tool gave a name in the format of the manifest."""
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
        formats = self._formats(task.id)
        outermost = found = _outermost(task.name or "", formats)
        while found.format is not None:
            found = _outermost(found.name, formats)
        return Shown(found.name, outermost.priority, outermost.format)

    def name_of(self, task: Task) -> str:
        """A task's name without its priority."""
        return self.shown(task).name

    def seems_given(self, task: Task) -> bool:
        """Whether a task's name is read as having a priority that this tool did not give: it may be a plain number."""
        shown = self.shown(task).format
        return shown is not None and shown == self.format and task.id not in self.given

    def name_for_sure(self, task: Task) -> str:
        """A task's name without a priority that this tool gave; what only looks like one may be a part of the name."""
        return (task.name or "") if self.seems_given(task) else self.name_of(task)

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
    def doubtful(self) -> tuple[Former, ...]:
        """What the manifest may have said before, and does not say any more."""
        return tuple(one for one in self.former if one.doubtful and one.tasks)

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


def _outermost(name: str, formats: Iterable[PriorityFormat]) -> Shown:
    for one in formats:
        priority, within = one.parse(name)
        if priority is not None:
            return Shown(within, priority, one)
    return Shown(name)


def _holding(pieces: tuple[str, ...]) -> Filter:
    first, *others = (contains("name", piece) for piece in pieces)
    return all_of(first, *others)


def find_priorities(loaded: LoadedManifest, used: UsedFormats, remembered: Remembered) -> Priorities:
    """The formats of a manifest on a server.

    An organization shows priorities in one way: a manifest that says a format, or none (`null`), means all the names
    that this tool gave there. One that says nothing of priorities leaves them alone, unless it has all the sources of
    one that said a format before.
    """
    settings = loaded.manifest.settings
    now = settings.priority.shown if settings.priority is not None else None
    says = "priority" in settings.model_fields_set
    here = remembered.ref.organization
    sources = Sources(loaded.sources)

    def replaced(one: UsedFormat) -> bool:
        return one.organization == here and (says or one.is_of(sources))

    def doubtful(one: UsedFormat) -> bool:
        return one.organization == here and not says and (STDIN in loaded.sources or one.shares(sources))

    former = _former(used, remembered, replaced=replaced, doubtful=doubtful)
    given = _given(now, used, remembered) if now is not None else frozenset()
    return Priorities(now, tuple(one for one in former if one.format != now), given)


def known_priorities(used: UsedFormats, remembered: Remembered, now: PriorityFormat | None = None) -> Priorities:
    """The formats that are known where there is no manifest; `now`: one that counts wherever it stands."""
    return Priorities(now, tuple(one for one in _former(used, remembered) if one.format != now))


def formats_used(used: UsedFormats, ref: ServerRef) -> list[PriorityFormat]:
    """In which formats names were given priorities in this organization, the last one first."""
    here = [one.format for one in used.of(ref.url) if one.organization == ref.organization]
    return [PriorityFormat(text) for text in reversed(here) if wrong_with(text) is None]


def _never(_: UsedFormat) -> bool:
    return False


def _former(
    used: UsedFormats,
    remembered: Remembered,
    *,
    replaced: Callable[[UsedFormat], bool] = _never,
    doubtful: Callable[[UsedFormat], bool] = _never,
) -> Iterator[Former]:
    """The latest first."""
    for one in reversed(used.of(remembered.ref.url)):
        if unreadable(one.format) is None:  # a file that somebody has edited
            is_replaced = replaced(one)
            tasks = _named(PriorityFormat(one.format), one.tasks, remembered)
            yield Former(
                PriorityFormat(one.format), tasks, replaced=is_replaced, doubtful=not is_replaced and doubtful(one)
            )


def _given(shown: PriorityFormat, used: UsedFormats, remembered: Remembered) -> frozenset[int]:
    noted = {number for one in used.of(remembered.ref.url) if one.format == shown.text for number in one.tasks}
    return _named(shown, noted, remembered)


def _named(shown: PriorityFormat, noted: Iterable[int], remembered: Remembered) -> frozenset[int]:
    """The tasks that have names in a format by this tool. One that was made with a priority is known by its binding."""
    bound = [one for one in remembered.by_address.values() if one.kind == "task"]
    made = {binding.id for binding in bound if shown.parse(binding.name)[0] is not None}
    return frozenset({remembered.current("task", number) for number in noted} | made)
