"""Finding the tasks that a manifest names: by id, or by a name that must be unique."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

from reconciler.cvat.filters import all_of, is_in
from reconciler.cvat.models import Task
from reconciler.errors import Problem
from reconciler.manifest.loading import LoadedManifest
from reconciler.manifest.models import TaskBlock
from reconciler.manifest.wording import did_you_mean
from reconciler.plan.observing import Observed
from reconciler.plan.projects import ProjectIndex, listed

_NAMES_LENGTH = 4000
"""Encoded names in one request: the request line is limited to 8 KB by the usual reverse proxy."""

_MOST_HINTS = 20
"""Suggestions in one plan: each compares a name with all that there are, and beyond these nobody reads them."""


class NamedTasks:
    """Finds the tasks of task blocks (`keys`: of these); what cannot be found is noted in `problems`, all together."""

    def __init__(
        self, loaded: LoadedManifest, server: Observed, projects: ProjectIndex, keys: Iterable[str] | None = None
    ) -> None:
        wanted = set(loaded.manifest.tasks if keys is None else keys)
        self._blocks = {key: block for key, block in loaded.manifest.tasks.items() if key in wanted}
        self._at = loaded.locations.at
        self._key_at = loaded.locations.key
        self._server = server
        self._projects = projects
        self._known_names: dict[int | None, list[str]] = {}
        self._hints = 0

    def find(self, problems: list[Problem]) -> dict[str, Task]:
        """The tasks by their keys in the manifest."""
        projects = {
            key: self._projects.resolve(block.project, self._at("tasks", key, "project"), problems)
            for key, block in self._blocks.items()
            if block.project is not None
        }
        by_id = {key: block for key, block in self._blocks.items() if block.id is not None}
        by_name = {
            key: block
            for key, block in self._blocks.items()
            if block.id is None and not (block.project is not None and projects[key] is None)
        }
        found = {**self._by_id(by_id, projects, problems), **self._by_name(by_name, projects, problems)}
        self._twice(found, problems)
        return {key: found[key] for key in self._blocks if key in found}

    def _by_id(
        self, blocks: Mapping[str, TaskBlock], projects: Mapping[str, int | None], problems: list[Problem]
    ) -> dict[str, Task]:
        ids = {block.id for block in blocks.values() if block.id is not None}
        tasks = {task.id: task for task in self._server.tasks_by_id(sorted(ids))} if ids else {}
        found = {}
        for key, block in blocks.items():
            task = tasks.get(block.id or 0)
            if task is None:
                what = f"there is no task {block.id}, or you cannot see it in this organization"
                problems.append(Problem(what, self._at("tasks", key, "id")))
            elif (wanted := projects.get(key)) is not None and task.project_id != wanted:
                what = f"task {task.id} is in {self._project(task.project_id)}, not in {self._project(wanted)}"
                problems.append(Problem(what, self._at("tasks", key, "project")))
            else:
                found[key] = task
        return found

    def _by_name(
        self, blocks: Mapping[str, TaskBlock], projects: Mapping[str, int | None], problems: list[Problem]
    ) -> dict[str, Task]:
        names_by_project: dict[int | None, set[str]] = defaultdict(set)
        for key, block in blocks.items():
            names_by_project[projects.get(key)].add(block.name or key)
        matches: dict[tuple[int | None, str], list[Task]] = defaultdict(list)
        for project, names in names_by_project.items():
            for some in _in_requests(sorted(names)):
                narrowed = [is_in("name", some)] + ([is_in("project_id", [project])] if project is not None else [])
                for task in self._server.tasks(all_of(*narrowed)):
                    matches[project, task.name].append(task)
        found = {}
        for key, block in blocks.items():
            project, name = projects.get(key), block.name or key
            if len(tasks := matches[project, name]) == 1:
                found[key] = tasks[0]
            else:
                problems.append(self._not_one(key, block, project, tasks))
        return found

    def _project(self, project_id: int | None) -> str:
        if project_id is None:
            return "no project"
        name = self._projects.name(project_id)
        return f"project {name!r}" if name else f"project {project_id}"

    def _not_one(self, key: str, block: TaskBlock, project: int | None, tasks: list[Task]) -> Problem:
        name = block.name or key
        where = self._at("tasks", key, "name") if block.name else self._key_at("tasks", key)
        place = f" in {self._project(project)}" if project is not None else ""
        if tasks:
            ids = [task.id for task in tasks]
            apart = project is None and len({task.project_id for task in tasks}) == len(tasks)
            hint = "say which one with `id`" + (", or with `project`" if apart else "")
            return Problem(f"{len(tasks)} tasks are called {name!r}{place}: {listed(ids)}", where, hint)
        self._hints += 1
        meant = did_you_mean(name, self._names_in(project)) if self._hints <= _MOST_HINTS else None
        return Problem(f"there is no task called {name!r}{place}", where, meant)

    def _names_in(self, project: int | None) -> list[str]:
        """What tasks are called there, for suggestions; read once, however many names are wrong."""
        if project not in self._known_names:
            in_project = is_in("project_id", [project]) if project is not None else None
            self._known_names[project] = [task.name for task in self._server.tasks(in_project) if task.name]
        return self._known_names[project]

    def _twice(self, found: Mapping[str, Task], problems: list[Problem]) -> None:
        keys: dict[int, str] = {}
        for key, task in found.items():
            first = keys.setdefault(task.id, key)
            if first != key:
                what = f"task.{key} and task.{first} ({self._key_at('tasks', first)}) are the same task {task.id}"
                problems.append(Problem(what, self._key_at("tasks", key), "describe it in one block"))


def _in_requests(names: Iterable[str]) -> Iterator[list[str]]:
    """The names in portions that fit into a request line."""
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
