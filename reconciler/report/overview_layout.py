"""What all forms of the overview share: the order of words, and the facts of a project in one line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, get_args

from reconciler.manifest.workflow_words import Stage, State, TaskStatus
from reconciler.overview.model import Overview, ProjectOverview
from reconciler.wording import counted

STATUSES: Final[tuple[str, ...]] = get_args(TaskStatus)
STAGES: Final[tuple[str, ...]] = get_args(Stage)
STATES: Final[tuple[str, ...]] = get_args(State)
NOBODY: Final = "nobody"
UNSEEN: Final = "people you cannot see"


def in_order(found: Iterable[str], known: tuple[str, ...]) -> list[str]:
    """CVAT's words in its own order, then what a newer server may say."""
    found = set(found)
    return [*known, *sorted(found - set(known))]


def states_of(project: ProjectOverview) -> list[str]:
    """The columns of its table of jobs."""
    return in_order((state for states in project.jobs.values() for state in states), STATES)


def title(project: ProjectOverview) -> str:
    """How it is called."""
    if project.id is None:
        return "Tasks in no project"
    return f"{project.name} (project {project.id})" if project.name is not None else f"project {project.id}"


def facts(project: ProjectOverview) -> str:
    """`110 tasks, 330 jobs, 1100 frames, 3 objects to change`."""
    parts = [
        counted(project.task_count, "task"),
        counted(project.job_count, "job") + (f" and {project.others} of other types" if project.others else ""),
        counted(project.frames, "frame"),
    ]
    parts += [drift_words(project.drift)] if project.drift is not None else []
    return ", ".join(parts)


def drift_words(number: int) -> str:
    """How far from the manifest."""
    return f"{counted(number, 'object')} to change" if number else "as the manifest wants it"


def totals(overview: Overview) -> str:
    """`2 projects, 120 tasks, 360 jobs, 95 of them open`."""
    projects = sum(one.id is not None for one in overview.projects)
    jobs = sum(one.job_count for one in overview.projects)
    done = sum(_done(one.jobs) for one in overview.projects)
    tasks = counted(sum(one.task_count for one in overview.projects), "task")
    line = f"{counted(projects, 'project')}, {tasks}, {counted(jobs, 'job')}, {jobs - done} of them open"
    return f"{line}; {drift_words(overview.drift.total)}" if overview.drift is not None else line


def _done(jobs: Mapping[str, Mapping[str, int]]) -> int:
    return jobs.get("acceptance", {}).get("completed", 0)
