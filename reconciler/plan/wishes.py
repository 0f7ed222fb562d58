"""What the manifest wants of each task and job, gathered from all blocks that speak about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from pydantic import JsonValue

from reconciler.cvat.models import Job, Task
from reconciler.errors import Location
from reconciler.manifest.models import JobFields, JobOverride, Previous, StorageBlock, TaskFields
from reconciler.plan.disagreements import Disagreements
from reconciler.plan.state import State, task_state
from reconciler.plan.wish import Wish
from reconciler.plan.workflow import JOBS_FOR_STATUS, POSITION

EMPTY_IS_TEXT = frozenset({"subset", "bug_tracker"})
"""Fields that CVAT clears with the empty text; they are never null."""

PREVIOUS_ANNOTATOR: Final[JsonValue] = {"previous": "annotator"}
"""Wanted as an assignee: whoever annotated the job (`plan.previous`)."""

_JOB_FIELDS: Final = ("stage", "state", "assignee")

Place = Callable[..., Location | None]
"""The place of a part of a block: `at("jobs", "stage")`."""


@dataclass(frozen=True)
class JobWish:
    """What is wanted of some of a task's jobs: `only` these, or all annotation jobs.

    Of these, `left` are those that a one-time rule has still to do, if it was begun: the others are done, wherever
    somebody has moved them since.
    """

    fields: Mapping[str, Wish]
    only: frozenset[int] | None = None
    frames: tuple[int, int] | None = None
    overrides: bool = False  # stands in for what the same block wants of all jobs
    left: frozenset[int] | None = None

    @property
    def where(self) -> Location | None:
        """The place of its first field."""
        return next(iter(self.fields.values())).where

    def is_about(self, job: Job) -> bool:
        """Ground-truth and replica jobs only if named: quality reports need them where they are."""
        if self.left is not None and job.id not in self.left:
            return False
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
    ignored: frozenset[str] = frozenset()
    sources: list[str] = field(default_factory=list)  # every block that speaks about it, in order
    fields: dict[str, Wish] = field(default_factory=dict)
    job_wishes: list[JobWish] = field(default_factory=list)
    left_alone: set[str] = field(default_factory=set)  # what is wanted otherwise, but ignored
    tested: dict[str, State] = field(default_factory=dict)  # by rule: what its selection found in the task
    tested_of_jobs: dict[str, dict[int, State]] = field(default_factory=dict)  # and in the jobs that it selected

    @property
    def status(self) -> Wish | None:
        """The wanted task status."""
        return self.fields.get("status")

    def add(self, name: str, wish: Wish, disagreements: Disagreements) -> None:
        """Take a wish for a field of the task in, unless the field is ignored."""
        if name in self.ignored or (name == "priority" and "name" in self.ignored):  # the name shows it
            if task_state(self.task).get(name) != wish.value:
                self.left_alone.add(name)
            return
        known = self.fields.setdefault(name, wish)
        if known.is_against(wish):
            disagreements.note(name, f"task {self.task.id} ({self.task.name!r})", known, wish)
        if known.gives_way_to(wish):
            self.fields[name] = wish.in_place_of(known)

    def add_for_jobs(self, wish: JobWish) -> bool:
        """Take a wish for jobs in, unless `lifecycle.ignore` names what it comes from: `status` or `jobs`."""
        by_status = any(one.as_status is not None for one in wish.fields.values())
        if "status" in self.ignored and by_status:
            return False
        if "jobs" in self.ignored and not by_status:
            self.left_alone.add("jobs")
            return False
        self.job_wishes.append(wish)
        return True

    def of_job(self, job: Job, disagreements: Disagreements) -> dict[str, Wish]:
        """What is wanted of one job. Overrides come before what their block wants of all jobs."""
        about = [wish for wish in self.job_wishes if wish.is_about(job)]
        overridden = {
            (wish.source, name) for job_wish in about if job_wish.overrides for name, wish in job_wish.fields.items()
        }
        for source in {source for source, name in overridden if name in POSITION}:  # one position, one voice
            overridden |= {(source, name) for name in POSITION}
        wanted: dict[str, Wish] = {}
        for job_wish in about:
            for name, wish in job_wish.fields.items():
                if not job_wish.overrides and (wish.source, name) in overridden:
                    continue
                known = wanted.setdefault(name, wish)
                # Two statuses that differ are told once, as the task's.
                if known.is_against(wish) and not (known.as_status and wish.as_status):
                    disagreements.note(name, f"job {job.id} of task {self.task.id}", known, wish)
                if known.gives_way_to(wish):
                    wanted[name] = wish.in_place_of(known)
        return wanted

    def moves_for_status(self, job: Job) -> bool:
        """Whether anybody wants the job moved because of the task's status."""
        return any(
            wish.is_about(job) and any(one.as_status for one in wish.fields.values()) for wish in self.job_wishes
        )

    def rests_on(self, sources: Iterable[str], job: int | None = None) -> State:
        """What the selections of these blocks found in the task, and in one of its jobs."""
        found: State = {}
        for source in dict.fromkeys(sources):
            found |= {f"task.{name}": value for name, value in self.tested.get(source, {}).items()}
            of_job = self.tested_of_jobs.get(source, {}).get(job or 0, {})
            found |= {f"job.{name}": value for name, value in of_job.items()}
        return found


def field_wishes(block: TaskFields, source: str, at: Place, *, names: tuple[str, ...]) -> Iterator[tuple[str, Wish]]:
    """The task's own fields that a block mentions; absent ones are not managed, `null` clears."""
    for name in names:
        if name in block.model_fields_set:
            value = getattr(block, name)
            value = value.state if isinstance(value, StorageBlock) else value
            wanted = "" if value is None and name in EMPTY_IS_TEXT else value
            yield name, Wish(wanted, source, at(name), gives_way=_gives_way(name, wanted, source))


def job_wishes(
    block: TaskFields, source: str, at: Place, *, selected: frozenset[int] | None = None
) -> Iterator[JobWish]:
    """What a block wants of jobs: through `status` of all annotation jobs, through `jobs` of those selected."""
    if block.status is not None:
        where = at("status")
        position = JOBS_FOR_STATUS[block.status]
        yield JobWish({name: Wish(value, source, where, block.status) for name, value in position.items()})
    if block.jobs is not None and (wanted := _job_fields(block.jobs, source, lambda name: at("jobs", name))):
        yield JobWish(wanted, only=selected)


def override_wish(override: JobOverride, source: str, at: Place) -> JobWish:
    """What one entry of `job_overrides` wants, of the jobs within its frames or of the one job it names."""
    wanted = _job_fields(override, source, at)
    if override.job is not None:
        return JobWish(wanted, only=frozenset({override.job}), overrides=True)
    return JobWish(wanted, frames=override.frame_range, overrides=True)


def _job_fields(block: JobFields, source: str, at: Place) -> dict[str, Wish]:
    written = {name: _plain(getattr(block, name)) for name in _JOB_FIELDS if name in block.model_fields_set}
    return {
        name: Wish(value, source, at(name), gives_way=_gives_way(name, value, source))
        for name, value in written.items()
    }


def _gives_way(name: str, value: JsonValue, source: str) -> bool:
    """What a rule sets free, or gives back, may be shared out; a task's own block means what it says."""
    return name == "assignee" and value in (None, PREVIOUS_ANNOTATOR) and source.startswith("rule.")


def _plain(value: str | Previous | None) -> JsonValue:
    return PREVIOUS_ANNOTATOR if isinstance(value, Previous) else value
