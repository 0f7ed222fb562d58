"""How the server is looked at: object by object just before each step, or all at once before the first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property

from reconciler.apply.steps.made import Kind
from reconciler.cvat.details import Guide
from reconciler.cvat.filters import all_of, is_in
from reconciler.cvat.models import Label, Project, Task
from reconciler.cvat.reading import Reader
from reconciler.errors import ServerError
from reconciler.plan.steps import Do, Step

_NAMES_A_QUERY = 50


class Sight:
    """Looks at each object anew, every time."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def project(self, number: int) -> Project | None:
        """A project, if it is there."""
        return self.reader.project(number)

    def task(self, number: int) -> Task | None:
        """A task, if it is there."""
        return self.reader.task(number)

    def projects_called(self, name: str) -> list[Project]:
        """All projects of a name."""
        return [one for one in self.reader.projects(is_in("name", [name])) if one.name == name]

    def tasks_called(self, name: str, project: int | None) -> list[Task]:
        """The tasks of a name in a project, or in none."""
        within = None if project is None else is_in("project_id", [project])
        found = self.reader.tasks(all_of(is_in("name", [name]), within))
        return [task for task in found if task.name == name and task.project_id == project]

    def labels_of(self, kind: Kind, number: int) -> Sequence[Label]:
        """The labels of a project or task; none if it is gone, of which the server makes an error (400)."""
        try:
            return self.reader.labels_of(kind, number)
        except ServerError as error:
            owner = self.project(number) if kind == "project" else self.task(number)
            if error.status in (400, 404) and owner is None:
                return ()
            raise

    def guide(self, number: int) -> Guide | None:
        """A guide, if it is there."""
        return self.reader.guide(number)


class Overview(Sight):
    """Reads what the steps of a plan are about in few requests, however many there are, and each thing once."""

    def __init__(self, reader: Reader, steps: Iterable[Step]) -> None:
        super().__init__(reader)
        self._steps = list(steps)
        self._labels: dict[tuple[Kind, int], Sequence[Label]] = {}

    def project(self, number: int) -> Project | None:
        """A project, if it is there."""
        return self._projects.get(number)

    def task(self, number: int) -> Task | None:
        """A task, if it is there."""
        return self._tasks.get(number)

    def projects_called(self, name: str) -> list[Project]:
        """All projects of a name."""
        return self._projects_by_name.get(name, [])

    def tasks_called(self, name: str, project: int | None) -> list[Task]:
        """The tasks of a name in a project, or in none."""
        return [task for task in self._tasks_by_name.get(name, []) if task.project_id == project]

    def labels_of(self, kind: Kind, number: int) -> Sequence[Label]:
        """The labels of a project or task."""
        if (kind, number) not in self._labels:
            self._labels[kind, number] = super().labels_of(kind, number)
        return self._labels[kind, number]

    @cached_property
    def _projects(self) -> dict[int, Project]:
        return {one.id: one for one in self.reader.projects_by_id(self._ids("project"))}

    @cached_property
    def _tasks(self) -> dict[int, Task]:
        return {one.id: one for one in self.reader.tasks_by_id(self._ids("task"))}

    @cached_property
    def _projects_by_name(self) -> dict[str, list[Project]]:
        found: dict[str, list[Project]] = defaultdict(list)
        for names in self._names(Do.CREATE_PROJECT):
            for one in self.reader.projects(is_in("name", names)):
                found[one.name].append(one)
        return found

    @cached_property
    def _tasks_by_name(self) -> dict[str, list[Task]]:
        found: dict[str, list[Task]] = defaultdict(list)
        for names in self._names(Do.CREATE_TASK):
            for one in self.reader.tasks(is_in("name", names)):
                found[one.name].append(one)
        return found

    def _ids(self, kind: Kind) -> set[int]:
        own = {step.id for step in self._steps if step.kind == kind and step.id is not None}
        refs = [step.of for step in self._steps if step.of is not None]
        return own | {ref.id for ref in refs if ref.kind == kind and ref.id is not None}

    def _names(self, do: Do) -> Iterable[list[str]]:
        names = sorted({step.name for step in self._steps if step.do is do})
        for start in range(0, len(names), _NAMES_A_QUERY):
            yield names[start : start + _NAMES_A_QUERY]
