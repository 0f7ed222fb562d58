"""Who annotated a job, by what runs have seen of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.history.annotators import recorded_annotators
from reconciler.history.bindings import Successor, load_bindings, save_bindings
from reconciler.history.lock import locked
from reconciler.sandbox import Sandbox
from tests.apply.desk import Desk, seated
from tests.plan.worlds import build_world

WORLD = {
    "users": ["alice", "bob"],
    "projects": {1: {"name": "Street"}},
    "tasks": {
        11: {
            "name": "one",
            "project": 1,
            "jobs": {
                1: "0-9 annotation/completed @alice",
                2: "10-19 annotation/new",
                3: "20-29 validation/new @bob",
            },
        }
    },
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Sandbox.start(world=build_world(WORLD)) as sandbox, seated(sandbox, tmp_path) as sitting:
        yield sitting


def annotators(desk: Desk) -> dict[int, str]:
    return recorded_annotators(desk.store, desk.session.url)


def override(job: int, **fields: str) -> str:
    written = ", ".join(f"{name}: {value}" for name, value in {"job": str(job), **fields}.items())
    return f"version: 1\ntasks: {{one: {{id: 11, job_overrides: [{{{written}}}]}}}}\n"


def test_without_runs_nobody_is_known(desk: Desk) -> None:
    assert annotators(desk) == {}


def test_whoever_had_it_when_a_run_moved_it_on(desk: Desk) -> None:
    desk.apply(override(1, stage="validation", assignee="bob"))
    assert annotators(desk) == {1: "alice"}


def test_whom_a_run_gave_it_to(desk: Desk) -> None:
    desk.apply(override(2, assignee="bob"))
    desk.patch("job", 2, stage="acceptance", state="completed")
    assert annotators(desk) == {2: "bob"}


def test_what_is_past_annotation_tells_nothing(desk: Desk) -> None:
    desk.apply(override(3, assignee="alice"))
    assert annotators(desk) == {}


def test_what_did_not_arrive_tells_nothing_but_what_was_there(desk: Desk) -> None:
    desk.sandbox.fail("PATCH", "/api/jobs/1", status=403)
    desk.apply(override(1, assignee="bob"))
    assert annotators(desk) == {1: "alice"}


def test_the_last_who_is_known(desk: Desk) -> None:
    desk.apply(override(1, assignee="bob"))
    assert annotators(desk) == {1: "bob"}


def test_a_restored_job_is_known_by_its_new_id(desk: Desk) -> None:
    run = desk.apply(override(1, stage="validation")).run.id
    successor = Successor(server=desk.session.url, kind="job", old=1, new=77, run=run)
    with locked(desk.store, "somebody", "a test"):
        save_bindings(desk.store, load_bindings(desk.store).with_successors([successor]))
    assert annotators(desk) == {77: "alice"}


def test_other_servers_are_others(desk: Desk) -> None:
    desk.apply(override(1, stage="validation"))
    assert recorded_annotators(desk.store, "https://elsewhere.example") == {}
