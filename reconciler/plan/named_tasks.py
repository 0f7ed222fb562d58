"""Finding the tasks that a manifest names: by what is remembered, by id, or by a name that must be unique."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

from reconciler.cvat.filters import all_of, is_in
from reconciler.cvat.models import Task
from reconciler.errors import Location, Problem
from reconciler.history.bindings import Binding
from reconciler.manifest.loading import LoadedManifest
from reconciler.manifest.models import TaskBlock
from reconciler.manifest.wording import did_you_mean
from reconciler.plan.observing import Observed
from reconciler.plan.priority import Priorities
from reconciler.plan.projects import ProjectIndex
from reconciler.plan.remembered import Remembered, is_of
from reconciler.plan.steps import ObjectRef
from reconciler.wording import listed

_NAMES_LENGTH = 4000
"""Encoded names in one request: the request line is limited to 8 KB by the usual reverse proxy."""

_MAKE = "to have it made, say from what with `data`"
_OR_MAKE = "Or, to have it made, say from what with `data`"

_NONE = Priorities()

_MOST_HINTS = 20
"""Suggestions in one plan: each compares a name with all that there are, and beyond these nobody reads them."""


class NamedTasks:
    """Finds the tasks of task blocks (`keys`: of these); what cannot be found is noted in `problems`, all together.

    A block stands for what its address is bound to, else for its `id`, else for the task of its name in its project.
    An `id` that is there wins over what was bound before: somebody has written it since.
    """

    def __init__(
        self,
        loaded: LoadedManifest,
        server: Observed,
        projects: ProjectIndex,
        keys: Iterable[str] | None = None,
        *,
        remembered: Remembered | None = None,
        priorities: Priorities = _NONE,
    ) -> None:
        wanted = set(loaded.manifest.tasks if keys is None else keys)
        self._blocks = {key: block for key, block in loaded.manifest.tasks.items() if key in wanted}
        self._project_blocks = loaded.manifest.projects
        self._at = loaded.locations.at
        self._key_at = loaded.locations.key
        self._server = server
        self._projects = projects
        self._remembered = remembered
        self._priorities = priorities
        self._known_names: dict[int | None, list[str]] = {}
        self._hints = 0
        self.places: dict[str, ObjectRef | None] = {}
        """By key, the project that the task is to be in; None: the block does not say."""
        self.replaced: dict[str, list[Task]] = {}
        """By key, old tasks in whose place an earlier apply made new ones, and that are still there."""

    def find(self, problems: list[Problem]) -> dict[str, Task | None]:
        """The tasks by their keys in the manifest; None for those that are to be made from their `data`."""
        placed = [key for key, block in self._blocks.items() if self._place(key, block, problems)]
        found = self._by_number(placed, problems)
        rest = [key for key in placed if key not in found and self._blocks[key].id is None]
        nowhere = [key for key in rest if (place := self.places[key]) is not None and place.id is None]
        found |= self._by_name([key for key in rest if key not in nowhere], problems)
        for key in nowhere:  # in a project that is not there yet, nothing can be looked for
            self._not_there(key, None, problems, found)
        self._twice(found, problems)
        return {key: found[key] for key in self._blocks if key in found}

    def _place(self, key: str, block: TaskBlock, problems: list[Problem]) -> bool:
        """Note the project that a block says; False if that leaves nothing to look for."""
        self.places[key] = None
        if block.project is None:
            return True
        where = self._at("tasks", key, "project")
        owner = self._project_blocks.get(block.project.key or "")
        if owner is not None and owner.ensure == "absent" and block.ensure == "present":
            what = f"project.{block.project.key}, in which this task is to be, is not to be there (`ensure: absent`)"
            problems.append(Problem(what, where, "leave the task out, or say `ensure: absent` of it, too"))
            return False
        number = self._projects.resolve(block.project, where, problems)
        if number is not None or self._projects.made_by(block.project) is not None:
            self.places[key] = self._projects.ref(block.project, number)
        return self.places[key] is not None or block.id is not None

    def _by_number(self, keys: Iterable[str], problems: list[Problem]) -> dict[str, Task | None]:
        """Those with an id, given or remembered."""
        keys = list(keys)
        given = {key: self._current(number) for key in keys if (number := self._blocks[key].id) is not None}
        bound = {key: one for key in keys if (one := self._binding(key)) is not None}
        old = {key: self._old(key) for key in keys}
        ids = {*given.values(), *(one.id for one in bound.values()), *(one.id for some in old.values() for one in some)}
        tasks = {task.id: task for task in self._server.tasks_by_id(sorted(ids))} if ids else {}
        found: dict[str, Task | None] = {}
        for key in keys:
            still = [task for one in old[key] if (task := tasks.get(one.id)) is not None and is_of(one, task)]
            if still:
                self.replaced[key] = still
            own = tasks.get(bound[key].id) if key in bound else None
            own = own if own is not None and is_of(bound[key], own) else None
            said = tasks.get(given[key]) if key in given else None
            if said is not None and (own is None or said not in still):
                found[key] = said
            elif own is not None:
                found[key] = own
            elif key in given and self._blocks[key].ensure == "present":
                from_data = self._blocks[key].data is not None
                problems.append(no_task(given[key], self._at("tasks", key, "id"), from_data=from_data))
        return found

    def _by_name(self, keys: Iterable[str], problems: list[Problem]) -> dict[str, Task | None]:
        keys = list(keys)
        names_by_project: dict[int | None, set[str]] = defaultdict(set)
        for key in keys:
            names_by_project[self._project_of(key)].add(self._blocks[key].name or key)
        matches: dict[tuple[int | None, str], list[Task]] = defaultdict(list)
        for project, names in names_by_project.items():
            for task in self._candidates(project, names):
                if project is None or task.project_id == project:
                    matches[project, self._priorities.name_of(task)].append(task)
        found: dict[str, Task | None] = {}
        for key in keys:
            project, name = self._project_of(key), self._blocks[key].name or key
            if len(tasks := matches[project, name]) == 1:
                found[key] = tasks[0]
            elif tasks:
                problems.append(self._several(key, project, tasks))
            else:
                self._not_there(key, project, problems, found)
        return found

    def _candidates(self, project: int | None, names: Iterable[str]) -> Iterable[Task]:
        """Tasks of these names, and all that show a priority: their names begin otherwise."""
        narrowed = [is_in("name", some) for some in in_requests(sorted(names))]
        narrowed += [shown] if (shown := self._priorities.shown_anywhere) is not None else []
        inside = [is_in("project_id", [project])] if project is not None else []
        found = {task.id: task for one in narrowed for task in self._server.tasks(all_of(one, *inside))}
        return [task for _, task in sorted(found.items())]

    def _not_there(self, key: str, project: int | None, problems: list[Problem], found: dict[str, Task | None]) -> None:
        """A task that is not there is made, if its block says from what; one that is to go has gone."""
        block = self._blocks[key]
        if block.ensure == "absent":
            return
        if block.data is not None:
            found[key] = None
            return
        name = block.name or key
        place = self.places[key]
        where = self._at("tasks", key, "name") if block.name else self._key_at("tasks", key)
        if place is not None and place.id is None:
            what = f"there is no task called {name!r}: its project {place.name!r} is not there yet, either"
            problems.append(Problem(what, where, _MAKE))
            return
        within = f" in {self._project(project)}" if project is not None else ""
        problems.append(Problem(f"there is no task called {name!r}{within}", where, self._meant(name, project)))

    def _meant(self, name: str, project: int | None) -> str | None:
        """Which task was probably meant, or how to have it made; said of the first few only."""
        self._hints += 1
        if self._hints > _MOST_HINTS:
            return None
        meant = did_you_mean(name, self._names_in(project))
        return f"{meant} {_OR_MAKE}" if meant else _MAKE

    def _current(self, number: int) -> int:
        return self._remembered.current("task", number) if self._remembered else number

    def _binding(self, key: str) -> Binding | None:
        binding = self._remembered.by_address.get(f"task.{key}") if self._remembered else None
        return binding if binding is not None and binding.kind == "task" else None

    def _old(self, key: str) -> list[Binding]:
        return self._remembered.replaced.get(f"task.{key}", []) if self._remembered else []

    def _project_of(self, key: str) -> int | None:
        place = self.places[key]
        return place.id if place is not None else None

    def _project(self, project_id: int | None) -> str:
        if project_id is None:
            return "no project"
        name = self._projects.name(project_id)
        return f"project {name!r}" if name else f"project {project_id}"

    def _several(self, key: str, project: int | None, tasks: list[Task]) -> Problem:
        block = self._blocks[key]
        name = block.name or key
        where = self._at("tasks", key, "name") if block.name else self._key_at("tasks", key)
        place = f" in {self._project(project)}" if project is not None else ""
        ids = [task.id for task in tasks]
        apart = project is None and len({task.project_id for task in tasks}) == len(tasks)
        hint = "say which one with `id`" + (", or with `project`" if apart else "")
        return Problem(f"{len(tasks)} tasks are called {name!r}{place}: {listed(ids)}", where, hint)

    def _names_in(self, project: int | None) -> list[str]:
        """What tasks are called there, for suggestions; read once, however many names are wrong."""
        if project not in self._known_names:
            in_project = is_in("project_id", [project]) if project is not None else None
            self._known_names[project] = [
                self._priorities.name_of(task) for task in self._server.tasks(in_project) if task.name
            ]
        return self._known_names[project]

    def _twice(self, found: Mapping[str, Task | None], problems: list[Problem]) -> None:
        keys: dict[int, str] = {}
        for key, task in found.items():
            if task is None:
                continue
            first = keys.setdefault(task.id, key)
            if first != key:
                what = f"task.{key} and task.{first} ({self._key_at('tasks', first)}) are the same task {task.id}"
                problems.append(Problem(what, self._key_at("tasks", key), "describe it in one block"))


def no_task(number: int, where: Location | None, *, from_data: bool = False) -> Problem:
    """An id of a task that is not there. `from_data`: its block says from what it could be made."""
    what = f"there is no task {number}, or you cannot see it in this organization"
    return Problem(what, where, "leave `id` out to have it made" if from_data else None)


def in_requests(names: Iterable[str]) -> Iterator[list[str]]:
    """Names in portions that fit into a request line."""
    portion: list[str] = []
    length = 0
    for name in names:
        size = len(quote(json.dumps(name, ensure_ascii=False) + ",", safe=""))
        if portion and length + size > _NAMES_LENGTH:
            yield portion
            portion, length = [], 0
        portion.append(name)
        length += size
    if portion:
        yield portion
