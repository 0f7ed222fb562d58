"""Looking at a server again and again: everything is read once, and after that only what changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from reconciler.cvat.filters import Filter, all_of, is_in, negate
from reconciler.cvat.models import Job, Project, Task
from reconciler.cvat.reading import Reader
from reconciler.cvat.users import visible_usernames
from reconciler.errors import Location, PlanError, Problem
from reconciler.manifest.models import ProjectRef
from reconciler.overview.adding_up import added_up, by_project, project_overview
from reconciler.overview.counting import Counted, counted
from reconciler.overview.drifting import drift_of
from reconciler.overview.kept import Kept
from reconciler.overview.model import Drift, Overview
from reconciler.plan.model import Plan, ServerRef
from reconciler.plan.projects import ProjectIndex

MANY_JOBS: Final = 5000
"""A project with more is counted by the server: reading that many takes it some seconds, and ten requests."""

_NOTHING: Final = Counted({}, 0, ())


class Looking:
    """Where the work stands on one server, in all projects or in some."""

    def __init__(
        self,
        reader: Reader,
        ref: ServerRef,
        *,
        chosen: Sequence[ProjectRef] = (),
        where: Callable[[], Location | None] = lambda: None,
        plan: Callable[[], Plan] | None = None,
        many: int = MANY_JOBS,
    ) -> None:
        """`chosen`: only these projects. `plan`: what an apply of the manifest would do, if there is one."""
        self._reader, self._ref, self._plan, self._many = reader, ref, plan, many
        self._chosen, self._where = chosen, where
        self._tasks: Kept[Task] | None = None
        self._jobs: Kept[Job] | None = None

    def look(self) -> Overview:
        """How it is now.

        Raises:
            PlanError: a project that was chosen is not there; the manifest asks for what is not there.
            ServerError: the server cannot be read.
        """
        projects = {project.id: project for project in self._reader.projects()}
        ids = self._ids(list(projects.values()))
        scope = is_in("project_id", ids) if ids else None
        if self._tasks is None or self._tasks.scope != scope:
            self._tasks = Kept(self._reader.tasks, self._reader.count_tasks, scope)
        tasks = self._tasks.now()
        large = self._large(tasks)
        tasks_of, jobs_of = by_project(tasks, self._read_jobs(scope, ids, large))
        people = visible_usernames(self._reader) if large else []
        jobs = {project: added_up(some) for project, some in jobs_of.items()}
        jobs |= {project: counted(self._reader, project, people) for project in large}
        drift = drift_of(self._plan()) if self._plan is not None else None
        wanted = ids or sorted({*projects, *(number for number in tasks_of if number is not None)})
        numbers: list[int | None] = [*wanted]
        numbers += [None] if not ids and (tasks_of.get(None) or jobs_of.get(None)) else []
        return Overview(
            taken=datetime.now(UTC),
            server=self._ref,
            projects=tuple(
                project_overview(
                    number,
                    _name(projects.get(number)) if number is not None else None,
                    tasks_of.get(number, []),
                    jobs.get(number, _NOTHING),
                    drift=_in(number, drift),
                )
                for number in numbers
            ),
            drift=drift,
        )

    def _ids(self, projects: Sequence[Project]) -> list[int]:
        problems: list[Problem] = []
        index = ProjectIndex(projects, {})
        found = [index.resolve(one, self._where(), problems) for one in self._chosen]
        if problems:
            raise PlanError([*problems, *self._wrong_with_manifest()])
        return sorted({number for number in found if number is not None})

    def _wrong_with_manifest(self) -> Sequence[Problem]:
        """What it asks for and is not there, to be told together with projects that are not."""
        try:
            if self._plan is not None:
                self._plan()
        except PlanError as wrong:
            return wrong.problems
        return ()

    def _large(self, tasks: Sequence[Task]) -> list[int]:
        """The projects whose jobs are too many to be read, by what their tasks say of them."""
        sizes: dict[int, int] = {}
        for task in tasks:
            if task.project_id is not None:
                sizes[task.project_id] = sizes.get(task.project_id, 0) + (task.job_count or 0)
        return sorted(project for project, size in sizes.items() if size > self._many)

    def _read_jobs(self, scope: Filter | None, ids: Sequence[int], large: Sequence[int]) -> list[Job]:
        if large and set(ids) == set(large):
            return []
        # A negated condition holds of jobs in no project, too (cvat.filters).
        condition = all_of(scope, negate(is_in("project_id", large)) if large else None)
        if self._jobs is None or self._jobs.scope != condition:
            self._jobs = Kept(self._reader.jobs, self._reader.count_jobs, condition)
        return self._jobs.now()


def _name(project: Project | None) -> str | None:
    return project.name if project is not None else None


def _in(project: int | None, drift: Drift | None) -> int | None:
    return None if drift is None or project is None else drift.by_project.get(project, 0)
