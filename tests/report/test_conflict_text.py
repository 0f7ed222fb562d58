from __future__ import annotations

from reconciler.plan.model import Conflict
from reconciler.report.conflict_text import conflict_lines
from reconciler.report.layout import GAP

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


def position(job: int, found: str) -> list[Conflict]:
    before, wrote, now = ("acceptance", "completed"), ("annotation", "new"), ("annotation", found)
    return [
        conflict(job).model_copy(update={"field": name, "before": before[at], "wrote": wrote[at], "found": now[at]})
        for at, name in enumerate(("stage", "state"))
    ]


def test_a_jobs_stage_and_state_are_told_as_one() -> None:
    conflicts = (*position(1, "in progress"), *position(2, "in progress"), *position(3, "rejected"))
    lines = [line.plain for line in conflict_lines(reopening(1).model_copy(update={"conflicts": conflicts}), 160)]
    start, end = "position   the run wrote annotation/new", "was acceptance/completed"
    assert lines[1:3] == [
        f"  jobs 1, 2 of task 42 batch-001   {start}, now annotation/in progress, {end}",
        f"  job 3 of task 42 batch-001   {start.replace(GAP, GAP + '    ')}, now annotation/rejected, {end}",
    ]


def test_what_cannot_be_restored_shows_no_empty_values() -> None:
    gone = {"field": "", "wrote": None, "before": None, "note": "is gone, or you cannot see it"}
    unknown = {"note": "user 'alice' cannot be seen any more"}
    conflicts = (conflict(1), *(conflict(job).model_copy(update=gone) for job in (2, 3)))
    conflicts = (*conflicts, conflict(4).model_copy(update=unknown))
    assert [line.plain for line in conflict_lines(reopening(1).model_copy(update={"conflicts": conflicts}), 120)] == [
        "Conflicts: somebody else changed these since the run; they are left as they are",
        "  job 1 of task 42 batch-001   assignee   the run wrote bob, now nobody, was alice",
        "",
        "Conflicts: these cannot be restored",
        "  jobs 2, 3 of task 42 batch-001          is gone, or you cannot see it",
        "  job 4 of task 42 batch-001   assignee   was alice: user 'alice' cannot be seen any more",
        "",
    ]


def test_no_conflicts_no_lines() -> None:
    assert conflict_lines(reopening(1), 120) == []


def test_what_has_no_number_goes_by_its_address() -> None:
    label = Conflict(
        address="project.street.label[car]",
        kind="label",
        id=0,
        task=0,
        field="annotations",
        wrote=None,
        found="13 shapes (12 shapes more)",
        before=None,
    )
    lines = [line.plain for line in conflict_lines(reopening(1).model_copy(update={"conflicts": (label,)}), 160)]
    assert lines[1] == (
        "  project.street.label[car]   annotations   the run wrote none, now 13 shapes (12 shapes more), was none"
    )
