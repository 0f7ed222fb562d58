"""Looking at a server again and again."""

from __future__ import annotations

import random

import pytest

from reconciler.around import server_ref
from reconciler.cvat import Credentials, connect
from reconciler.cvat.reading import Reader
from reconciler.errors import PlanError
from reconciler.manifest.models import ProjectRef
from reconciler.overview.looking import Looking
from reconciler.overview.model import Overview
from reconciler.sandbox import Sandbox

from .conftest import Look


def numbers(overview: Overview) -> object:
    return overview.model_copy(update={"taken": None})


def lists(sandbox: Sandbox) -> list[str]:
    """The lists that were asked for."""
    return [asked.path for asked in sandbox.requests if asked.method == "GET" and "/about" not in asked.path]


def test_counted_by_the_server_it_is_the_same(sandbox: Sandbox, looking: Look) -> None:
    """But for what only the jobs themselves tell: how many frames are open, and what is done of whom."""
    for job in range(1, 12, 2):
        sandbox.api("PATCH", f"/api/jobs/{job}", json={"stage": "annotation", "state": "in progress"})
    sandbox.api("PATCH", "/api/jobs/3", json={"assignee": None})
    read, counted = looking().look(), looking(many=0).look()
    for one, other in zip(read.projects, counted.projects, strict=True):
        same = {"id", "name", "tasks", "others", "frames"}
        assert one.model_dump(include=same) == other.model_dump(include=same)
        assert one.jobs == other.jobs
        assert one.people is not None
        assert other.people is not None
        assert {p.person: p.open for p in one.people if p.open} == {p.person: p.open for p in other.people}
        assert all(p.jobs is None and p.frames is None for p in other.people)


def open_jobs(overview: Overview, project: int = 0) -> dict[str | None, int]:
    people = overview.projects[project].people
    assert people is not None
    return {one.person: one.open for one in people if one.open}


@pytest.mark.parametrize("organization", [None, "acme"])
def test_counted_for_somebody_who_is_no_administrator(sandbox: Sandbox, organization: str | None) -> None:
    """CVAT shows them nobody but themselves where no organization is chosen, yet everybody's jobs in their projects."""
    assert sandbox.api("PATCH", "/api/projects/1", json={"assignee_id": user(sandbox, "alice")})[0] == 200
    for job, who in ((1, "bob"), (2, "carol"), (3, None)):
        change = {"stage": "annotation", "state": "new", "assignee": user(sandbox, who) if who else None}
        assert sandbox.api("PATCH", f"/api/jobs/{job}", json=change)[0] == 200
    alice = Credentials(sandbox.url, username="alice", password=sandbox.password, organization=organization)
    with connect(credentials=alice, environ={}) as session:
        reader = Reader(session)
        read, counted = (Looking(reader, server_ref(session), many=many).look() for many in (5000, 0))
    assert open_jobs(counted) == {"bob": 1, "carol": 1, None: 1}
    assert counted.projects[0].unseen == 0
    for project in range(len(read.projects)):
        assert open_jobs(counted, project) == open_jobs(read, project)


def test_jobs_of_former_members_are_not_nobodys(sandbox: Sandbox, looking: Look) -> None:
    """CVAT leaves them to whoever has them; the list of members does not have that person any more."""
    world = sandbox.dump()
    for job in world["jobs"]:
        if job["id"] in (1, 2, 3):
            job |= {"stage": "annotation", "state": "new"}
    one, two, three = (next(job for job in world["jobs"] if job["id"] == number) for number in (1, 2, 3))
    one["assignee"] = two["assignee"] = next(one for one in world["users"] if one["username"] == "dave")
    three["assignee"] = None
    world["memberships"] = [member for member in world["memberships"] if member["user"]["username"] != "dave"]
    sandbox.reset(world)
    read, counted = looking().look(), looking(many=0).look()
    assert open_jobs(read) == {"dave": 2, None: 1}
    assert (open_jobs(counted), counted.projects[0].unseen) == ({None: 1}, 2)


def user(sandbox: Sandbox, name: str) -> int:
    return next(int(str(one["id"])) for one in sandbox.dump()["users"] if one["username"] == name)


def test_one_that_is_large_among_others(sandbox: Sandbox, looking: Look) -> None:
    whole, mixed = looking().look(), looking(many=18).look()  # the warehouse has 22 jobs
    assert mixed.projects[0] == whole.projects[0]
    assert mixed.projects[1].people != whole.projects[1].people
    assert mixed.projects[1].jobs == whole.projects[1].jobs


def test_large_ones_alone_read_no_jobs(sandbox: Sandbox, looking: Look) -> None:
    before = len(sandbox.requests)
    looking(many=0).look()
    asked = [one for one in sandbox.requests[before:] if one.path.startswith("/api/jobs")]
    assert asked
    assert len(asked) <= 2 * (13 + 6 + 1) + 2


def test_the_second_look_is_a_short_one(sandbox: Sandbox, looking: Look) -> None:
    eye = looking()
    first = eye.look()
    before = len(lists(sandbox))
    assert numbers(eye.look()) == numbers(first)
    assert len(lists(sandbox)) - before == 5  # projects; tasks and jobs, each since then and how many


@pytest.mark.parametrize("seed", range(6))
def test_every_look_is_as_if_it_were_the_first(sandbox: Sandbox, looking: Look, seed: int) -> None:
    """Whatever people do between two looks."""
    eye, dice = looking(), random.Random(seed)
    eye.look()
    for _ in range(6):
        for _ in range(dice.randint(0, 3)):
            _do_something(sandbox, dice)
        assert numbers(eye.look()) == numbers(looking().look())


def _do_something(sandbox: Sandbox, dice: random.Random) -> None:
    tasks = [int(str(task["id"])) for task in sandbox.dump()["tasks"]]
    jobs = [int(str(job["id"])) for job in sandbox.dump()["jobs"]]
    people = [None, *(int(str(user["id"])) for user in sandbox.dump()["users"][:4])]
    match dice.randint(0, 5):
        case 0:
            sandbox.api("PATCH", f"/api/jobs/{dice.choice(jobs)}", json={"stage": "validation", "state": "rejected"})
        case 1:
            sandbox.api("PATCH", f"/api/jobs/{dice.choice(jobs)}", json={"assignee": dice.choice(people)})
        case 2:
            sandbox.api("DELETE", f"/api/tasks/{dice.choice(tasks)}")
        case 3:
            sandbox.api("POST", "/api/tasks?org=acme", json={"name": "new", "project_id": dice.choice([1, 2])})
        case 4:
            sandbox.api("PATCH", f"/api/tasks/{dice.choice(tasks)}", json={"project_id": dice.choice([1, 2])})
        case _:
            sandbox.api("PATCH", f"/api/projects/{dice.choice([1, 2])}", json={"name": f"P{dice.random()}"})


def test_a_project_that_goes(sandbox: Sandbox, looking: Look) -> None:
    eye = looking(chosen=[ProjectRef(id=2)])
    assert [one.id for one in eye.look().projects] == [2]
    assert sandbox.api("DELETE", "/api/projects/2")[0] == 204
    with pytest.raises(PlanError, match="there is no project 2"):
        eye.look()
    sandbox.api("PATCH", "/api/projects/1", json={"name": "Warehouse"})
    assert [one.name for one in looking().look().projects] == ["Warehouse"]
