"""One picture of the server for all rounds of one plan."""

from __future__ import annotations

from collections import Counter

from tests.laws.sitting import Sit
from tests.plan.worlds import build_world

WORLD = {
    "users": ["alice", "bob"],
    "projects": {1: {"name": "Street"}},
    "tasks": {
        number: {"name": f"task-{number}", "project": 1, "jobs": {number * 10: "0-9 annotation/completed @alice"}}
        for number in (11, 12)
    },
}
CHAIN = """
version: 1
rules:
  marked: {select: {subset: Review}, set: {bug_tracker: "https://tracker.example/1"}}
  review: {select: {job: {stage: validation}}, set: {subset: Review}}
  on: {select: {job: {stage: annotation, state: completed}}, set: {jobs: {stage: validation, state: new}}}
"""


def test_what_one_round_has_read_no_other_reads_again(sit: Sit) -> None:
    desk = sit(build_world(WORLD))
    desk.sandbox.requests.clear()
    plan = desk.plan(CHAIN)
    assert {change.task for change in plan.updates if change.kind == "task"} == {11, 12}
    lists = Counter(
        (asked.path, tuple(sorted(asked.query.items())))
        for asked in desk.sandbox.requests
        if asked.path in ("/api/tasks", "/api/jobs", "/api/projects")
    )
    assert lists
    assert [asked for asked, times in lists.items() if times > 1] == []
