from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from reconciler.plan.model import Plan, Summary
from reconciler.report.plan_text import plan_lines, render_plan, summary_line

from .plans import reopening

CASES = sorted(Path(__file__).parent.glob("cases/*.plan.json"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name.removesuffix(".plan.json"))
def test_case(path: Path, console: Console, written: Callable[[], str], golden: Callable[[str, str], None]) -> None:
    render_plan(Plan.model_validate_json(path.read_text(encoding="utf-8")), console)
    golden(path.name.removesuffix(".plan.json"), written())


def test_a_hundred_tasks(console: Console, written: Callable[[], str], golden: Callable[[str, str], None]) -> None:
    render_plan(reopening(98, 3, unchanged=12), console)
    golden("hundred", written())


def many_projects() -> Plan:
    """500 tasks in 250 projects."""
    plan = reopening(500, 1)
    tasks = tuple(
        label.model_copy(update={"project": index // 2, "project_name": f"P{index // 2}"})
        for index, label in enumerate(plan.tasks)
    )
    return plan.model_copy(update={"tasks": tasks})


def test_many_projects_stay_readable() -> None:
    lines = [line.plain for line in plan_lines(many_projects(), width=100)]
    assert "… 300 more tasks in 150 more projects (--format json lists all)" in lines
    assert len(lines) < 1000


def test_full_lists_every_task() -> None:
    text = "\n".join(line.plain for line in plan_lines(many_projects(), width=100, full=True))
    assert all(f"batch-{number:03d}" in text for number in range(1, 501))
    assert "more" not in text


def test_the_hint_says_how_to_see_all() -> None:
    text = "\n".join(line.plain for line in plan_lines(reopening(98), width=100, see_all="--full lists all"))
    assert "… 78 more: 62-139 (--full lists all)" in text


@pytest.mark.parametrize(
    ("tasks", "jobs", "line"),
    [
        (98, 294, "Plan: 98 tasks to change (294 jobs), 0 to create, 0 to delete, 12 unchanged"),
        (1, 1, "Plan: 1 task to change (1 job), 0 to create, 0 to delete, 12 unchanged"),
    ],
)
def test_summary_line(tasks: int, jobs: int, line: str) -> None:
    counts = Summary(tasks_to_change=tasks, jobs_to_change=jobs, to_create=0, to_delete=0, unchanged=12)
    assert summary_line(reopening(1).model_copy(update={"summary": counts})) == line


@given(st.text(st.characters(codec=None)), st.integers(20, 200))
def test_any_name_stays_on_its_line(name: str, width: int) -> None:
    def lines(name: str) -> list[str]:
        plan = reopening(3)
        tasks = tuple(label.model_copy(update={"name": name, "project_name": name or "x"}) for label in plan.tasks)
        return [line.plain for line in plan_lines(plan.model_copy(update={"tasks": tasks}), width=width)]

    assert all(line.isprintable() for line in lines(name))
    assert sum(line.startswith("Plan:") for line in lines(name)) == 1 + (name.startswith("Plan:"))
