from __future__ import annotations

from collections.abc import Callable

import pytest
from rich.console import Console

from reconciler.history.model import Counts, Replaced, Run, RunStatus, StepRecord, Unproven, WriteOutcome
from reconciler.plan.steps import Do, Step
from reconciler.report.history_text import render_run
from reconciler.report.outcome_text import go_on_line, outcome_line, outcome_lines, render_outcome
from reconciler.report.steps_done import settled_steps, tally_parts

from .plans import RUN_ID, SERVER, START, run
from .steps import whole_life


def record(step: Step, outcome: WriteOutcome = WriteOutcome.WRITTEN, **more: object) -> StepRecord:
    return StepRecord.model_validate(
        {
            "time": START,
            "run": RUN_ID,
            "user": "admin",
            "operator": "dana@host",
            "server": SERVER.url,
            "organization": None,
            "address": step.address,
            "kind": step.kind,
            "do": step.do,
            "id": step.id or 17,
            "of": step.of,
            "request": "POST /api/projects",
            "outcome": outcome,
            **more,
        }
    )


def records(**outcomes: StepRecord) -> list[StepRecord]:
    """All steps of the whole life written, but for those given by their `do`."""
    return [outcomes.get(str(step.do), record(step)) for step in whole_life().steps]


def step(do: Do) -> Step:
    return next(each for each in whole_life().steps if each.do is do)


def troubled() -> tuple[Run, list[StepRecord]]:
    failed = record(step(Do.UPLOAD_DATA), WriteOutcome.FAILED, status=400, message="No media data found")
    skipped = record(step(Do.PUT_ANNOTATIONS), WriteOutcome.SKIPPED, message="task.batch-001.data did not arrive")
    conflict = record(step(Do.DELETE_LABEL), WriteOutcome.CONFLICT, message="12 shapes when planned, 13 now")
    copied = record(step(Do.DELETE_TASK), copied="snapshots/20261122-155501-3f2a/task-44")
    ended = run(status=RunStatus.FAILED, counts=Counts(written=6, failed=1, conflicts=1, skipped=1))
    return ended, records(upload_data=failed, put_annotations=skipped, delete_label=conflict, delete_task=copied)


def test_what_was_done(console: Console, written: Callable[[], str], golden: Callable[[str, str], None]) -> None:
    render_outcome(run(), whole_life(), records(), console)
    golden("life-outcome", written())


def test_what_was_not_done(console: Console, written: Callable[[], str], golden: Callable[[str, str], None]) -> None:
    ended, log = troubled()
    render_outcome(ended, whole_life(), log, console)
    golden("life-outcome-troubled", written())


def test_history_of_a_run(console: Console, written: Callable[[], str], golden: Callable[[str, str], None]) -> None:
    ended, log = troubled()
    render_run(ended, whole_life(), log, console)
    golden("life-history", written())


def test_a_step_that_never_ended_is_unknown() -> None:
    [only] = settled_steps([record(step(Do.CREATE_TASK), WriteOutcome.STARTED)])
    assert only.outcome is WriteOutcome.UNKNOWN


def test_the_last_word_counts() -> None:
    begun, ended = (record(step(Do.CREATE_TASK), one) for one in (WriteOutcome.STARTED, WriteOutcome.WRITTEN))
    assert settled_steps([begun, ended]) == [ended]


@pytest.mark.parametrize("outcome", [WriteOutcome.ALREADY, WriteOutcome.FAILED, WriteOutcome.SKIPPED])
def test_only_what_was_written_is_told_as_done(outcome: WriteOutcome) -> None:
    assert tally_parts([record(step(Do.CREATE_TASK), outcome)]) == []


def test_a_restored_task_tells_its_old_id() -> None:
    back = record(step(Do.CREATE_TASK)).model_copy(
        update={"do": Do.RESTORE_TASK, "replaced": (Replaced(kind="task", old=42, new=57),)}
    )
    assert tally_parts([back]) == ["1 task restored"]
    assert "1 task restored" in outcome_line(run(), None, [back])


def test_steps_not_reached_are_counted_from_the_plan() -> None:
    ended = run(status=RunStatus.INTERRUPTED)
    first = records()[:1]
    assert "8 steps not reached" in outcome_line(ended, whole_life(), first)
    assert "9 writes planned, 1 made" in (go_on_line(ended, whole_life(), first) or "")


@pytest.mark.parametrize(
    ("do", "wanted", "words"),
    [(Do.DELETE_TASK, None, "is still there"), (Do.PUT_GUIDE, {}, "is not what it was to become")],
)
def test_a_step_that_did_not_arrive_is_told_in_words(do: Do, wanted: dict[str, object] | None, words: str) -> None:
    missed = Unproven.model_validate(
        {
            "address": "task.old",
            "kind": "guide",
            "id": 0,
            "task": 0,
            "field": do,
            "wanted": wanted,
            "found": {"name": "t"},
        }
    )
    ended = run(status=RunStatus.FAILED, unproven=(missed,))
    lines = [line.plain for line in outcome_lines(ended, whole_life(), records(), width=120)]
    assert f"    task.old   {words}" in lines
