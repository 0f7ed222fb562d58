"""Whom and what a manifest names and this server does not have, also where the manifest does not hold together.

So whoever mistyped a weight and a username hears of both at once. It reads what was written, not what could be made of
it, and says of each name what a plan would say. What hangs on other values (is this task in that project?) waits for a
plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, partial
from typing import Final, get_args

from pydantic import TypeAdapter, ValidationError

from reconciler.cvat.details import Formats
from reconciler.cvat.filters import any_of, is_in
from reconciler.errors import Problem
from reconciler.history.bindings import Binding
from reconciler.manifest.assigning import Role
from reconciler.manifest.blocks import ProjectRef
from reconciler.manifest.locations import Locations
from reconciler.manifest.nodes import Node, Table, plain
from reconciler.manifest.standing_at import EACH, Path, each_at, found_at, words_at
from reconciler.manifest.values import Id
from reconciler.manifest.wording import did_you_mean
from reconciler.manifest.written_down import WrittenDown
from reconciler.plan.formats import importing, unknown_format
from reconciler.plan.named_tasks import no_task
from reconciler.plan.observing import Observed
from reconciler.plan.people import NamedPeople, with_role
from reconciler.plan.projects import ProjectIndex, has_tasks
from reconciler.plan.remembered import Remembered, is_of
from reconciler.plan.selection import unknown_label
from reconciler.plan.selections_asked import SelectionAsked, frozen_selection, selections_asked, word
from reconciler.plan.state import users_of
from reconciler.plan.surroundings import Surroundings

_PEOPLE: Final = (
    *((kind, EACH, who) for kind in ("projects", "tasks") for who in ("assignee", "owner")),
    ("tasks", EACH, "jobs", "assignee"),
    ("tasks", EACH, "job_overrides", EACH, "assignee"),
    *(("rules", EACH, "set", who) for who in ("assignee", "owner")),
    ("rules", EACH, "set", "jobs", "assignee"),
    ("rules", EACH, "assign", "to"),
    ("rules", EACH, "assign", "to", "users"),
)
_SELECTED_PEOPLE: Final = (("owner",), ("assignee",), ("job", "assignee"))
_FORMATS: Final = (("tasks", EACH, "annotations", "format"),)
_ROLES: Final = (("rules", EACH, "assign", "to", "role"),)
_ID: Final = TypeAdapter[int](Id)


def unknown_names(written: WrittenDown, around: Surroundings) -> list[Problem]:
    """Users, roles, labels, projects, tasks and formats that a manifest names, and that are not there.

    A key of a project in one that is not whole may be described in what is missing: of those nothing is said.
    """
    here = _Here(around, written)
    return [problem for table in written.tables for problem in _Names(table, here).unknown()]


class _Here:
    """What is there, read once, and only if something names it."""

    def __init__(self, around: Surroundings, written: WrittenDown) -> None:
        self.around = around
        self.server: Observed = around.server
        self.remembered = Remembered(around.bindings, around.ref)
        self._written = written

    @cached_property
    def projects(self) -> ProjectIndex:
        seen = partial(has_tasks, self.server)
        return ProjectIndex(self.server.projects(), {}, seen, remembered=self.remembered)

    @cached_property
    def labels(self) -> frozenset[str]:
        return frozenset(label.name for label in self.server.labels())

    @cached_property
    def formats(self) -> Formats:
        return self.server.formats()

    def is_described(self, project: str | None) -> bool:
        """Whether a key is that of a described project, or may be."""
        return project is not None and (project in self._described or not self._written.is_whole)

    @cached_property
    def _described(self) -> frozenset[str]:
        found = (found_at(table, ("projects", EACH)) for table in self._written.tables)
        return frozenset(str(path[-1]) for some in found for path, _ in some)


class _Names:
    """What a manifest names."""

    def __init__(self, written: Table, here: _Here) -> None:
        self._written = written
        self._here = here
        self._at = Locations(written).at
        self._selections = list(selections_asked(written, here.around.ledger, here.around.ref))

    def unknown(self) -> Iterator[Problem]:
        yield from self._people()
        yield from self._roles()
        yield from self._labels()
        yield from self._projects()
        yield from self._tasks()
        yield from self._formats()

    def _people(self) -> list[Problem]:
        named = NamedPeople()
        for path, name in words_at(self._written, *_PEOPLE):
            if self._counts(path):
                named.want(name, self._at(*path))
        for path, name in self._selected_people():
            named.want(name, self._at(*path))
        problems: list[Problem] = []
        organization = bool(self._here.around.ref.organization)
        named.resolve(self._here.around.people, organization=organization, problems=problems, warnings=[])
        return problems

    def _selected_people(self) -> list[tuple[Path, str]]:
        """Whom selections name. Who left is still shown by tasks and jobs, and may be selected by."""
        judged = [one for one in self._selections if one.is_judged]
        named = [found for one in judged for found in _words_in(one, *_SELECTED_PEOPLE)]
        names = dict.fromkeys(name for _, name in named)
        known = self._here.around.people.resolve(names) if names else {}
        rest = [name for name in names if name not in known]
        if not rest:
            return []
        tasks = self._here.server.tasks(any_of(is_in("owner", rest), is_in("assignee", rest)))
        shown = users_of(*tasks, *self._here.server.jobs(is_in("assignee", rest)))
        return [(path, name) for path, name in named if name not in shown]

    def _roles(self) -> Iterator[Problem]:
        for path, role in words_at(self._written, *_ROLES):
            if role in get_args(Role):
                _, problem = with_role([role], self._here.around.people, self._here.around.ref, self._at(*path))
                yield from [problem] if problem is not None else []

    def _labels(self) -> Iterator[Problem]:
        judged = [one for one in self._selections if one.is_judged]
        named = [found for one in judged for found in _words_in(one, ("labels",))]
        for path, name in named:
            if name not in self._here.labels:
                yield unknown_label(name, self._at(*path), did_you_mean(name, sorted(self._here.labels)))

    def _projects(self) -> list[Problem]:
        named = list(each_at(self._written, ("tasks", EACH, "project")))
        named += [found for one in self._selections for found in _each_in(one, ("project",))]
        problems: list[Problem] = []
        for path, node in named:
            try:
                ref = ProjectRef.model_validate(plain(node))
            except ValidationError:
                continue  # told already
            if not self._here.is_described(ref.key):
                self._here.projects.resolve(ref, self._at(*path), problems)
        return problems

    def _tasks(self) -> Iterator[Problem]:
        """Ids of tasks that are to be there, and of those that are selected; a `not` may name one that has gone."""
        remembered = self._here.remembered
        described = self._ids(found_at(self._written, ("tasks", EACH, "id")))
        wanted = [(path, remembered.current("task", number)) for path, number in described if self._counts(path)]
        asked = [one for one in self._selections if "not" not in one.path[3:]]
        wanted += [found for one in asked for found in self._ids(_each_in(one, ("id",)))]
        bound = {path: one for path, _ in wanted if (one := self._binding(path)) is not None}
        ids = {number for _, number in wanted} | {one.id for one in bound.values()}
        there = {task.id: task for task in self._here.server.tasks_by_id(sorted(ids))} if ids else {}
        for path, number in wanted:
            own = there.get(bound[path].id) if path in bound else None
            if number not in there and not (own is not None and is_of(bound[path], own)):
                yield no_task(number, self._at(*path), from_data=_has_data(self._written, path))

    def _binding(self, path: Path) -> Binding | None:
        """Of a task's block: what it stands for if its id is not there."""
        binding = self._here.remembered.by_address.get(f"task.{path[1]}") if path[0] == "tasks" else None
        return binding if binding is not None and binding.kind == "task" else None

    def _ids(self, found: Iterator[tuple[Path, Node]]) -> Iterator[tuple[Path, int]]:
        for path, node in found:
            try:
                yield path, _ID.validate_python(plain(node))
            except ValidationError:
                continue  # told already

    def _formats(self) -> Iterator[Problem]:
        for path, name in words_at(self._written, *_FORMATS):
            yield from unknown_format(importing(name), self._here.formats, "imports", self._at(*path))

    def _counts(self, path: Path) -> bool:
        """Whether what stands there is still to be: not in a block that is to go, nor in a rule that is done with."""
        kind, key = path[:2]
        for _, block in found_at(self._written, (kind, key)):
            frozen = None
            if kind == "rules":
                frozen = frozen_selection(str(key), block, self._here.around.ledger, self._here.around.ref)
            is_done = frozen is not None and not set(frozen.selected) - set(frozen.done)
            if is_done or word(block, "ensure") not in (None, "present"):
                return False
        return True


def _each_in(selection: SelectionAsked, *patterns: Path) -> Iterator[tuple[Path, Node]]:
    return (((*selection.path, *path), node) for path, node in each_at(selection.node, *patterns))


def _words_in(selection: SelectionAsked, *patterns: Path) -> Iterator[tuple[Path, str]]:
    return (((*selection.path, *path), name) for path, name in words_at(selection.node, *patterns))


def _has_data(written: Table, path: Path) -> bool:
    return path[0] == "tasks" and any(True for _ in found_at(written, (*path[:2], "data")))
