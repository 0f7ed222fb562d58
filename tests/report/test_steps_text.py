from __future__ import annotations

from collections.abc import Callable

from rich.console import Console

from reconciler.report.plan_text import plan_lines, render_plan

from .steps import many_blocks, whole_life


def test_a_whole_life(console: Console, written: Callable[[], str], golden: Callable[[str, str], None]) -> None:
    render_plan(whole_life(), console)
    golden("whole-life", written())


def test_names_from_the_server_are_harmless() -> None:
    assert not any("\x1b" in line.plain for line in plan_lines(whole_life(), width=80))


def test_many_blocks_stay_readable() -> None:
    text = "\n".join(line.plain for line in plan_lines(many_blocks(50), width=100, see_all="--full"))
    assert "… 30 more of the manifest's blocks (--full)" in text
    assert "  … 30 more (--full)" in text


def test_full_lists_all() -> None:
    text = "\n".join(line.plain for line in plan_lines(many_blocks(50), width=100, full=True))
    assert all(f"task.t{number}" in text and f"project.p.task[{number}]" in text for number in range(50))
    assert "more" not in text
