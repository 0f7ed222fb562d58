"""Every recorded step gives the same status and the same JSON on the sandbox."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import pytest

from reconciler.sandbox import Sandbox

from .replay import RUN, Replay, comparable, load, parsed, run_of

SCENARIOS = ("basics", "workflow", "labels", "organizations", "life", "backup")
BY_TIMING = "202 or 409, by timing"
OTHERS = {"tasks": [{"id": key, "name": f"somebody's {key}"} for key in (1, 2, 3)]}


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario_replays(name: str) -> None:
    steps = load(name)
    if not steps:
        pytest.skip("the recordings (../shared) are not here")
    run = run_of(name)
    with Sandbox.start(world=OTHERS) as sandbox:
        replay = Replay(sandbox)
        try:
            wrong = _play(sandbox, replay, run, steps)
        finally:
            replay.close()
    assert not wrong, "\n".join(wrong)


def _play(sandbox: Sandbox, replay: Replay, run: str, steps: list[dict[str, Any]]) -> list[str]:
    """Play all steps; what was still running when the next step was recorded is held until after that one."""
    wrong = []
    with ExitStack() as held:
        for number, step in enumerate(steps):
            if any(follower.get("note") == BY_TIMING for follower in steps[number + 1 : number + 2]):
                held.enter_context(sandbox.held())
            wrong.append(_difference(replay, run, number, step))
            if step.get("note") == BY_TIMING:
                held.close()
    return [text for text in wrong if text]


def test_throttle_replays() -> None:
    steps = load("throttle")
    if not steps:
        pytest.skip("the recordings (../shared) are not here")
    with Sandbox.start(seed="empty", throttle=True) as sandbox:
        replay = Replay(sandbox)
        try:
            for _ in range(100):
                assert replay.ask(steps[0]).status == 200
            response = replay.ask(steps[0])
        finally:
            replay.close()
    assert response.status == 429
    wait = response.headers["Retry-After"]
    assert 0 < int(wait) <= 60
    assert parsed(response) == {"detail": f"Request was throttled. Expected available in {wait} seconds."}


def _difference(replay: Replay, run: str, number: int, step: dict[str, Any]) -> str:
    response = replay.ask(step)
    recorded = step["response"]
    if "statuses" in recorded:
        recorded = {**recorded, "status": recorded["statuses"][-1]}
    where = f"[{number}] {step['title']}"
    if response.status != recorded["status"]:
        return f"{where}: {response.status}, not {recorded['status']}: {response.data.decode()[:300]}"
    if recorded.get("content_type"):
        kind = response.headers["Content-Type"].partition(";")[0]
        if kind != recorded["content_type"]:
            return f"{where}: {kind}, not {recorded['content_type']}"
    if "Location" in recorded.get("headers", {}) and "Location" not in response.headers:
        return f"{where}: no Location"
    if "json" not in recorded:
        return ""
    if response.headers.get("Content-Type") == "application/zip":
        return ""
    expected = _without_others(comparable(recorded["json"], run))
    found = _without_others(comparable(parsed(response), RUN))
    return "" if found == expected else f"{where}:\n  {found}\nnot\n  {expected}"


def _without_others(body: Any) -> Any:
    """Leave out of a page what the two servers hold besides the scenario's own objects."""
    if isinstance(body, dict) and body.get("next") is not None:
        return {**body, "count": None, "results": body["results"][:1]}
    return body
