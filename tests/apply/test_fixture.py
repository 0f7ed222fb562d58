"""The main job on what a real server holds (CVAT's own test database)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.history.model import RunStatus
from reconciler.sandbox import Sandbox

from .desk import Desk, seated, without_dates

FIXTURE = Path(__file__).parents[3] / "shared" / "cvat" / "fixture"

MANIFEST = """
version: 1
rules:
  reopen: {mode: once, select: {status: completed}, set: {status: annotation}}
  share-out:
    select: {name: "task with honeypots"}
    set: {jobs: {assignee: worker1}}
  subsets: {select: {project: {id: 14}}, set: {subset: Reviewed}}
tasks:
  renamed: {id: 15, name: "Video, second take", assignee: user1}
  own-subset: {id: 2, subset: Test}
"""


@pytest.mark.skipif(not FIXTURE.is_dir(), reason="the fixture (../shared) is not here")
def test_there_and_back(tmp_path: Path) -> None:
    with Sandbox.start(fixture=FIXTURE) as sandbox, seated(sandbox, tmp_path) as desk:
        _there_and_back(desk)


def _there_and_back(desk: Desk) -> None:
    start = _listing(desk)
    plan = desk.plan(MANIFEST)
    assert {change.task for change in plan.updates} == {2, 15, 23, 24, 25, 29, 33}

    applied = desk.apply(plan)
    assert applied.run.status is RunStatus.DONE
    assert desk.task(23)["status"] == "annotation"
    assert desk.job(32) == ("acceptance", "completed", None), "ground truth stays where it is"
    assert [desk.job(number)[2] for number in (38, 39, 40, 56, 57)] == ["worker1"] * 5
    assert desk.task(15)["name"] == "Video, second take"
    assert desk.task(24)["subset"] == "Reviewed"
    assert desk.plan(MANIFEST).is_empty

    assert desk.rollback().run.status is RunStatus.DONE
    assert _listing(desk) == start


def _listing(desk: Desk) -> dict[str, list[dict[str, Any]]]:
    """All that the server holds, but for dates. A project's subsets are a set: the server lists them in any order."""
    listing = without_dates(desk.sandbox.dump())
    for project in listing["projects"]:
        project["task_subsets"] = sorted(project["task_subsets"])
    return listing
