"""What the manifest wants of each task and job, gathered from all blocks that speak about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from reconciler.cvat.models import Job, Task
from reconciler.errors import Location, Problem
from reconciler.manifest.models import JobFields, JobOverride, TaskFields
from reconciler.plan.workflow import JOBS_FOR_STATUS

EMPTY_IS_TEXT = frozenset({"subset", "bug_tracker"})
"""Fields that CVAT clears with the empty text; they are never null."""


@dataclass(frozen=True)
class Wish:
    """One wanted value: who wants it, and where that is written."""

    value: JsonValue
    source: str  # an address: task.batch-001, rule.reopen
    where: Location | None
    as_status: str | None = None  # wanted only because this task status is


@dataclass(frozen=True)
class JobWish:
    """What is wanted of some of a task's jobs: `only` these, or all annotation jobs."""

    fields: Mapping[str, Wish]
    only: frozenset[int] | None = None
    frames: tuple[int, int] | None = None
    overrides: bool = False  # stands in for what the same block wants of all jobs

    @property
    def where(self) -> Location | None:
        """The place of its first field."""
        return next(iter(self.fields.values())).where

    def is_about(self, job: Job) -> bool:
        """Ground-truth and replica jobs only if named: quality reports need them where they are."""
        if self.only is not None:
            return job.id in self.only
        if job.type != "annotation":
            return False
        if self.frames is None:
            return True
        first, last = self.frames
        return first <= (job.start_frame or 0) and (job.stop_frame or 0) <= last


@dataclass
class TaskWishes:
    """All that is wanted of one task."""

    task: Task
    address: str
    fields: dict[str, Wish] = field(default_factory=dict)
    job_wishes: list[JobWish] = field(default_factory=list)
    ignored: frozenset[str] = frozenset()
    rests_on: dict[str, JsonValue] = field(default_factory=dict)
    jobs_rest_on: dict[int, dict[str, JsonValue]] = field(default_factory=dict)
    sources: list[str] = field(default_factory=list)  # every block that speaks about it, in order

    @property
    def status(self) -> Wish | None:
        """The wanted task status."""
        return self.fields.get("status")

    def add(self, name: str, wish: Wish, problems: list[Problem]) -> None:
        """Take a wish in; another one that wants something else is a problem with both places."""
        if name in self.ignored:
            return
        known = self.fields.setdefault(name, wish)
        if known.value != wish.value:
            problems.append(disagreement(f"task {self.task.id} ({self.task.name!r})", name, known, wish))

    def cares_about(self, wish: JobWish) -> bool:
        """Whether `lifecycle.ignore` lets a wish about jobs through: `status` and `jobs` are ignored separately."""
        by_status = any(one.as_status is not None for one in wish.fields.values())
        return ("status" if by_status else "jobs") not in self.ignored

    def of_job(self, job: Job, problems: list[Problem]) -> dict[str, Wish]:
        """What is wanted of one job. Overrides come before what their block wants of all jobs."""
        about = [wish for wish in self.job_wishes if wish.is_about(job)]
        overridden = {
            (wish.source, name) for job_wish in about if job_wish.overrides for name, wish in job_wish.fields.items()
        }
        if any(name in ("stage", "state") for _, name in overridden):  # one position, one voice
            overridden |= {(source, name) for source, _ in overridden for name in ("stage", "state")}
        wanted: dict[str, Wish] = {}
        for job_wish in about:
            for name, wish in job_wish.fields.items():
                if not job_wish.overrides and (wish.source, name) in overridden:
                    continue
                known = wanted.setdefault(name, wish)
                if known.value != wish.value:
                    problems.append(disagreement(f"job {job.id} of task {self.task.id}", name, known, wish))
        return wanted


def disagreement(what: str, name: str, first: Wish, second: Wish) -> Problem:
    """Two blocks that want different values for one field of one object."""
    return Problem(
        f"{first.source} and {second.source} want different values for the {name} of {what}: "
        f"{first.value!r} ({first.where}) and {second.value!r}",
        second.where,
        hint="narrow one of the selections, or leave the field out of one of the two",
    )


def field_wishes(
    block: TaskFields, source: str, at: Callable[..., Location | None], *, names: tuple[str, ...]
) -> Iterator[tuple[str, Wish]]:
    """The task's own fields that a block mentions; absent ones are not managed, `null` clears."""
    for name in names:
        if name in block.model_fields_set:
            value = getattr(block, name)
            yield name, Wish("" if value is None and name in EMPTY_IS_TEXT else value, source, at(name))


def job_wishes(
    block: TaskFields, source: str, at: Callable[..., Location | None], *, selected: frozenset[int] | None = None
) -> Iterator[JobWish]:
    """What a block wants of jobs: through `status` of all annotation jobs, through `jobs` of those selected."""
    if block.status is not None:
        where = at("status")
        position = JOBS_FOR_STATUS[block.status]
        yield JobWish({name: Wish(value, source, where, block.status) for name, value in position.items()})
    if block.jobs is not None and (wanted := _job_fields(block.jobs, source, lambda name: at("jobs", name))):
        yield JobWish(wanted, only=selected)


def override_wishes(override: JobOverride, source: str, at: Callable[..., Location | None]) -> JobWish | None:
    """What one entry of `job_overrides` wants, of the jobs within its frames or of the one job it names."""
    wanted = _job_fields(override, source, at)
    if not wanted:
        return None
    if override.job is not None:
        return JobWish(wanted, only=frozenset({override.job}), overrides=True)
    first, _, last = (override.frames or "0").partition("-")
    return JobWish(wanted, frames=(int(first), int(last or first)), overrides=True)


def _job_fields(block: JobFields, source: str, at: Callable[..., Location | None]) -> dict[str, Wish]:
    return {
        name: Wish(getattr(block, name), source, at(name))
        for name in ("stage", "state", "assignee")
        if name in block.model_fields_set
    }
