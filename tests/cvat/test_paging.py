"""Whole lists, while the server's pages behave and misbehave."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from reconciler.cvat import Reader, Session
from reconciler.cvat.filters import equals, is_in
from reconciler.errors import ServerError

from .conftest import Connect
from .scripted import HTML, Asked, Says, ScriptedServer


class ListOfTasks:
    """`/api/tasks` over ids that a test may change between two requests (`before`, given the page asked for)."""

    def __init__(self, number: int, *, largest_page: int = 500) -> None:
        self.ids = list(range(1, number + 1))
        self.largest_page = largest_page
        self.before: Callable[[int], None] = lambda _: None
        self._lock = threading.Lock()

    def __call__(self, asked: Asked) -> Says:
        with self._lock:
            page = int(asked.query["page"])
            self.before(page)
            size = min(int(asked.query["page_size"]), self.largest_page)
            ids = [number for number in sorted(self.ids) if self._matches(number, asked.query.get("filter"))]
            shown = ids[(page - 1) * size : page * size]
            if page > 1 and not shown:
                return Says(404, {"detail": "Invalid page."})
            more = "https://cvat.example/next" if page * size < len(ids) else None
            return Says(body={"count": len(ids), "next": more, "results": [{"id": number} for number in shown]})

    def _matches(self, number: int, condition: str | None) -> bool:
        return condition is None or all(self._holds(number, part) for part in self._parts(json.loads(condition)))

    def _parts(self, condition: Any) -> Any:
        return condition.get("and", [condition])

    def _holds(self, number: int, part: Any) -> bool:
        if ">" in part:
            return bool(number > part[">"][1])
        if "in" in part:
            return number in part["in"][1]
        return True


def read(session: Session, **options: Any) -> list[int]:
    return [task.id for task in Reader(session, **options).tasks()]


@pytest.mark.parametrize("number", [0, 1, 499, 500, 501, 1000, 2345])
def test_every_object_once_and_by_id(server: ScriptedServer, session: Session, number: int) -> None:
    server.answers["/api/tasks"] = ListOfTasks(number)
    assert read(session) == list(range(1, number + 1))
    assert len(server.requests) == max(1, -(-number // 500))
    for request in server.requests:
        assert (request.query["page_size"], request.query["sort"]) == ("500", "id")
        assert request.headers["accept-encoding"] == "gzip"


def test_a_server_with_smaller_pages(server: ScriptedServer, session: Session) -> None:
    server.answers["/api/tasks"] = ListOfTasks(95, largest_page=10)
    assert read(session) == list(range(1, 96))
    assert len(server.requests) == 10


def test_pages_come_at_once_but_not_on_more_connections_than_allowed(
    server: ScriptedServer, connect_to: Connect
) -> None:
    session = connect_to(server.url, connections=3)
    pages = ListOfTasks(80, largest_page=10)
    together, now, most = threading.Barrier(3, timeout=10), 0, 0
    counting = threading.Lock()

    def answer(asked: Asked) -> Says:
        nonlocal now, most
        with counting:
            now += 1
            most = max(most, now)
        if asked.query["page"] in ("2", "3", "4"):
            together.wait()  # breaks when fewer than three are under way
        with counting:
            now -= 1
        return pages(asked)

    server.answers["/api/tasks"] = answer
    assert read(session) == list(range(1, 81))
    assert most == 3


def test_compressed_pages(server: ScriptedServer, session: Session) -> None:
    page = json.dumps({"count": 1, "next": None, "results": [{"id": 7}]}).encode()
    server.answers["/api/tasks"] = Says(body=gzip.compress(page), headers={"Content-Encoding": "gzip"})
    assert read(session) == [7]


def test_objects_that_vanish_make_nothing_else_vanish(server: ScriptedServer, session: Session) -> None:
    """Task 5 goes after page 1 was read: 501 moves to page 1, and no page shows it. It must be found all the same."""
    tasks = ListOfTasks(1700)
    tasks.before = lambda page: tasks.ids.remove(5) if page > 1 and 5 in tasks.ids else None
    server.answers["/api/tasks"] = tasks
    found = read(session)
    assert set(range(1, 1701)) - {5} <= set(found)
    assert len(found) == len(set(found))


def test_objects_that_appear_are_not_read_twice(server: ScriptedServer, session: Session) -> None:
    tasks = ListOfTasks(1200)
    tasks.before = lambda page: tasks.ids.append(0) if page > 1 and 0 not in tasks.ids else None
    server.answers["/api/tasks"] = tasks
    found = read(session)
    assert set(range(1, 1201)) <= set(found)
    assert found == sorted(set(found))


def test_a_page_past_the_end_is_the_end(server: ScriptedServer, session: Session) -> None:
    tasks = ListOfTasks(1200)

    def shrink(page: int) -> None:
        if page > 1:
            tasks.ids = tasks.ids[:300]

    tasks.before = shrink
    server.answers["/api/tasks"] = tasks
    assert read(session) == list(range(1, 301))


def test_progress(server: ScriptedServer, session: Session) -> None:
    server.answers["/api/tasks"] = ListOfTasks(1200)
    told: list[tuple[str, int, int]] = []
    read(session, on_page=lambda *news: told.append(news))
    assert told[0] == ("tasks", 500, 1200)
    assert told[-1] == ("tasks", 1200, 1200)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)


def test_many_ids_in_few_requests_of_a_length_that_proxies_take(server: ScriptedServer, session: Session) -> None:
    tasks = ListOfTasks(0)
    tasks.ids = list(range(1_900_000_000, 1_900_004_000))
    server.answers["/api/tasks"] = tasks
    found = Reader(session).tasks_by_id([*tasks.ids, 5, -1, 0, 10**12])
    assert [task.id for task in found] == tasks.ids
    assert max(len(request.line) for request in server.requests) <= 8000
    assert len(server.requests) <= 9


def test_no_ids_no_request(server: ScriptedServer, session: Session) -> None:
    assert Reader(session).tasks_by_id([]) == []
    assert Reader(session).jobs_by_id([0, 10**12]) == []
    assert Reader(session).jobs_of_tasks([]) == []
    assert not server.requests


def test_jobs_of_tasks_with_a_condition(server: ScriptedServer, session: Session) -> None:
    server.answers["/api/jobs"] = Says(body={"count": 1, "next": None, "results": [{"id": 1, "task_id": 2}]})
    (job,) = Reader(session).jobs_of_tasks([2, 3, 2], where=equals("stage", "annotation"))
    assert job.task_id == 2
    assert json.loads(server.requests[0].query["filter"]) == {
        "and": [{"in": [{"var": "task_id"}, [2, 3]]}, {"==": [{"var": "stage"}, "annotation"]}]
    }


def test_counting_reads_next_to_nothing(server: ScriptedServer, session: Session) -> None:
    server.answers["/api/tasks"] = ListOfTasks(1200)
    assert Reader(session).count_tasks() == 1200
    assert [request.query["page_size"] for request in server.requests] == ["1"]


def test_a_selection_that_is_too_long(server: ScriptedServer, session: Session) -> None:
    with pytest.raises(ServerError, match="too long to be sent") as caught:
        Reader(session).tasks(is_in("name", [f"a long name, number {number}" for number in range(500)]))
    assert caught.value.status == 414
    assert not server.requests


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Says(500, HTML, "text/html"), "the tasks cannot be listed: the server failed (500)"),
        (Says(400, ["filter: term 'nosuch' is not supported"]), "(400): filter: term 'nosuch' is not supported"),
        (Says(401, {"detail": "Invalid token."}), "(401): Invalid token."),
        (Says(200, HTML, "text/html"), "the answer is not CVAT's JSON"),
        (Says(200, '{"count": 3, "resul'), "the answer is not CVAT's JSON"),
        (Says(404, {"detail": "acme organization does not exist."}), "(404): acme organization does not exist."),
        (Says(hang_up=True), "the connection broke"),
    ],
)
def test_a_list_that_cannot_be_read(server: ScriptedServer, session: Session, answer: Says, says: str) -> None:
    server.answers["/api/tasks"] = answer
    with pytest.raises(ServerError) as caught:
        read(session)
    assert says in str(caught.value)
    assert "<" not in str(caught.value)


def test_one_failed_page_fails_the_list(server: ScriptedServer, session: Session) -> None:
    tasks = ListOfTasks(2600)
    server.answers["/api/tasks"] = lambda asked: (
        Says(500, HTML, "text/html") if asked.query["page"] == "4" else tasks(asked)
    )
    with pytest.raises(ServerError, match="the server failed"):
        read(session)


def test_the_personal_workspace_is_said_twice(server: ScriptedServer, connect_to: Connect) -> None:
    """A proxy may drop a header that is empty; without it the list would hold the tasks of all organizations."""
    server.answers["/api/tasks"] = ListOfTasks(3)
    read(connect_to(server.url, organization=""))
    assert server.requests[-1].headers["x-organization"] == ""
    assert "&org= " in server.requests[-1].line
    read(connect_to(server.url))
    assert "org=" not in server.requests[-1].line
