"""A selector as conditions on a task, each with what the server can narrow by itself.

A server filter may let too much through, never too little: every condition is checked again here. So what the server
cannot filter (labels, size, a regular expression, creation dates before 2.80) simply has no filter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from fnmatch import translate
from typing import Final
from urllib.parse import quote

from reconciler.cvat.filters import Filter, all_of, any_of, at_least, before, contains, is_in, render
from reconciler.cvat.models import Task
from reconciler.manifest.models import Interval, PriorityRange, Selector, SizeRange
from reconciler.manifest.values import age
from reconciler.plan.priority import Priorities

_LONGEST: Final = 5000
"""Encoded characters of a filter: the request line is limited to 8 KB by the usual reverse proxy (FACTS §3), and the
ids of tasks whose jobs are asked for have to fit in beside it."""


_NONE: Final = Priorities()


@dataclass(frozen=True)
class Condition:
    """One thing a selector asks of a task."""

    holds: Callable[[Task], bool]
    narrows: Filter | None = None
    narrows_jobs: Filter | None = None  # the same, asked of the task's jobs
    tests: frozenset[str] = frozenset()  # the task's managed fields that it looks at
    never: bool = False  # no task can be so


def narrowed(filters: Iterable[Filter | None]) -> Filter | None:
    """All of the filters together, leaving out those that would make the request too long for a reverse proxy."""
    taken: list[Filter] = []
    room = _LONGEST
    for one in filters:
        length = len(quote(render(one) or "", safe=""))
        if one is not None and length <= room:
            taken.append(one)
            room -= length
    return all_of(*taken) if taken else None


def plain_conditions(
    selector: Selector, *, created_filter: bool, now: datetime, priorities: Priorities = _NONE
) -> Iterator[Condition]:
    """The conditions that a task answers by itself. Ids, projects, labels, jobs and `not` need looking up first."""
    if selector.name is not None:
        yield _name_like(selector.name, priorities)
    if selector.name_regex is not None:
        pattern = re.compile(selector.name_regex)
        yield Condition(lambda task: pattern.search(priorities.name_of(task)) is not None, tests=frozenset({"name"}))
    if selector.priority is not None:
        yield _prioritised(selector.priority, priorities)
    if selector.subset is not None:
        yield _one_of("subset", lambda task: task.subset or "", selector.subset)
    if selector.status is not None:
        yield _one_of("status", lambda task: task.status, selector.status)
    if selector.owner is not None:
        yield _one_of("owner", lambda task: task.owner_name, selector.owner)
    if selector.assignee is not None:
        yield _one_of("assignee", lambda task: task.assignee_name, selector.assignee)
    if selector.created is not None:
        bounds = bounds_of(selector.created, now)
        narrows = within("created_date", bounds) if created_filter else None
        yield Condition(_dated(lambda task: task.created_date, bounds), narrows)
    if selector.updated is not None:
        bounds = bounds_of(selector.updated, now)
        yield Condition(_dated(lambda task: task.updated_date, bounds), within("updated_date", bounds))
    if selector.mode is not None:
        yield _one_of("mode", lambda task: task.mode, selector.mode, managed=False)
    if selector.dimension is not None:
        yield _one_of("dimension", lambda task: task.dimension, selector.dimension, managed=False)
    if selector.size is not None:
        yield _sized(selector.size)


def _name_like(glob: str, priorities: Priorities) -> Condition:
    pattern = re.compile(translate(glob))
    # The longest stretch without wildcards, before any [set]; the server's "contains" is case-sensitive, as a glob is.
    literal = max(re.split(r"[*?]", glob.partition("[")[0]), key=len)
    return Condition(
        lambda task: pattern.match(priorities.name_of(task)) is not None,
        narrows=contains("name", literal) if literal else None,
        narrows_jobs=contains("task_name", literal) if literal else None,
        tests=frozenset({"name"}),
    )


def _prioritised(wanted: Collection[PriorityRange | None], priorities: Priorities) -> Condition:
    def holds(task: Task) -> bool:
        priority = priorities.priority_of(task)
        if priority is None:
            return None in wanted
        return any(one is not None and one.holds(priority) for one in wanted)

    shown = priorities.shown_anywhere
    if None in wanted:
        return Condition(holds, tests=frozenset({"name"}))
    if priorities.wanted:
        tasks = is_in("id", sorted(priorities.wanted))
        shown = any_of(shown, tasks) if shown is not None else tasks
    return Condition(holds, narrows=shown, tests=frozenset({"name"}), never=shown is None)


def _one_of(
    field: str, value: Callable[[Task], str | None], wanted: Collection[str | None], *, managed: bool = True
) -> Condition:
    return Condition(
        lambda task: value(task) in wanted,
        narrows=one_of_names(field, wanted),
        tests=frozenset({field}) if managed else frozenset(),
    )


def one_of_names(field: str, wanted: Collection[str | None]) -> Filter | None:
    """What the server can narrow of "one of these"; with nobody among them nothing, so that no null is ever sent."""
    names = [name for name in wanted if name is not None]
    return is_in(field, names) if len(names) == len(wanted) else None


@dataclass(frozen=True)
class Bounds:
    """From when on (included) up to when (excluded); None is without end."""

    start: datetime | None = None
    end: datetime | None = None

    def hold(self, when: datetime | None) -> bool:
        """Whether a moment lies within; an unknown one does not."""
        if when is None:
            return False
        return (self.start is None or self.start <= when) and (self.end is None or when < self.end)


def bounds_of(interval: Interval, now: datetime) -> Bounds:
    """When an interval begins and ends, for a plan that is made now."""
    old = now - age(interval.older_than) if interval.older_than is not None else None
    return Bounds(interval.after, min((end for end in (interval.before, old) if end is not None), default=None))


def within(field: str, bounds: Bounds) -> Filter | None:
    """What the server can narrow by them."""
    filters = [at_least(field, bounds.start)] if bounds.start else []
    filters += [before(field, bounds.end)] if bounds.end else []
    return all_of(*filters) if filters else None


def _dated(value: Callable[[Task], datetime | None], bounds: Bounds) -> Callable[[Task], bool]:
    return lambda task: bounds.hold(value(task))


def _sized(wanted: SizeRange) -> Condition:
    smallest = wanted.min or 0
    largest = wanted.max if wanted.max is not None else float("inf")
    # A task without data has no size in its JSON (recorded from CVAT 2.54.1): it has no frames.
    return Condition(lambda task: smallest <= (task.size or 0) <= largest)
