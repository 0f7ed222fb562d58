"""Which project a reference means. Names are unique for nothing in CVAT: two matches are an error that names both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

from reconciler.cvat.models import Project
from reconciler.errors import Location, Problem
from reconciler.manifest.models import ProjectBlock, ProjectRef
from reconciler.manifest.wording import did_you_mean


class ProjectIndex:
    """All visible projects, found by key, id or name. What cannot be found is noted in `problems`.

    `has_tasks` tells whether tasks of a project can be seen. Whoever owns a task in somebody else's project, or is
    assigned to one, sees the task but not the project (CVAT, rules of tasks and projects): an id is enough then.
    """

    def __init__(
        self,
        projects: Iterable[Project],
        blocks: Mapping[str, ProjectBlock],
        has_tasks: Callable[[int], bool] = lambda _: False,
    ) -> None:
        self._by_id = {project.id: project for project in projects}
        self._by_name: dict[str, list[int]] = {}
        for project in self._by_id.values():
            self._by_name.setdefault(project.name, []).append(project.id)
        self._blocks = blocks
        self._has_tasks = cache(has_tasks)

    def name(self, project_id: int | None) -> str | None:
        """A project's name; None if it has none or cannot be seen."""
        project = self._by_id.get(project_id) if project_id is not None else None
        return project.name if project else None

    def task_count(self, project_id: int) -> int:
        """How many tasks a project holds."""
        project = self._by_id.get(project_id)
        return (project.task_count or 0) if project else 0

    def resolve(self, ref: ProjectRef, where: Location | None, problems: list[Problem]) -> int | None:
        """The id that a reference stands for, or None with a problem noted."""
        if ref.id is not None:
            return self._by_given_id(ref.id, where, problems)
        if ref.key is not None and (block := self._blocks.get(ref.key)):
            if block.id is not None:
                return self._by_given_id(block.id, where, problems)
            return self._by_unique_name(block.name or ref.key, where, problems)
        return self._by_unique_name(ref.name or ref.key or "", where, problems)

    def _by_given_id(self, project_id: int, where: Location | None, problems: list[Problem]) -> int | None:
        if project_id in self._by_id or self._has_tasks(project_id):
            return project_id
        problems.append(Problem(f"there is no project {project_id}, or you cannot see it in this organization", where))
        return None

    def _by_unique_name(self, name: str, where: Location | None, problems: list[Problem]) -> int | None:
        ids = self._by_name.get(name, [])
        if len(ids) == 1:
            return ids[0]
        if ids:
            hint = "say which one with `project: {id: …}`"
            problems.append(Problem(f"{len(ids)} projects are called {name!r}: {listed(ids)}", where, hint))
        else:
            names = [*self._by_name, *self._blocks]
            what = f"there is no project called {name!r}, or you cannot see it"
            problems.append(Problem(what, where, did_you_mean(name, names)))
        return None


def listed(ids: Sequence[int], most: int = 5) -> str:
    """Ids for a sentence: `3 and 4`, or the first few and how many more."""
    shown = [str(number) for number in ids[:most]] + ([f"{len(ids) - most} more"] if len(ids) > most else [])
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]
