"""The ledger's laws."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import StateError
from reconciler.history.ledger import find, freeze, load_ledger, mark_left, save_ledger, withdraw
from reconciler.history.left import left_after
from reconciler.history.model import AuditRecord, Ledger, LedgerEntry, WriteOutcome
from reconciler.history.store import StateStore
from reconciler.plan.model import Left, Plan, RulePhase, RuleStanding

from . import samples
from .samples import NOW, RULE

URL = "https://cvat.example"
TASKS = st.lists(st.integers(1, 12), unique=True, max_size=8).map(tuple)
STANDINGS = st.builds(lambda tasks, revision: samples.standing(*tasks, revision=revision), TASKS, st.integers(1, 3))
WHERE = st.tuples(st.sampled_from([URL, "https://other.example"]), st.sampled_from([None, "", "acme"]))


def mark_done(
    ledger: Ledger, server: str, organization: str | None, address: str, revision: int, tasks: Iterable[int]
) -> Ledger:
    """Nothing is left of these tasks."""
    return mark_left(ledger, server, organization, address, revision, [Left(task=task) for task in tasks])


def done_after_crash(plan: Plan, audit: Iterable[AuditRecord]) -> dict[str, tuple[int, ...]]:
    """The tasks that a killed run had reached."""
    return {rule: tuple(one.task for one in left if one.nothing) for rule, left in left_after(plan, audit).items()}


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """Any ledger that freezing and doing can lead to."""
    ledger = Ledger()
    for server, organization in draw(st.lists(WHERE, max_size=4)):
        standing = draw(STANDINGS)
        ledger = freeze(ledger, server, organization, standing, run="r0", now=NOW)
        ledger = mark_done(ledger, server, organization, RULE, standing.revision, draw(TASKS))
    return ledger


def entry(ledger: Ledger, revision: int = 1) -> LedgerEntry:
    found = find(ledger, URL, "acme", RULE, revision)
    assert found is not None
    return found


def frozen(ledger: Ledger, standing: RuleStanding) -> Ledger:
    return freeze(ledger, URL, "acme", standing, run="r1", now=NOW)


@given(ledgers(), STANDINGS)
def test_freezing_again_changes_nothing(ledger: Ledger, standing: RuleStanding) -> None:
    once = frozen(ledger, standing)
    later = standing.model_copy(update={"selected": (*standing.selected, 99), "definition": "sha256:other"})
    assert frozen(once, standing) == once
    if entry(once, standing.revision).selected:  # one that selected nothing binds nobody
        assert frozen(once, later) == once


@given(ledgers(), STANDINGS, TASKS)
def test_to_apply_and_to_take_back_is_to_be_where_we_began(
    ledger: Ledger, standing: RuleStanding, tasks: tuple[int, ...]
) -> None:
    key = (URL, "acme", RULE, standing.revision)
    before = find(ledger, *key)
    after = withdraw(mark_done(frozen(ledger, standing), *key, tasks), *key, tasks)
    if before is None:
        assert after == ledger
    elif set(before.done) - set(tasks):
        assert set(before.done) - set(tasks) == set(entry(after, standing.revision).done)
        assert mark_done(after, *key, set(before.done)) == ledger
    else:
        assert find(after, *key) is None


@given(ledgers(), STANDINGS, TASKS, TASKS)
def test_the_order_of_doing_does_not_matter(
    ledger: Ledger, standing: RuleStanding, some: tuple[int, ...], more: tuple[int, ...]
) -> None:
    key = (URL, "acme", RULE, standing.revision)
    start = frozen(ledger, standing)
    together = mark_done(start, *key, {*some, *more})
    assert mark_done(mark_done(start, *key, some), *key, more) == together
    assert mark_done(mark_done(start, *key, more), *key, some) == together
    done = set(entry(together, standing.revision).done)
    assert done <= set(entry(together, standing.revision).selected)


@given(ledgers(), TASKS)
def test_to_withdraw_what_is_not_there_changes_nothing(ledger: Ledger, tasks: tuple[int, ...]) -> None:
    assert withdraw(ledger, URL, "acme", "rule.unknown", 1, tasks) == ledger


@given(ledgers(), STANDINGS, TASKS)
def test_only_one_entry_changes(ledger: Ledger, standing: RuleStanding, tasks: tuple[int, ...]) -> None:
    key = (URL, "acme", RULE, standing.revision)
    before = frozen(ledger, standing)
    for after in (mark_done(before, *key, tasks), withdraw(before, *key, tasks)):
        others = [one for one in before.entries if one != find(before, *key)]
        assert [one for one in after.entries if one != find(after, *key)] == others


@given(ledgers())
def test_a_ledger_survives_the_file(ledger: Ledger) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = StateStore(Path(folder))
        save_ledger(store, ledger)
        assert load_ledger(store) == ledger


def test_a_ledger_in_a_folder(tmp_path: Path) -> None:
    store = StateStore(tmp_path / "state")
    assert load_ledger(store) == Ledger()
    assert not store.folder.exists()
    ledger = frozen(Ledger(), samples.standing(3, 1, 2))
    save_ledger(store, ledger)
    assert load_ledger(store) == ledger
    assert entry(ledger).run == "r1"
    assert entry(ledger).selected == (3, 1, 2)


def test_rules_are_kept_apart_by_server_organization_and_revision() -> None:
    ledger = frozen(Ledger(), samples.standing(1))
    others: list[tuple[str, str | None, int]] = [("https://other", "acme", 1), (URL, None, 1), (URL, "", 1)]
    for server, organization, revision in (*others, (URL, "acme", 2)):
        assert find(ledger, server, organization, RULE, revision) is None
        with pytest.raises(StateError, match="not in the ledger"):
            mark_done(ledger, server, organization, RULE, revision, [1])


def test_done_is_what_arrived() -> None:
    changes = [
        samples.job_change(1),  # written
        samples.job_change(2),  # held the values already
        samples.job_change(3),  # started, then the process was killed
        samples.job_change(4),  # not reached
        samples.job_change(5, writes=2),  # the second write did not arrive
        samples.job_change(6, writes=2),  # both did
        samples.job_change(7, source="task.seven"),  # failed, but it is not the rule's wish
    ]
    #                            8: nothing to write, it was as wanted
    plan = samples.plan(*changes, rules=(samples.standing(*range(1, 9)),))
    audit = [
        samples.record("r1", 101, WriteOutcome.STARTED),
        samples.record("r1", 103, WriteOutcome.STARTED),
        samples.record("r1", 102, WriteOutcome.ALREADY),
        samples.record("r1", 101, WriteOutcome.WRITTEN),
        samples.record("r1", 105, WriteOutcome.WRITTEN),
        samples.record("r1", 105, WriteOutcome.UNKNOWN, index=1),
        samples.record("r1", 106, WriteOutcome.WRITTEN),
        samples.record("r1", 106, WriteOutcome.WRITTEN, index=1),
        samples.record("r1", 107, WriteOutcome.FAILED),
    ]
    assert done_after_crash(plan, audit) == {RULE: (1, 2, 6, 7, 8)}


@pytest.mark.parametrize("outcome", sorted(set(WriteOutcome) - {WriteOutcome.WRITTEN, WriteOutcome.ALREADY}))
def test_whatever_is_not_sure_is_not_done(outcome: WriteOutcome) -> None:
    plan = samples.plan(samples.job_change(1), rules=(samples.standing(1),))
    assert done_after_crash(plan, [samples.record("r1", 101, outcome)]) == {RULE: ()}


def test_one_of_two_jobs_is_not_a_task() -> None:
    second = samples.job_change(1).model_copy(update={"id": 201})
    plan = samples.plan(samples.job_change(1), second, rules=(samples.standing(1),))
    assert done_after_crash(plan, [samples.record("r1", 101, WriteOutcome.WRITTEN)]) == {RULE: ()}


def test_only_what_was_pending_and_only_one_time_rules() -> None:
    continues = samples.standing(1, 2, 3, phase=RulePhase.CONTINUES, pending=(2,))
    assert done_after_crash(samples.plan(rules=(continues,)), []) == {RULE: (2,)}
    for phase in (RulePhase.ALWAYS, RulePhase.DONE):
        assert done_after_crash(samples.plan(rules=(samples.standing(1, phase=phase),)), []) == {}


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 1), st.sampled_from(WriteOutcome)), max_size=20))
def test_more_of_the_record_never_takes_back_what_arrived(steps: list[tuple[int, int, WriteOutcome]]) -> None:
    """A later record of another write changes nothing about this one."""
    plan = samples.plan(*(samples.job_change(n, writes=2) for n in range(1, 5)), rules=(samples.standing(1, 2, 3, 4),))
    audit: list[AuditRecord] = []
    for task, index, outcome in steps:
        before = set(done_after_crash(plan, audit)[RULE])
        audit.append(samples.record("r1", task + 100, outcome, index=index))
        assert before - {task} == set(done_after_crash(plan, audit)[RULE]) - {task}
