from __future__ import annotations

from reconciler.plan.model import Conflict
from reconciler.report.conflict_text import conflict_lines

from .plans import reopening


def conflict(job: int, *, forced: bool = False) -> Conflict:
    return Conflict(
        address=f"rule.reopen[42].job[{job}]",
        kind="job",
        id=job,
        task=42,
        field="assignee",
        wrote="bob",
        found=None,
        before="alice",
        forced=forced,
    )


def test_jobs_with_one_story_share_a_line_and_force_is_told_apart() -> None:
    plan = reopening(1).model_copy(update={"conflicts": (conflict(1), conflict(2), conflict(3, forced=True))})
    assert [line.plain for line in conflict_lines(plan, 120)] == [
        "Conflicts: somebody else changed these since the run; they are left as they are",
        "  jobs 1, 2 of task 42 batch-001   assignee   the run wrote bob, now nobody, was alice",
        "",
        "Overridden (--force): somebody else changed these since the run",
        "  job 3 of task 42 batch-001   assignee   the run wrote bob, now nobody, goes back to alice",
        "",
    ]


def test_no_conflicts_no_lines() -> None:
    assert conflict_lines(reopening(1), 120) == []
