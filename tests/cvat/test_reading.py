"""Reading from a server like CVAT: the lists it gives are the lists we get."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from reconciler.cvat import Credentials, Reader, Session, connect
from reconciler.cvat.filters import all_of, any_of, at_least, before, contains, equals, is_in, negate
from reconciler.errors import ServerError
from reconciler.sandbox import Sandbox

from .conftest import Connect


def listed(sandbox: Sandbox, what: str, **query: Any) -> list[dict[str, Any]]:
    """What the server says, without any of our code."""
    status, answer = sandbox.api("GET", f"/api/{what}", query={"page_size": 100_000, "sort": "id", **query})
    assert status == 200
    return list(answer["results"])


@pytest.mark.parametrize(
    ("method", "what"),
    [
        ("projects", "projects"),
        ("tasks", "tasks"),
        ("jobs", "jobs"),
        ("users", "users"),
        ("members", "memberships"),
        ("labels", "labels"),
    ],
)
def test_whole_lists(sandbox: Sandbox, admin: Session, method: str, what: str) -> None:
    found = getattr(Reader(admin), method)()
    truth = {item["id"]: item for item in listed(sandbox, what)}
    assert [item.id for item in found] == sorted(truth)
    for item in found:
        for name, value in item.model_dump(by_alias=True).items():
            if isinstance(value, str | int | None) and name in truth[item.id]:
                assert truth[item.id][name] == value, (item.id, name)


def test_a_large_list_takes_a_request_for_each_500(connect_to: Connect) -> None:
    with Sandbox.start(seed="street", tasks=700) as sandbox:
        session = connect_to(sandbox.url, token=sandbox.token)
        sandbox.requests.clear()
        tasks = Reader(session).tasks()
        assert len(tasks) > 700
        assert len(sandbox.requests) == 2
        assert all(request.headers.get("accept-encoding") == "gzip" for request in sandbox.requests)


def test_lists_are_those_of_the_organization(sandbox: Sandbox, connect_to: Connect) -> None:
    def names(organization: str | None) -> set[str]:
        return {
            p.name for p in Reader(connect_to(sandbox.url, token=sandbox.token, organization=organization)).projects()
        }

    acme, personal = names("acme"), names("")
    assert acme
    assert personal
    assert not acme & personal
    assert names(None) == acme | personal


def test_the_server_filters(sandbox: Sandbox, admin: Session) -> None:
    reader = Reader(admin)
    everything = reader.tasks()
    middle = sorted(task.updated_date for task in everything if task.updated_date)[len(everything) // 2]
    assert isinstance(middle, datetime)
    chosen = all_of(equals("status", "completed"), contains("name", "batch-00"), before("updated_date", middle))
    expected = [
        task.id
        for task in everything
        if task.status == "completed" and "batch-00" in task.name and task.updated_date and task.updated_date < middle
    ]
    assert [task.id for task in reader.tasks(chosen)] == expected
    assert 0 < len(expected) < len(everything)
    later = [task.id for task in reader.tasks(at_least("updated_date", middle))]
    assert sorted([*later, *(task.id for task in reader.tasks(before("updated_date", middle)))]) == [
        task.id for task in everything
    ]


def test_filters_and_nobody(sandbox: Sandbox, admin: Session) -> None:
    """A negated name includes nobody (reconciler.cvat.filters)."""
    reader = Reader(admin)
    first, second, *_ = reader.jobs()
    users = {user.username: user.id for user in reader.users()}
    sandbox.api("PATCH", f"/api/jobs/{first.id}", json={"assignee": users["alice"]})
    sandbox.api("PATCH", f"/api/jobs/{second.id}", json={"assignee": users["bob"]})
    jobs = {job.id: job.assignee_name for job in reader.jobs()}

    def where(condition: Any) -> set[int]:
        return {job.id for job in reader.jobs(condition)}

    def being(*names: str | None) -> set[int]:
        return {number for number, name in jobs.items() if name in names}

    assert where(equals("assignee", "alice")) == being("alice") != set()
    assert where(negate(equals("assignee", "alice"))) == set(jobs) - being("alice")
    assert being(None)
    assert where(is_in("assignee", ["bob", "alice"])) == being("bob", "alice")
    assert where(any_of(equals("assignee", "alice"), equals("id", second.id))) == being("alice") | {second.id}


def test_jobs_of_tasks(sandbox: Sandbox, admin: Session) -> None:
    reader = Reader(admin)
    tasks = reader.tasks()[:5]
    ids = [task.id for task in tasks]
    assert {job.task_id for job in reader.jobs_of_tasks(ids)} == set(ids)
    assert len(reader.jobs_of_tasks(ids)) == sum(task.job_count or 0 for task in tasks)
    assert reader.jobs_of_tasks(ids, where=equals("stage", "no such stage")) == []
    assert reader.count_jobs(is_in("task_id", ids)) == sum(task.job_count or 0 for task in tasks)


def test_objects_by_id(sandbox: Sandbox, admin: Session) -> None:
    reader = Reader(admin)
    ids = [task.id for task in reader.tasks()]
    sandbox.requests.clear()
    assert [task.id for task in reader.tasks_by_id([*reversed(ids), 999_999])] == ids
    assert len(sandbox.requests) == 1
    assert [job.id for job in reader.jobs_by_id([2, 1, 999_999])] == [1, 2]
    assert [project.id for project in reader.projects_by_id([1, 999_999])] == [1]


def test_single_objects(sandbox: Sandbox, admin: Session) -> None:
    reader = Reader(admin)
    task, job = reader.task(1), reader.job(1)
    assert task is not None
    assert job is not None
    assert (task.id, job.id, job.task_id) == (1, 1, task.id)
    assert reader.task(999_999) is None
    assert reader.job(999_999) is None


def test_an_object_that_one_may_not_see(sandbox: Sandbox) -> None:
    credentials = Credentials(sandbox.url, username="erin", password=sandbox.password)
    with connect(credentials=credentials, environ={}) as session, pytest.raises(ServerError) as caught:
        Reader(session).task(1)
    assert caught.value.status == 403
    assert caught.value.what.startswith("task 1 cannot be read (403): ")


def test_newer_servers_are_read_the_same_way(connect_to: Connect) -> None:
    with Sandbox.start(seed="street", tasks=10, server_version="2.80") as sandbox:
        session = connect_to(sandbox.url, token=sandbox.token)
        assert session.capabilities.filters_created_date
        reader = Reader(session)
        tasks = reader.tasks()
        oldest = min(task.created_date for task in tasks if task.created_date)
        assert len(reader.tasks(at_least("created_date", oldest))) == len(tasks)
        assert reader.tasks(before("created_date", oldest)) == []


def test_trouble_on_the_way_is_sat_out(sandbox: Sandbox, admin: Session) -> None:
    sandbox.fail("GET", "/api/tasks", status=503, times=2)
    sandbox.drop("GET", "/api/tasks")
    assert len(Reader(admin).tasks()) >= 40
