"""`job_overrides` that mean no job of their task: segment borders that were guessed, or a job of another task."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from reconciler.cvat.models import Job
from reconciler.errors import Problem
from reconciler.plan.jobs_reading import JobsRead
from reconciler.plan.wishes import JobWish, TaskWishes

_MOST = 8  # jobs that a hint lists


def unmatched_overrides(wishes: Iterable[TaskWishes], read: JobsRead) -> Iterator[Problem]:
    """A problem for each override that is about none of its task's jobs. A task without data has none yet."""
    for one in wishes:
        jobs = read.of(one.task.id)
        for wish in one.job_wishes:
            if wish.overrides and one.task.job_count != 0 and not any(wish.is_about(job) for job in jobs):
                what = f"task {one.task.id} ({one.task.name!r}) does not have {_named(wish)}, or you cannot see it"
                yield Problem(what, wish.where, _there_are(wish, jobs))


def _named(wish: JobWish) -> str:
    if wish.only is not None:
        return f"job {min(wish.only)}"
    first, last = wish.frames or (0, 0)
    return f"an annotation job that lies within frames {first}-{last}"


def _there_are(wish: JobWish, jobs: Sequence[Job]) -> str | None:
    by_id = wish.only is not None
    candidates = [job for job in jobs if by_id or job.type == "annotation"]
    if not candidates:
        return None
    listed = ", ".join(
        f"{job.id} ({job.start_frame}-{job.stop_frame})" if by_id else f"{job.start_frame}-{job.stop_frame}"
        for job in candidates[:_MOST]
    )
    more = f" and {len(candidates) - _MOST} more" if len(candidates) > _MOST else ""
    return f"its jobs are {listed}{more}" if by_id else f"its annotation jobs have frames {listed}{more}"
