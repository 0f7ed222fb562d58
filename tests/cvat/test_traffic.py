from __future__ import annotations

import time

import pytest

from reconciler.cvat import Session
from reconciler.cvat.traffic import DEFAULT_RETRY, Traffic
from reconciler.cvat.transport import Cause, NoAnswer

from .conftest import NO_WAITING, Connect
from .scripted import Says, ScriptedServer

TASK = Says(body={"id": 1})


@pytest.mark.parametrize("method", ["GET", "PATCH", "PUT", "DELETE"])
@pytest.mark.parametrize("trouble", [Says(429), Says(502), Says(503), Says(504), Says(hang_up=True)])
def test_trouble_is_tried_again(server: ScriptedServer, session: Session, method: str, trouble: Says) -> None:
    server.then("/api/tasks/1", trouble, trouble, TASK)
    answer = session.transport.request(method, "/api/tasks/1", body={"name": "x"})
    assert (answer.status, len(server.requests)) == (200, 3)


@pytest.mark.parametrize("trouble", [Says(502), Says(503), Says(504), Says(hang_up=True)])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_what_must_not_be_done_twice_is_not_repeated(
    server: ScriptedServer, session: Session, method: str, trouble: Says
) -> None:
    server.then("/api/tasks", trouble, TASK)
    once = method != "POST"
    if trouble.hang_up:
        with pytest.raises(NoAnswer):
            session.transport.request(method, "/api/tasks", body={"name": "x"}, once=once)
    else:
        answer = session.transport.request(method, "/api/tasks", body={"name": "x"}, once=once)
        assert answer.status == trouble.status
    assert len(server.requests) == 1


def test_a_post_that_was_throttled_is_sent_again(server: ScriptedServer, session: Session) -> None:
    """A server throttles before it does anything."""
    server.then("/api/tasks", Says(429), TASK)
    assert session.transport.request("POST", "/api/tasks", body={"name": "x"}).status == 200
    assert len(server.requests) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 500])
def test_a_refusal_is_final(server: ScriptedServer, session: Session, status: int) -> None:
    server.answers["/api/tasks/1"] = Says(status, {"detail": "no"})
    assert session.transport.request("GET", "/api/tasks/1").status == status
    assert len(server.requests) == 1


def test_the_last_answer_comes_through(server: ScriptedServer, session: Session) -> None:
    server.answers["/api/tasks/1"] = Says(503, {"detail": "maintenance until noon"})
    answer = session.transport.request("GET", "/api/tasks/1")
    assert (answer.status, b"noon" in answer.body, len(server.requests)) == (503, True, 6)


def test_a_cut_off_body_is_read_again(server: ScriptedServer, session: Session) -> None:
    server.then("/api/tasks/1", Says(body={"id": 1}, length=900), TASK)
    assert session.transport.request("GET", "/api/tasks/1").body == b'{"id": 1}'


def test_silence_ends(server: ScriptedServer, connect_to: Connect) -> None:
    session = connect_to(server.url, timeout=0.2, retry=NO_WAITING.new(read=1))

    def slowly(_: object) -> Says:
        time.sleep(0.5)
        return TASK

    server.answers["/api/tasks/1"] = slowly
    with pytest.raises(NoAnswer) as caught:
        session.transport.request("GET", "/api/tasks/1")
    assert caught.value.cause is Cause.TIMEOUT
    assert len(server.asked("/api/tasks/1")) == 2


def test_retry_after_is_obeyed_but_not_for_hours() -> None:
    assert DEFAULT_RETRY.respect_retry_after_header
    assert DEFAULT_RETRY.retry_after_max == 60
    assert DEFAULT_RETRY.parse_retry_after("7") == 7


def test_pauses_grow_and_vary() -> None:
    retry = DEFAULT_RETRY
    for _ in range(3):
        retry = retry.increment("GET", "/", error=None)
    assert {2.0 <= retry.get_backoff_time() <= 2.5 for _ in range(50)} == {True}
    assert len({retry.get_backoff_time() for _ in range(50)}) > 10


def test_the_rate_holds_for_every_attempt(server: ScriptedServer, connect_to: Connect) -> None:
    session = connect_to(server.url, rate=50)
    server.then("/api/tasks/1", Says(503), Says(503), Says(503), TASK)
    begun = time.monotonic()
    for _ in range(3):
        session.transport.request("GET", "/api/tasks/1")
    assert time.monotonic() - begun >= 5 / 50  # six attempts


@pytest.mark.parametrize(("timeout", "rate"), [(0, None), (-1, None), (60, 0), (60, -3)])
def test_senseless_settings(timeout: float, rate: float | None) -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        Traffic(timeout=timeout, retry=DEFAULT_RETRY, rate=rate)


def test_connections_are_used_again(server: ScriptedServer, session: Session) -> None:
    server.answers["/api/tasks/1"] = TASK
    for _ in range(5):
        session.transport.request("GET", "/api/tasks/1")
    (pool,) = session.transport._pools.pools._container.values()
    assert pool.num_connections == 1


def test_closing_drops_the_connections(server: ScriptedServer, connect_to: Connect) -> None:
    session = connect_to(server.url, rate=1000)
    pools = session.transport._pools.pools
    assert len(pools) == 1
    session.close()
    assert len(pools) == 0
