"""From jobs to numbers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.cvat.models import Job, Task, UserRef
from reconciler.overview.adding_up import added_up, by_project, project_overview

_JOBS = st.lists(
    st.builds(
        Job,
        id=st.integers(1, 999),
        task_id=st.one_of(st.none(), st.integers(1, 5)),
        project_id=st.one_of(st.none(), st.integers(1, 3)),
        type=st.sampled_from([None, "annotation", "ground_truth", "replica"]),
        stage=st.sampled_from([None, "annotation", "validation", "acceptance", "something new"]),
        state=st.sampled_from([None, "new", "completed", "rejected"]),
        assignee=st.one_of(st.none(), st.builds(UserRef, id=st.just(1), username=st.sampled_from(["ann", "bob"]))),
        frame_count=st.one_of(st.none(), st.integers(0, 50)),
        start_frame=st.just(0),
        stop_frame=st.one_of(st.none(), st.integers(0, 50)),
    ),
    max_size=30,
)


@given(_JOBS)
def test_nothing_is_lost_or_told_twice(jobs: list[Job]) -> None:
    found = added_up(jobs)
    own = sum(job.type in (None, "annotation") for job in jobs)
    assert sum(sum(states.values()) for states in found.jobs.values()) == own
    assert found.others == len(jobs) - own
    assert found.people is not None
    assert sum(one.jobs or 0 for one in found.people) == own
    done = found.jobs.get("acceptance", {}).get("completed", 0)
    assert sum(one.open for one in found.people) == own - done
    assert len({one.person for one in found.people}) == len(found.people)
    shown = project_overview(1, "p", [], found)
    assert shown.job_count == own
    assert shown.people is not None
    assert [one.open for one in shown.people] == sorted((one.open for one in found.people), reverse=True)


@given(_JOBS)
def test_every_job_is_somewhere(jobs: list[Job]) -> None:
    tasks = [Task(id=number, project_id=number % 2 or None) for number in range(1, 4)]
    of_tasks, of_jobs = by_project(tasks, jobs)
    assert sum(map(len, of_tasks.values())) == 3
    assert sum(map(len, of_jobs.values())) == len(jobs)
