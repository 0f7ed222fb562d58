"""Random worlds: projects, tasks with and without data, jobs anywhere in the workflow, statuses as they should be or
left over from a restored backup."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from reconciler.plan.workflow import task_status
from reconciler.sandbox.seeds.makers import Maker

World = dict[str, list[dict[str, Any]]]

PEOPLE = ("admin", "alice", "bob", "carol")
STAGES = ("annotation", "validation", "acceptance")
STATES = ("new", "in progress", "completed", "rejected")
SUBSETS = ("", "Train", "Test")
TRACKERS = ("", "https://tracker.example/1")
PROJECTS = (1, 2)
_START = datetime(2026, 1, 1, 8, tzinfo=UTC)

people = st.sampled_from((None, *PEOPLE[1:]))
# What runs far ahead is what people reopen; what is the same everywhere is what groups.
positions = st.one_of(
    st.just(("acceptance", "completed")),
    st.just(("annotation", "new")),
    st.tuples(st.sampled_from(STAGES), st.sampled_from(STATES)),
)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """One to four tasks of up to three annotation jobs, some with a ground-truth job or with replicas."""
    maker = Maker()
    for name in PEOPLE:
        maker.add_user(name, name.title(), "2026-01-01T08:00:00Z")
    projects = [maker.add_project(name, None, "2026-01-01T08:00:00Z", ()) for name in ("Street", "Yard")]
    for number in range(1, draw(st.integers(1, 4)) + 1):
        _add_task(draw, maker, number, draw(st.sampled_from((None, *projects))))
    for project in projects:
        maker.finish_project(project)
    return maker.world


def _add_task(draw: st.DrawFn, maker: Maker, number: int, project: dict[str, Any] | None) -> None:
    jobs = draw(st.integers(0, 3))
    assignee = draw(people)
    task = maker.add_task(
        f"batch-{number}",
        _START,
        project=project,
        subset=draw(st.sampled_from(SUBSETS)),
        size=10 * jobs,
        segment=10,
        assignee=maker.user(assignee) if assignee else None,
        bug_tracker=draw(st.sampled_from(TRACKERS)),
    )
    for place in range(jobs):
        parent = _add_job(draw, maker, task, place, "annotation")
        if draw(st.integers(0, 9)) == 0:
            _add_job(draw, maker, task, place, "consensus_replica", parent_job_id=parent["id"])
    if jobs and draw(st.integers(0, 4)) == 0:
        _add_job(draw, maker, task, 0, "ground_truth")
    if jobs and draw(st.integers(0, 4)) == 0:
        _make_stale(draw, maker, task)


def _add_job(
    draw: st.DrawFn, maker: Maker, task: dict[str, Any], place: int, kind: str, **more: object
) -> dict[str, Any]:
    stage, state = draw(positions)
    assignee = draw(people)
    return maker.add_job(
        task, place * 10, place * 10 + 9, stage=stage, state=state, assignee=assignee, type=kind, **more
    )


def _make_stale(draw: st.DrawFn, maker: Maker, task: dict[str, Any]) -> None:
    """A restored backup brings the jobs' statuses back but not their stages; two jobs that were saved at once can leave
    the task's status behind."""
    statuses = st.sampled_from(("annotation", "validation", "completed"))
    if draw(st.booleans()):
        task["status"] = draw(statuses)
        return
    own = [job for job in maker.world["jobs"] if job["task_id"] == task["id"]]
    for job in own:
        job["status"] = draw(statuses)
    task["status"] = task_status(job["status"] for job in own)
