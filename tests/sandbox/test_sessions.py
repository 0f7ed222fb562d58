"""The ways to say who one is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import urllib3

from reconciler.sandbox import Sandbox

TASK = "/api/tasks/1"


def ask(sandbox: Sandbox, method: str, path: str, **headers: str) -> tuple[int, bytes]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with urllib3.PoolManager(retries=False) as pool:
        body = None if method == "GET" else b"{}"
        answer = pool.request(method, sandbox.url + path, headers=named, body=body)
    return answer.status, answer.data


def log_in(sandbox: Sandbox) -> tuple[str, dict[str, str]]:
    with urllib3.PoolManager() as pool:
        sent = {"username": "alice", "password": "sandbox"}
        answer = pool.request("POST", f"{sandbox.url}/api/auth/login", json=sent)
    pairs = [cookie.split(";")[0].partition("=") for cookie in answer.headers.getlist("Set-Cookie")]
    return answer.json()["key"], {name: value for name, _, value in pairs}


def test_token(small: Sandbox) -> None:
    key, _ = log_in(small)
    assert ask(small, "PATCH", TASK, Authorization=f"Token {key}")[0] == 200
    assert log_in(small)[0] == key
    status, body = ask(small, "GET", TASK, Authorization="Token wrong")
    assert (status, body) == (401, b'{"detail":"Invalid token."}')


def test_logout_throws_everybody_out_who_uses_the_token(small: Sandbox) -> None:
    key, _ = log_in(small)
    assert ask(small, "POST", "/api/auth/logout", Authorization=f"Token {key}")[0] == 200
    assert ask(small, "GET", TASK, Authorization=f"Token {key}")[0] == 401


def test_session(small: Sandbox) -> None:
    _, cookies = log_in(small)
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    assert ask(small, "GET", TASK, Cookie=cookie)[0] == 200
    status, body = ask(small, "PATCH", TASK, Cookie=cookie)
    assert (status, body) == (403, b'{"detail":"CSRF Failed: CSRF token missing."}')
    assert ask(small, "PATCH", TASK, Cookie=cookie, X_CSRFToken="wrong")[0] == 403
    assert ask(small, "PATCH", TASK, Cookie=cookie, X_CSRFToken=cookies["csrftoken"])[0] == 200


def test_password(small: Sandbox) -> None:
    for password, status in (("sandbox", 200), ("wrong", 401)):
        header = urllib3.make_headers(basic_auth=f"alice:{password}")["authorization"]
        assert ask(small, "GET", TASK, Authorization=header)[0] == status
    assert ask(small, "GET", TASK, Authorization="Basic %%%")[0] == 401


def new_token(sandbox: Sandbox, **more: Any) -> dict[str, Any]:
    status, token = sandbox.api("POST", "/api/auth/access_tokens", json={"name": "t", **more}, user="alice")
    assert status == 201
    return dict(token)


@pytest.mark.parametrize(
    ("more", "read", "write"),
    [
        ({}, 200, 403),
        ({"read_only": False}, 200, 200),
        ({"expiry_date": "2020-01-01T00:00:00Z"}, 401, 401),
    ],
)
def test_access_token(small: Sandbox, more: dict[str, Any], read: int, write: int) -> None:
    bearer = f"Bearer {new_token(small, **more)['value']}"
    assert ask(small, "GET", TASK, Authorization=bearer)[0] == read
    assert ask(small, "PATCH", TASK, Authorization=bearer)[0] == write


def test_a_read_only_token_has_exports_made_for_downloading_only(tmp_path: Path) -> None:
    """CVAT's access_token_plugin.tasks.rego: safe exports are allowed."""
    with Sandbox.start(seed="street", tasks=1, clouds=[tmp_path]) as sandbox:
        status, token = sandbox.api("POST", "/api/auth/access_tokens", json={"name": "t", "read_only": True})
        assert status == 201
        bearer = f"Bearer {token['value']}"
        for export in ("backup/export?", "dataset/export?format=CVAT%20for%20images%201.1&"):
            assert ask(sandbox, "POST", f"{TASK}/{export}location=local", Authorization=bearer)[0] == 202
            bucket = f"{TASK}/{export}location=cloud_storage&cloud_storage_id=1"
            assert ask(sandbox, "POST", bucket, Authorization=bearer)[0] == 403
        [request, *_] = sandbox.api("GET", "/api/requests")[1]["results"]
        assert ask(sandbox, "GET", request["result_url"].removeprefix(sandbox.url), Authorization=bearer)[0] == 200
        assert ask(sandbox, "POST", "/api/tasks/backup/", Authorization=bearer)[0] == 403


def test_access_tokens_are_ones_own(small: Sandbox) -> None:
    token = new_token(small)
    where = f"/api/auth/access_tokens/{token['id']}"
    assert small.api("GET", where, user="bob")[0] == 404
    changed = small.api("PATCH", where, json={"read_only": False}, user="alice")[1]
    assert (changed["read_only"], "value" in changed) == (False, False)
    assert small.api("GET", "/api/auth/access_tokens", user="alice")[1]["count"] == 1
    assert small.api("DELETE", where, user="alice")[0] == 204
    assert ask(small, "GET", TASK, Authorization=f"Bearer {token['value']}")[0] == 401


def test_a_token_makes_no_tokens(small: Sandbox) -> None:
    assert ask(small, "POST", "/api/auth/access_tokens", Authorization=f"Bearer {small.token}")[0] == 403


def test_nobody(small: Sandbox) -> None:
    status, body = small.api("GET", "/api/tasks", user=None)
    assert (status, body["detail"]) == (401, "Authentication credentials were not provided.")
    assert small.api("GET", "/api/server/about", user=None)[0] == 200


def test_throttling_counts_anonymous_calls_only() -> None:
    with Sandbox.start(seed="empty", throttle=True) as sandbox:
        for _ in range(100):
            assert sandbox.api("GET", "/api/server/about", user=None)[0] == 200
        assert sandbox.api("GET", "/api/server/about", user=None)[0] == 429
        assert sandbox.api("GET", "/api/server/about")[0] == 200
        assert sandbox.api("GET", "/api/tasks", user=None)[0] == 401
