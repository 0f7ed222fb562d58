from __future__ import annotations

from collections.abc import Callable

from rich.console import Console

from reconciler.plan.model import PersonLoad
from reconciler.report.assignment_text import assignment_lines
from reconciler.report.plan_text import plan_lines, render_plan

from .plans import reopening


def load(rule: str, person: str, before: int, after: int, frames: int, *, tasks: bool = False) -> PersonLoad:
    by = "task" if tasks else "job"
    return PersonLoad.model_validate(
        {"rule": rule, "by": by, "person": person, "before": before, "after": after, "frames": frames}
    )


LOADS = (
    load("rule.share-out", "alice", 12, 9, 900),
    load("rule.share-out", "bob\x1b[2J", 0, 10, 1000),
    load("rule.review", "erin", 1, 1, 50, tasks=True),
)


def test_a_table_for_each_rule() -> None:
    assert [line.plain for line in assignment_lines(LOADS)] == [
        "Assignment by rule.share-out: open jobs",
        "  person      before  after  frames",
        "  alice           12      9     900",
        "  bob\\x1b[2J       0     10    1000",
        "",
        "Assignment by rule.review: open tasks",
        "  person  before  after  frames",
        "  erin         1      1      50",
        "",
    ]


def test_it_stands_at_the_plans_end() -> None:
    plan = reopening(2).model_copy(update={"assignments": LOADS})
    lines = [line.plain for line in plan_lines(plan, width=100)]
    assert lines[-5:-1] == [line.plain for line in assignment_lines(LOADS[-1:])]
    assert lines[-1].startswith("Plan: ")


def test_nothing_shared_out_nothing_shown(console: Console, written: Callable[[], str]) -> None:
    render_plan(reopening(2), console)
    assert "Assignment" not in written()
