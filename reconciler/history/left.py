"""What a run has left of its one-time rules, by what it planned, what it recorded, and what was read again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet

from pydantic import JsonValue

from reconciler.history.model import AuditRecord, Unproven, WriteOutcome
from reconciler.plan.left import Lacking, left_of_task, together
from reconciler.plan.model import Left, Plan, RulePhase, RuleStanding, Write
from reconciler.plan.workflow import POSITION

ONE_TIME = frozenset({RulePhase.FIRST, RulePhase.CONTINUES})
_ARRIVED = frozenset({WriteOutcome.WRITTEN, WriteOutcome.ALREADY})


def left_after(
    plan: Plan, audit: Iterable[AuditRecord] = (), unproven: Iterable[Unproven] = ()
) -> dict[str, tuple[Left, ...]]:
    """What each one-time rule has left of the tasks that the plan deals with. Nothing left of a task: it is done.

    Without an audit it is all that the plan writes for the rule; what it does not write was as wanted already, and is
    never the rule's again. A write that was started and has no outcome may or may not have arrived: it is left.
    """
    unproven = tuple(unproven)
    lacking: dict[int, list[Lacking]] = defaultdict(list)
    for change, names in (*_not_arrived(plan, audit), *_as_before(plan, unproven)):
        lacking[change.task].append((change, names))
    behind = set(_statuses_behind(plan, unproven))
    return {
        rule.address: tuple(
            together(aside, left_of_task(rule.address, aside.task, lacking[aside.task]))
            for aside in _dealt_with(rule, behind)
        )
        for rule in plan.rules
        if rule.phase in ONE_TIME
    }


def _dealt_with(rule: RuleStanding, behind: AbstractSet[tuple[str, int]]) -> Iterator[Left]:
    """The rule's tasks, each with what is left of it whatever was written."""
    for one in (*(Left(task=task) for task in rule.pending), *rule.aside):
        yield together(one, Left(task=one.task, status=(rule.address, one.task) in behind))


def _not_arrived(plan: Plan, audit: Iterable[AuditRecord]) -> Iterator[Lacking]:
    outcomes = {(record.kind, record.id, record.index): record.outcome for record in audit}
    for change in plan.changes:
        for number, write in enumerate(change.writes):
            if outcomes.get((change.kind, change.id, number)) not in _ARRIVED:
                yield change, write.gives.keys()


def _as_before(plan: Plan, unproven: Iterable[Unproven]) -> Iterator[Lacking]:
    """What was written but is as if it had not been.

    Where something else is found, or nothing, somebody has moved on in between: that is their work, not what is left.
    """
    found: dict[tuple[str, int], dict[str, JsonValue]] = defaultdict(dict)
    for one in unproven:
        if not one.missing:
            found[one.kind, one.id][one.field] = one.found
    for change in plan.changes:
        if now := found.get((change.kind, change.id)):
            for write in change.writes:
                if names := set().union(*_reverted(write, now)):
                    yield change, names


def _reverted(write: Write, found: dict[str, JsonValue]) -> Iterator[set[str]]:
    """The fields of a write that are back at their old values; stage and state are one."""
    now = write.gives | found
    for group in (POSITION & write.gives.keys(), *({name} for name in write.gives.keys() - POSITION)):
        before, after, at_last = ({name: state[name] for name in group} for state in (write.expect, write.gives, now))
        if before == at_last != after:
            yield set(group)


def _statuses_behind(plan: Plan, unproven: Iterable[Unproven]) -> Iterator[tuple[str, int]]:
    """Which rule wanted a task status that did not follow, of which task."""
    behind = {(one.id, one.wanted) for one in unproven if one.kind == "task" and one.field == "status"}
    for change in plan.changes:
        for one in change.fields if change.kind == "task" else ():
            if one.path == ("status",) and (change.id, one.after) in behind:
                yield one.source, change.id
