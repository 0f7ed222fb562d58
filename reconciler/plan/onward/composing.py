"""Two plans in one: what is there now, and what is there once both are applied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from pydantic import JsonValue

from reconciler.plan.diff import differences
from reconciler.plan.model import (
    Action,
    Change,
    FieldChange,
    PersonLoad,
    Plan,
    PrioritiesUsed,
    RuleStanding,
    Warning_,
    Write,
)
from reconciler.plan.onward.afterwards import Afterwards
from reconciler.plan.selection import says_no_label
from reconciler.plan.standing import selects_note
from reconciler.plan.summary import summarise
from reconciler.plan.targets import nothing_for
from reconciler.plan.workflow import POSITION
from reconciler.plan.writes import with_position, write
from reconciler.plan.writing_order import in_writing_order

_Key = tuple[Literal["task", "job"], int]


def both(first: Plan, then: Plan, afterwards: Afterwards) -> Plan:
    """`first`, and `then` what was planned against the server as it will be after it. Only changes of fields go on."""
    users = first.users | then.users
    labels = {label.id: label for label in (*then.tasks, *first.tasks)}
    changes = tuple(_changes(first, then, afterwards, users))
    return first.model_copy(
        update={
            "changes": changes,
            "scope": max(first.scope, then.scope),
            "tasks": tuple(labels[number] for number in sorted(labels)),
            "rules": _rules(first, then),
            "assignments": _assignments(first.assignments, then.assignments),
            "priorities": _priorities(first.priorities, then.priorities),
            "users": {name: users[name] for name in sorted(users)},
            "warnings": _warnings(first, then),
            "summary": summarise(changes, steps=first.steps),
        }
    )


def _changes(first: Plan, then: Plan, afterwards: Afterwards, users: Mapping[str, int]) -> Iterator[Change]:
    """In the order in which they are written. A task of which something changes has no no-op."""
    before: dict[_Key, Change] = {(one.kind, one.id): one for one in first.updates}
    after: dict[_Key, Change] = {(one.kind, one.id): afterwards.as_found(one) for one in then.updates}
    moved_on = {one.task for one in after.values() if one.kind == "job" and _position(one)}
    found: list[Change] = []
    for key in dict.fromkeys([*before, *after]):
        one, other = before.get(key), after.get(key)
        if one is not None and one.kind == "task" and one.id in moved_on:
            one = _without_status(one)
        if one is None or other is None:
            found += [change for change in (one, other) if change is not None and (change.fields or change.writes)]
        elif (joined := _joined(one, other, users)) is not None:
            found.append(joined)
    changing = {one.task for one in found}
    no_ops = {one.task: one for plan in (then, first) for one in plan.changes if one.action is Action.NO_OP}
    found += [one for task, one in no_ops.items() if task not in changing]
    yield from in_writing_order(found)


def _joined(one: Change, other: Change, users: Mapping[str, int]) -> Change | None:
    """Both changes of one object; None if the second one takes back what the first one did."""
    expect = _all(write.expect for write in other.writes) | _all(write.expect for write in one.writes)
    gives = _all(write.gives for write in one.writes) | _all(write.gives for write in other.writes)
    fields = [
        FieldChange(path=path, before=was, after=will, **_wanted_by(path[0], one, other))
        for path, was, will in differences(gives, expect)
    ]
    fields += _derived(one, other)
    if not fields:
        return None
    writes: tuple[Write, ...] = ()
    if gives != expect:
        differing = {field for field in gives if gives[field] != expect[field]}
        renewed = any(one_of.body.keys() >= POSITION for change in (one, other) for one_of in change.writes)
        kept = differing | (POSITION if differing & POSITION or renewed else set())
        joined = write(one.kind, _only(expect, kept), _only(gives, kept), users)
        writes = (with_position(joined, gives) if renewed else joined,)
    return one.model_copy(
        update={
            "reason": ", ".join(dict.fromkeys([*one.reason.split(", "), *other.reason.split(", ")])),
            "fields": tuple(fields),
            "writes": writes,
            "rests_on": other.rests_on | one.rests_on,
        }
    )


def _wanted_by(name: str, one: Change, other: Change) -> dict[str, Any]:
    """Whoever wants it in the end, and who brought it on the way there. A job's state goes with its stage."""
    names = POSITION if name in POSITION else {name}
    fields = [field for change in (one, other) for field in change.fields if field.path[0] in names]
    last = [field.source for field in fields if field.path[0] == name] or [other.fields[0].source]
    chain = (source for field in fields for source in (*field.via, field.source))
    return {"source": last[-1], "via": tuple(dict.fromkeys(source for source in chain if source != last[-1]))}


