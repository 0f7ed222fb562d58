"""From tasks and jobs to the numbers of a project."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from reconciler.cvat.models import Job, Task
from reconciler.overview.counting import Counted
from reconciler.overview.model import PersonWork, ProjectOverview

_UNKNOWN = "unknown"


def project_overview(
    number: int | None, name: str | None, tasks: Sequence[Task], jobs: Counted, *, drift: int | None = None
) -> ProjectOverview:
    """One project's numbers."""
    return ProjectOverview(
        id=number,
        name=name,
        tasks=dict(Counter(task.status or _UNKNOWN for task in tasks)),
        jobs=jobs.jobs,
        others=jobs.others,
        frames=sum(task.size or 0 for task in tasks),
        people=None if jobs.people is None else tuple(sorted(jobs.people, key=_most_open_first)),
        unseen=jobs.unseen,
        drift=drift,
    )


def added_up(jobs: Iterable[Job]) -> Counted:
    """The same of jobs that were read."""
    positions: dict[str, Counter[str]] = defaultdict(Counter)
    held: Counter[str | None] = Counter()
    open_: Counter[str | None] = Counter()
    frames: Counter[str | None] = Counter()
    others = 0
    for job in jobs:
        if job.type not in (None, "annotation"):
            others += 1
            continue
        positions[job.stage or _UNKNOWN][job.state or _UNKNOWN] += 1
        who = job.assignee_name
        held[who] += 1
        if (job.stage, job.state) != ("acceptance", "completed"):
            open_[who] += 1
            frames[who] += _frames(job)
    people = [PersonWork(person=who, open=open_[who], jobs=number, frames=frames[who]) for who, number in held.items()]
    return Counted({stage: dict(states) for stage, states in positions.items()}, others, tuple(people))


def by_project(
    tasks: Iterable[Task], jobs: Iterable[Job]
) -> tuple[dict[int | None, list[Task]], Mapping[int | None, list[Job]]]:
    """Tasks and jobs by project. A job goes with its task; one whose task cannot be seen says itself where it is."""
    tasks = list(tasks)
    where = {task.id: task.project_id for task in tasks}
    of_tasks: dict[int | None, list[Task]] = defaultdict(list)
    for task in tasks:
        of_tasks[task.project_id].append(task)
    of_jobs: dict[int | None, list[Job]] = defaultdict(list)
    for job in jobs:
        of_jobs[where.get(job.task_id, job.project_id) if job.task_id is not None else job.project_id].append(job)
    return dict(of_tasks), of_jobs


def _frames(job: Job) -> int:
    if job.frame_count is not None:
        return job.frame_count
    if job.start_frame is None or job.stop_frame is None:
        return 0
    return job.stop_frame - job.start_frame + 1


def _most_open_first(work: PersonWork) -> tuple[int, bool, str]:
    return -work.open, work.person is None, work.person or ""
