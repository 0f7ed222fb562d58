"""Filters, search, order, pages, formats."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
import urllib3

from .server import Server


def ids(reply: Any) -> list[int]:
    assert reply.status == 200, reply
    return [item["id"] for item in reply.body["results"]]


def var(name: str) -> dict[str, str]:
    return {"var": name}


def test_operators(server: Server) -> None:
    project = server.project()
    first = server.task(project, frames=0, subset="Train")
    second = server.task(project, frames=0, subset="Test")
    mine = {"==": [var("project_id"), project["id"]]}
    low, high = first["id"], second["id"]
    for rule, expected in (
        ({"==": [var("subset"), "Train"]}, [low]),
        ({"!": {"==": [var("subset"), "Train"]}}, [high]),
        ({"in": [var("id"), [low, 2_000_000_000]]}, [low]),
        ({"in": [first["name"][:-1], var("name")]}, [low, high] if first["name"][:-1] in second["name"] else [low]),
        ({"in": [first["name"].upper(), var("name")]}, []),
        ({"<=": [low, var("id"), high]}, [low, high]),
        ({"<": [var("id"), high]}, [low]),
        ({"or": [{"==": [var("id"), low]}, {"==": [var("subset"), "Test"]}]}, [low, high]),
        ({"==": [var("assignee"), "nobody"]}, []),
        ({"!": {"==": [var("assignee"), "nobody"]}}, [low, high]),
        ({"!": {"var": "assignee"}}, [low, high]),
        ({"var": "assignee"}, []),
        ({">=": [var("updated_date"), "2020-01-01T00:00:00Z"]}, [low, high]),
        ({"==": [var("project_name"), project["name"]]}, [low, high]),
    ):
        found = server.ask("GET", "/api/tasks", rule={"and": [mine, rule]}, sort="id")
        assert ids(found) == expected, rule


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"==": [{"var": "nosuch"}, 1]}, "filter: term 'nosuch' is not supported"),
        (
            {"!=": [{"var": "id"}, 1]},
            "filter: != operation with [{'var': 'id'}, 1] arguments is not implemented",
        ),
        ({}, "filter shouldn't be empty"),
    ],
)
def test_bad_filters(server: Server, rule: Any, message: str) -> None:
    reply = server.ask("GET", "/api/tasks", rule=rule)
    assert (reply.status, reply.body) == (400, [message])


def test_a_filter_that_is_no_json(server: Server) -> None:
    reply = server.ask("GET", "/api/tasks", filter="{")
    assert (reply.status, reply.body) == (400, ["filter: Json syntax should be used"])


@pytest.mark.parametrize("rule", [{"==": [{"var": "id"}, "x"]}, {">": [{"var": "updated_date"}, "yesterday"]}])
def test_a_value_of_the_wrong_type_breaks_the_server(server: Server, rule: Any) -> None:
    reply = server.ask("GET", "/api/tasks", rule=rule)
    assert (reply.status, reply.kind) == (500, "text/html")


def test_simple_filters_and_what_is_ignored(server: Server) -> None:
    project = server.project()
    first, second = server.task(project, frames=0), server.task(project, frames=0)
    here = {"project_id": project["id"], "sort": "id"}
    assert ids(server.ask("GET", "/api/tasks", name=first["name"], **here)) == [first["id"]]
    assert ids(server.ask("GET", "/api/tasks", id=first["id"], **here)) == [first["id"], second["id"]]
    assert ids(server.ask("GET", "/api/tasks", nonsense="1", **here)) == [first["id"], second["id"]]
    assert ids(server.ask("GET", "/api/tasks", search=second["name"].upper(), **here))[-1:] == [second["id"]]


def test_the_last_of_repeated_parameters_holds(server: Server) -> None:
    task = server.task(server.project())
    other = server.task(server.project(), frames=2)
    reply = server.ask("GET", f"/api/jobs?task_id={task['id']}&task_id={other['id']}")
    assert ids(reply) == ids(server.ask("GET", "/api/jobs", task_id=other["id"]))
    assert server.ask("GET", "/api/jobs", task_id=f"{task['id']},{other['id']}").status == 400


def test_order(server: Server) -> None:
    project = server.project()
    made = [server.task(project, frames=0, subset=subset)["id"] for subset in "bca"]
    here = {"project_id": project["id"]}
    assert ids(server.ask("GET", "/api/tasks", **here)) == made[::-1]
    assert ids(server.ask("GET", "/api/tasks", sort="id", **here)) == made
    assert ids(server.ask("GET", "/api/tasks", sort="subset,-id", **here)) == [made[2], made[0], made[1]]
    assert ids(server.ask("GET", "/api/tasks", sort="nonsense", **here)) == made[::-1]


def test_pages(server: Server) -> None:
    project = server.project()
    made = [server.task(project, frames=0)["id"] for _ in range(3)]
    query = {"project_id": project["id"], "page_size": 2, "sort": "id"}
    first = server.ask("GET", "/api/tasks", **query).body
    assert (first["count"], first["previous"], len(first["results"])) == (3, None, 2)
    assert first["next"].partition("?")[2] == f"page=2&page_size=2&project_id={project['id']}&sort=id"
    second = server.ask("GET", "/api/tasks", page=2, **query).body
    assert (second["next"], [task["id"] for task in second["results"]]) == (None, made[2:])
    assert second["previous"].partition("?")[2] == f"page_size=2&project_id={project['id']}&sort=id"
    for page in (3, 0, "x"):
        beyond = server.ask("GET", "/api/tasks", page=page, **query)
        assert (beyond.status, beyond.body) == (404, {"detail": "Invalid page."})


def test_the_default_page_has_ten(server: Server) -> None:
    jobs = server.ask("GET", "/api/jobs", task_id=server.task(server.project(), frames=24)["id"]).body
    assert (jobs["count"], len(jobs["results"])) == (12, 10)


def test_converged_is_an_empty_page(server: Server) -> None:
    project = server.project()
    task = server.task(project)
    as_desired = {"and": [{"==": [var("stage"), "annotation"]}, {"==": [var("state"), "new"]}]}
    rule = {
        "and": [
            {"in": [var("project_id"), [project["id"]]]},
            {"==": [var("type"), "annotation"]},
            {"!": as_desired},
        ]
    }
    assert ids(server.ask("GET", "/api/jobs", rule=rule)) == []
    job = server.jobs(task)[1]
    server.job(job, state="completed")
    assert ids(server.ask("GET", "/api/jobs", rule=rule)) == [job["id"]]


def test_its_own_content_type(server: Server) -> None:
    reply = server.ask("GET", "/api/server/about")
    assert (reply.status, reply.kind) == (200, "application/vnd.cvat+json")
    assert server.ask("GET", "/api/tasks", headers={"Accept": "application/json"}).status == 406


def test_gzip_when_asked(server: Server) -> None:
    project = server.project()
    url = f"{server.url}/api/projects/{project['id']}"
    headers = {"Authorization": server.authorization, "Accept-Encoding": "gzip"}
    with urllib3.PoolManager() as pool:
        reply = pool.request("GET", url, headers=headers, decode_content=False)
        assert reply.headers["Content-Encoding"] == "gzip"
        assert project["name"].encode() in gzip.decompress(reply.data)


def test_without_credentials(server: Server) -> None:
    with urllib3.PoolManager() as pool:
        reply = pool.request("GET", f"{server.url}/api/tasks")
    assert reply.status == 401
