"""Where the work stands, as data."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from reconciler.plan.frozen import Frozen
from reconciler.plan.model import ServerRef

OVERVIEW_FORMAT = "reconciler.status/1"


class PersonWork(Frozen):
    """What somebody has of one project's annotation jobs. A job is open until it is accepted and completed."""

    person: str | None  # None: nobody
    open: int
    jobs: int | None  # all, the done ones too; None: not read
    frames: int | None  # in open jobs; None: not read


class ProjectOverview(Frozen):
    """One project, or the tasks in none."""

    id: int | None
    name: str | None  # None: it cannot be seen, though its tasks can
    tasks: dict[str, int] = Field(default_factory=dict)  # by status
    jobs: dict[str, dict[str, int]] = Field(default_factory=dict)  # annotation jobs: by stage and state
    others: int = 0  # jobs of other types: ground truth, replicas
    frames: int = 0
    people: tuple[PersonWork, ...] | None = ()  # those with something open first; None: not read
    unseen: int = 0  # open jobs of people whom this account cannot see; known only where the server counted
    drift: int | None = None  # objects in it that an apply of the manifest would change

    @property
    def task_count(self) -> int:
        """All its tasks."""
        return sum(self.tasks.values())

    @property
    def job_count(self) -> int:
        """All its annotation jobs."""
        return sum(sum(states.values()) for states in self.jobs.values())


class Drift(Frozen):
    """What an apply of the manifest would change, counted in objects (projects, tasks, jobs, labels, …)."""

    total: int
    by_address: dict[str, int]
    by_project: dict[int, int] = Field(default_factory=dict)
    warnings: tuple[str, ...] = ()


class Overview(Frozen):
    """Everything that was asked for, at one moment."""

    format: str = OVERVIEW_FORMAT
    taken: datetime
    server: ServerRef
    projects: tuple[ProjectOverview, ...]
    drift: Drift | None = None
