from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.history.model import LedgerEntry
from reconciler.manifest.models import RuleBlock
from reconciler.plan.model import Left, RulePhase
from reconciler.plan.selection import Selection
from reconciler.plan.standing import definition_digest, edited, fresh, frozen, is_frozen

from .observed import job, task


def rule(**fields: Any) -> RuleBlock:
    known: dict[str, Any] = {"mode": "once", "select": {"name": "a*"}, "set": {"status": "annotation"}}
    return RuleBlock.model_validate(known | fields)


def entry(*selected: int, definition: str = "d", **fields: Any) -> LedgerEntry:
    frozen_at = datetime(2026, 6, 1, 12, 30, tzinfo=UTC)
    known: dict[str, Any] = {"server": "s", "organization": None, "address": "rule.r", "revision": 1, "run": "R1"}
    return LedgerEntry(definition=definition, frozen=frozen_at, selected=selected, **(known | fields))


@pytest.mark.parametrize("same", [{"mode": "always"}, {"revision": 7}])
def test_mode_and_revision_do_not_make_another_rule(same: dict[str, Any]) -> None:
    assert definition_digest(rule(**same)) == definition_digest(rule())


@pytest.mark.parametrize(
    "other",
    [
        {"select": {"name": "b*"}},
        {"select": {"name": "a*", "not": {"id": 1}}},
        {"set": {"status": "validation"}},
        {"set": {"status": "annotation", "assignee": None}},
    ],
)
def test_what_is_selected_and_set_does(other: dict[str, Any]) -> None:
    assert definition_digest(rule(**other)) != definition_digest(rule())


def test_one_that_selected_nothing_counts_until_it_is_edited() -> None:
    assert is_frozen(entry(), "d")
    assert not is_frozen(entry(), "another")
    assert is_frozen(entry(1), "another")


def test_a_rule_that_selects_now() -> None:
    selection = Selection((task(1), task(2)), {1: [job(12), job(11)], 2: [job(21, 2)]})
    standing = fresh("rule.r", rule(), selection)
    assert standing.record.phase is RulePhase.FIRST
    assert standing.record.selected == standing.record.pending == (1, 2)
    assert standing.record.selected_jobs == (11, 12, 21)
    assert standing.job_ids == frozenset({11, 12, 21})
    assert fresh("rule.r", rule(mode="always"), selection).record.phase is RulePhase.ALWAYS


def test_a_rule_that_selects_nothing_now_records_that() -> None:
    assert "applying it records that" in fresh("rule.r", rule(), Selection()).record.note


def test_a_rule_that_was_begun_goes_on_with_what_is_left() -> None:
    standing = frozen("rule.r", rule(), entry(1, 2, 3, done=(2,)), [task(1), task(3)])
    assert standing.record.phase is RulePhase.CONTINUES
    assert (standing.record.selected, standing.record.pending) == ((1, 2, 3), (1, 3))
    assert standing.record.note == "continues what was begun 2026-06-01 12:30 UTC in run R1: 2 of 3 tasks left"


def test_a_task_that_was_begun_is_left_in_part() -> None:
    parts = (Left(task=1, jobs=(11,)), Left(task=4, fields=True))
    standing = frozen("rule.r", rule(), entry(1, 2, 3, 4, done=(2,), left=parts), [task(1), task(3)])
    assert standing.record.left == parts[:1]  # task 4 is gone
    assert standing.record.note.endswith("2 of 4 tasks left, 1 in part")
    assert "of one that was begun only what was left of it" in edited(standing.record)


def test_a_rule_whose_left_tasks_are_gone_is_done() -> None:
    standing = frozen("rule.r", rule(), entry(1, 2, done=(2,)), [])
    assert (standing.record.phase, standing.record.pending) == (RulePhase.DONE, ())


def test_the_jobs_are_those_that_were_frozen_whatever_the_rule_selects_now() -> None:
    by_job = rule(select={"job": {"state": "completed"}})
    assert frozen("rule.r", by_job, entry(1, selected_jobs=(11,)), [task(1)]).job_ids == frozenset({11})
    assert frozen("rule.r", rule(), entry(1, selected_jobs=(11,)), [task(1)]).job_ids == frozenset({11})
    assert frozen("rule.r", by_job, entry(1), [task(1)]).job_ids is None


def test_an_edited_rule_that_is_half_done_says_what_that_means() -> None:
    half = frozen("rule.r", rule(), entry(1, 2, done=(2,)), [task(1)])
    assert "its 1 task left get" in edited(half.record)
    done = frozen("rule.r", rule(), entry(1, 2, done=(1, 2)), [])
    assert edited(done.record) == "was edited since it was applied; raise `revision` to run it again"
