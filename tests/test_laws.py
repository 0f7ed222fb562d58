"""What must hold for every world and every manifest, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from reconciler.errors import ManifestError
from reconciler.history.model import RunStatus
from reconciler.plan.workflow import job_status, task_status

from .apply.desk import Desk, without_dates
from .laws.manifests import manifests, unchanging
from .laws.sitting import Sit
from .laws.worlds import World, worlds

Lists = dict[str, list[dict[str, Any]]]

law = settings(
    deadline=None,
    derandomize=True,  # the same examples everywhere: a law that breaks breaks for everybody
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@st.composite
def situations(draw: st.DrawFn) -> tuple[World, str]:
    """A world and a manifest over it."""
    world = draw(worlds())
    return world, draw(manifests(world))


def _managed(desk: Desk) -> Lists:
    """All tasks and jobs, but for when they were changed."""
    dump = without_dates(desk.sandbox.dump())
    return {"tasks": dump["tasks"], "jobs": dump["jobs"], "projects": dump["projects"]}


def _with_statuses_renewed(lists: Lists, saved_jobs: set[int]) -> Lists:
    """A status that was stale cannot become so again: saving a job computes its own and its task's anew."""
    jobs = [
        {**job, "status": job_status(job["stage"], job["state"])} if job["id"] in saved_jobs else job
        for job in lists["jobs"]
    ]
    touched = {job["task_id"] for job in jobs if job["id"] in saved_jobs}
    tasks = [
        {**task, "status": task_status(job["status"] for job in jobs if job["task_id"] == task["id"])}
        if task["id"] in touched
        else task
        for task in lists["tasks"]
    ]
    return {**lists, "jobs": jobs, "tasks": tasks}


def _saved_jobs(desk: Desk) -> set[int]:
    return {int(path.split("/")[3]) for path in desk.patches() if "/jobs/" in path}


@contextmanager
def _contradictions_left_out() -> Iterator[None]:
    try:
        yield
    except ManifestError:
        assume(False)


@given(situations())
@settings(law, max_examples=60)
def test_an_apply_arrives_whole_and_a_rollback_takes_it_back_whole(sit: Sit, situation: tuple[World, str]) -> None:
    world, text = situation
    desk = sit(world)
    start = _managed(desk)
    with _contradictions_left_out():
        plan = desk.plan(text)
    assert desk.plan(text) == plan, "planning twice gives the same plan"

    applied = desk.apply(plan)
    assert applied.run.status is RunStatus.DONE
    assert desk.plan(text).is_empty, "after an apply nothing is left to do"
    reached = _managed(desk)
    forgetful = _elsewhere(desk)
    assert forgetful.plan(text).is_empty, "also for somebody who does not remember the apply"

    back = desk.rollback(applied.run.id)
    assert back.run.status is RunStatus.DONE
    assert _managed(desk) == _with_statuses_renewed(start, _saved_jobs(desk)), "a rollback restores every field"

    again = desk.rollback(back.run.id)
    assert again.run.status is RunStatus.DONE
    assert _managed(desk) == reached, "a rollback of the rollback is the apply"
    assert desk.plan(text).is_empty


def _elsewhere(desk: Desk) -> Desk:
    """The same server with a state folder that is empty."""
    folder = desk.folder / "elsewhere"
    folder.mkdir()
    return Desk(desk.sandbox, folder, desk.session)


@given(worlds())
@settings(law, max_examples=25)
def test_a_manifest_that_wants_what_is_there_plans_nothing(sit: Sit, world: World) -> None:
    desk = sit(world)
    assert desk.plan(unchanging(world)).is_empty
    assert desk.plan("version: 1\n").is_empty
    assert desk.patches() == []


@given(situations(), st.integers(0, 5))
@settings(law, max_examples=40)
def test_a_run_that_was_stopped_and_continued_ends_as_one_that_was_not(
    sit: Sit, situation: tuple[World, str], writes: int
) -> None:
    world, text = situation
    desk = sit(world)
    with _contradictions_left_out():
        plan = desk.plan(text)
    desk.apply(plan)
    whole = _managed(desk)

    desk = sit(world)
    plan = desk.plan(text)
    _lose_the_login_after(desk, writes)
    stopped = desk.apply(plan, parallelism=1)
    desk.sandbox.app.clear()
    assert stopped.run.counts.written == min(writes, sum(len(change.writes) for change in plan.updates))
    if not (rest := desk.plan(text)).is_empty:
        assert desk.apply(rest).run.status is RunStatus.DONE
    assert _managed(desk) == whole
    assert desk.plan(text).is_empty


def _lose_the_login_after(desk: Desk, writes: int) -> None:
    def refuse() -> None:
        desk.sandbox.fail("PATCH", "/api/", status=401, times=None)

    if writes == 0:
        refuse()
        return
    asked = 0

    def count() -> None:
        nonlocal asked
        asked += 1
        if asked == writes:
            refuse()

    desk.sandbox.before("PATCH", "/api/", count, times=None)
