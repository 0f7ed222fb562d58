"""Trouble on demand, and the record of what was asked."""

from __future__ import annotations

import time

import pytest
import urllib3

from reconciler.sandbox import Sandbox


def patch_job(sandbox: Sandbox, state: str) -> urllib3.BaseHTTPResponse:
    headers = {"Authorization": f"Bearer {sandbox.token}", "Content-Type": "application/json"}
    with urllib3.PoolManager(retries=False) as pool:
        body = f'{{"state": "{state}"}}'
        return pool.request("PATCH", f"{sandbox.url}/api/jobs/1", body=body, headers=headers)


def state_of(sandbox: Sandbox) -> str:
    return str(sandbox.api("GET", "/api/jobs/1")[1]["state"])


def test_requests_are_recorded(small: Sandbox) -> None:
    small.api("GET", "/api/tasks", query={"page_size": 5}, organization="acme")
    small.api("PATCH", "/api/tasks/1", json={"colour": 1})
    first, second = small.requests
    assert (first.method, first.path, first.query, first.status) == (
        "GET",
        "/api/tasks",
        {"page_size": "5"},
        200,
    )
    assert first.headers["x-organization"] == "acme"
    assert (second.method, second.path, second.status) == ("PATCH", "/api/tasks/1", 403)
    small.requests.clear()
    assert small.requests == []


def test_failures(small: Sandbox) -> None:
    small.fail("PATCH", r"/api/jobs/\d+$", status=429, body="later", headers={"Retry-After": "1"}, times=2)
    for _ in range(2):
        answer = patch_job(small, "new")
        assert (answer.status, answer.data, answer.headers["Retry-After"]) == (429, b"later", "1")
    assert state_of(small) == "completed"
    assert patch_job(small, "new").status == 200
    assert [asked.status for asked in small.requests if asked.method == "PATCH"] == [429, 429, 200]


def test_a_cut_before_the_write(small: Sandbox) -> None:
    small.drop("PATCH", "/api/jobs/1")
    with pytest.raises(urllib3.exceptions.ProtocolError):
        patch_job(small, "new")
    assert state_of(small) == "completed"


def test_a_cut_after_the_write(small: Sandbox) -> None:
    small.drop("PATCH", "/api/jobs/1", after_write=True)
    with pytest.raises(urllib3.exceptions.ProtocolError):
        patch_job(small, "new")
    assert state_of(small) == "new"


def test_somebody_else_comes_first(small: Sandbox) -> None:
    def interfere() -> None:
        assert small.api("PATCH", "/api/jobs/1", json={"stage": "validation"}, user="alice")[0] == 200

    small.before("GET", "/api/jobs/1$", interfere)
    assert small.api("GET", "/api/jobs/1")[1]["stage"] == "validation"
    assert small.api("GET", "/api/jobs/1")[0] == 200


def test_delays(small: Sandbox) -> None:
    small.delay("GET", "/api/tasks", 0.05)
    started = time.monotonic()
    small.api("GET", "/api/tasks")
    assert time.monotonic() - started >= 0.05


def test_a_reset_forgets_what_was_planned(small: Sandbox) -> None:
    small.fail("*", "/api/", times=None)
    assert small.api("GET", "/api/tasks")[0] == 503
    small.reset({})
    assert small.api("GET", "/api/tasks")[0] == 200