def _derived(one: Change, other: Change) -> list[FieldChange]:
    """A status that no write carries."""
    found = {field.path[0]: field for change in (other, one) for field in change.fields if _is_derived(change, field)}
    after = {field.path[0]: field.after for change in (one, other) for field in change.fields}
    fields = [field.model_copy(update={"after": after[name]}) for name, field in found.items()]
    return [field for field in fields if field.before != field.after]


def _is_derived(change: Change, field: FieldChange) -> bool:
    return all(field.path[0] not in one.gives for one in change.writes)


def _without_status(one: Change) -> Change | None:
    """Without the status that it expects: jobs move on from there, and what follows from them is not worked out."""
    fields = tuple(field for field in one.fields if field.path != ("status",))
    return one.model_copy(update={"fields": fields}) if fields else None


def _position(change: Change) -> bool:
    return any(POSITION & one.gives.keys() for one in change.writes)


def _all(values: Iterable[Mapping[str, JsonValue]]) -> dict[str, JsonValue]:
    return {name: value for one in values for name, value in one.items()}


def _only(values: Mapping[str, JsonValue], names: Iterable[str]) -> dict[str, JsonValue]:
    wanted = set(names)
    return {name: value for name, value in values.items() if name in wanted}


def _warnings(first: Plan, then: Plan) -> tuple[Warning_, ...]:
    """Those of both; but that nothing belongs to a target, or has a label, holds only if it holds of both."""
    only_of_both = {nothing_for(target) for target in then.targets}
    only_of_both |= {one for one in (*first.warnings, *then.warnings) if says_no_label(one) and _is_asked(one, then)}
    in_both = set(first.warnings) & set(then.warnings)
    found = dict.fromkeys([*first.warnings, *then.warnings])
    return tuple(one for one in found if one not in only_of_both or one in in_both)


def _is_asked(warning: Warning_, plan: Plan) -> bool:
    return any(rule.address == warning.address for rule in plan.rules)


def _rules(first: Plan, then: Plan) -> tuple[RuleStanding, ...]:
    """A rule that always holds selects what both plans say."""
    later = {rule.address: rule for rule in then.rules}
    return tuple(_selecting(rule, later[rule.address]) if rule.address in later else rule for rule in first.rules)


def _selecting(rule: RuleStanding, later: RuleStanding) -> RuleStanding:
    selected = tuple(sorted({*rule.selected, *later.selected}))
    jobs = tuple(sorted({*rule.selected_jobs, *later.selected_jobs}))
    new = len(set(later.selected) - set(rule.selected))
    note = selects_note(len(selected), by_this_plan=new) if new else rule.note
    return rule.model_copy(update={"selected": selected, "pending": selected, "selected_jobs": jobs, "note": note})


def _assignments(first: Iterable[PersonLoad], then: Iterable[PersonLoad]) -> tuple[PersonLoad, ...]:
    """Who had how much before the first, and has after the second."""
    before = {(load.rule, load.person): load for load in first}
    after = {(load.rule, load.person): load for load in then}
    shared = {rule for rule, _ in after}
    found = [
        load.model_copy(update={"before": before[key].before}) if key in before else load for key, load in after.items()
    ]
    # Who lost everything by the first is not among those of the second.
    gone = {"after": 0, "frames": 0}
    for key, load in before.items():
        if key not in after:
            found.append(load.model_copy(update=gone) if load.rule in shared else load)
    order = list(dict.fromkeys([*(load.rule for load in first), *(load.rule for load in then)]))
    return tuple(sorted(found, key=lambda load: order.index(load.rule)))


def _priorities(first: PrioritiesUsed | None, then: PrioritiesUsed | None) -> PrioritiesUsed | None:
    if first is None or then is None:
        return first or then
    return first.model_copy(update={"tasks": tuple(sorted({*first.tasks, *then.tasks}))})
