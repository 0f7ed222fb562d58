"""Which project a reference means. Names are unique for nothing in CVAT: two matches are an error that names both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from reconciler.cvat.filters import is_in
from reconciler.cvat.models import Project
from reconciler.errors import Location, Problem
from reconciler.manifest.locations import Locations
from reconciler.manifest.models import ProjectBlock, ProjectRef
from reconciler.manifest.wording import did_you_mean
from reconciler.plan.observing import Observed
from reconciler.plan.remembered import Remembered, is_of
from reconciler.plan.steps import ObjectRef
from reconciler.wording import listed


def has_tasks(server: Observed, project: int) -> bool:
    """Whether tasks of a project can be seen, be the project itself or not."""
    return any(task.project_id == project for task in server.tasks(is_in("project_id", [project])))


@dataclass(frozen=True)
class FoundProject:
    """What a project block stands for: an object, only its id (it cannot be seen), one to be made, or nothing."""

    id: int | None = None
    project: Project | None = None
    made: bool = False  # this plan makes it
    bound: bool = False  # found by what an earlier apply remembers
    wrong: Problem | None = None


class ProjectIndex:
    """All visible projects, found by key, id or name.

    What a block stands for: what its address is bound to, else its `id`, else its unique name; it is made if there is
    none of that name. What a reference means and cannot be found is noted in `problems`; what is wrong with a block
    itself is noted once, where the block stands, by `check`.

    `has_tasks` tells whether tasks of a project can be seen. Whoever owns a task in somebody else's project, or is
    assigned to one, sees the task but not the project (CVAT, rules of tasks and projects): an id is enough then.
    """

    def __init__(
        self,
        projects: Iterable[Project],
        blocks: Mapping[str, ProjectBlock],
        has_tasks: Callable[[int], bool] = lambda _: False,
        *,
        remembered: Remembered | None = None,
        locations: Locations | None = None,
    ) -> None:
        self._by_id = {project.id: project for project in projects}
        self._by_name: dict[str, list[int]] = {}
        for project in self._by_id.values():
            self._by_name.setdefault(project.name, []).append(project.id)
        self._blocks = blocks
        self._has_tasks = cache(has_tasks)
        self._remembered = remembered
        self._locations = locations or Locations()
        self._found: dict[str, FoundProject] = {}
        self._asked: dict[str, None] = {}  # keys of the blocks that anything needed, in order

    def name(self, project_id: int | None) -> str | None:
        """A project's name; None if it has none or cannot be seen."""
        project = self._by_id.get(project_id) if project_id is not None else None
        return project.name if project else None

    def seen(self, project_id: int | None) -> Project | None:
        """A project; None if it cannot be seen."""
        return self._by_id.get(project_id) if project_id is not None else None

    def task_count(self, project_id: int) -> int:
        """How many tasks a project holds."""
        project = self._by_id.get(project_id)
        return (project.task_count or 0) if project else 0

    def of_block(self, key: str) -> FoundProject:
        """What a block of the manifest stands for."""
        self._asked[key] = None
        if key not in self._found:
            self._found[key] = self._find(key, self._blocks[key])
        return self._found[key]

    def check(self) -> list[Problem]:
        """What is wrong with the blocks that anything asked for, each once."""
        return [wrong for key in self._asked if (wrong := self._found[key].wrong) is not None]

    def key_of(self, project_id: int) -> str | None:
        """The key of the block, of those that anything asked for, that stands for a project."""
        return next((key for key in self._asked if self.of_block(key).id == project_id), None)

    def made_by(self, ref: ProjectRef) -> str | None:
        """The key of the block by which this plan makes the project that a reference means."""
        key = ref.key
        return key if key is not None and key in self._blocks and self.of_block(key).made else None

    def ref(self, ref: ProjectRef, project_id: int | None) -> ObjectRef:
        """A project that a reference stands for, for steps: by its id, or by the address of the block that makes it."""
        if project_id is None:
            key = ref.key or ""
            return ObjectRef(kind="project", address=f"project.{key}", name=self._blocks[key].name or key)
        return self.ref_of(project_id)

    def ref_of(self, project_id: int) -> ObjectRef:
        """A project that is there, for steps: by the address of its block, if one that was asked for stands for it."""
        own = self.key_of(project_id)
        address = f"project.{own}" if own is not None else f"project[{project_id}]"
        return ObjectRef(kind="project", address=address, id=project_id, name=self.name(project_id) or "")

    def resolve(self, ref: ProjectRef, where: Location | None, problems: list[Problem]) -> int | None:
        """The id that a reference stands for, or None: with a problem noted, or because this plan makes the project."""
        if ref.id is not None:
            return self._by_given_id(ref.id, where, problems)
        if ref.key is not None and ref.key in self._blocks:
            return self.of_block(ref.key).id
        return self._by_unique_name(ref.name or ref.key or "", where, problems)

    # What a block stands for

    def _find(self, key: str, block: ProjectBlock) -> FoundProject:
        remembered = self._remembered
        binding = remembered.by_address.get(f"project.{key}") if remembered else None
        bound = self._by_id.get(binding.id) if binding and binding.kind == "project" else None
        if bound is not None and binding is not None and not is_of(binding, bound):
            bound = None
        if block.id is not None:
            number = remembered.current("project", block.id) if remembered else block.id
            if number in self._by_id:
                return FoundProject(number, self._by_id[number], bound=bound is not None and bound.id == number)
            return FoundProject(bound.id, bound, bound=True) if bound else self._unseen(key, block, number)
        if bound is not None:
            return FoundProject(bound.id, bound, bound=True)
        name = block.name or key
        ids = self._by_name.get(name, [])
        if len(ids) == 1:
            return FoundProject(ids[0], self._by_id[ids[0]])
        if not ids:
            return FoundProject(made=block.ensure == "present")
        where = self._locations.at("projects", key, "name") if block.name else self._locations.key("projects", key)
        what = f"{len(ids)} projects are called {name!r}: {listed(ids)}"
        return FoundProject(wrong=Problem(what, where, "say which one with `id`"))

    def _unseen(self, key: str, block: ProjectBlock, number: int) -> FoundProject:
        """An id that is not among the projects: enough to find its tasks by, if nothing of the project is managed."""
        where = self._locations.at("projects", key, "id")
        if self._has_tasks(number):
            if block.model_fields_set <= {"id"}:
                return FoundProject(number)
            what = f"you see tasks of project {number}, but not the project: nothing of it can be managed"
            return FoundProject(number, wrong=Problem(what, where, "leave only its `id`, or ask its owner for access"))
        if block.ensure == "absent":
            return FoundProject()
        what = f"there is no project {number}, or you cannot see it in this organization"
        return FoundProject(wrong=Problem(what, where, "leave `id` out to have it made"))

    # What a reference that is no block's stands for

    def _by_given_id(self, project_id: int, where: Location | None, problems: list[Problem]) -> int | None:
        project_id = self._remembered.current("project", project_id) if self._remembered else project_id
        if project_id in self._by_id or self._has_tasks(project_id):
            return project_id
        problems.append(Problem(f"there is no project {project_id}, or you cannot see it in this organization", where))
        return None

    def _by_unique_name(self, name: str, where: Location | None, problems: list[Problem]) -> int | None:
        ids = self._by_name.get(name, [])
        if len(ids) == 1:
            return ids[0]
        if ids:
            option = where.file if where is not None and where.file.startswith("--") else None
            hint = f"say which one with {option} ID" if option else "say which one with `project: {id: …}`"
            problems.append(Problem(f"{len(ids)} projects are called {name!r}: {listed(ids)}", where, hint))
        else:
            names = [*self._by_name, *self._blocks]
            what = f"there is no project called {name!r}, or you cannot see it"
            problems.append(Problem(what, where, did_you_mean(name, names)))
        return None
