"""A plan in full, for golden files: every change with its reason, fields, writes and what it rests on."""

from __future__ import annotations

import json
from collections.abc import Iterator

from reconciler.plan.limits import exceeded
from reconciler.plan.model import Action, Change, Left, Plan, RulePhase

_MARKS = {Action.UPDATE: "~", Action.NO_OP: "="}


def outline(plan: Plan) -> str:
    """One block a change, then conflicts, rules, warnings and counts."""
    return "\n".join(_lines(plan)) + "\n"


def _lines(plan: Plan) -> Iterator[str]:
    for change in plan.changes:
        yield from _change(change)
    for conflict in plan.conflicts:
        what = f"{conflict.address} {conflict.field}: wrote {_json(conflict.wrote)}, found {_json(conflict.found)}"
        yield (
            f"conflict: {what}"
            + (" (forced)" if conflict.forced else "")
            + (f" ({conflict.note})" * bool(conflict.note))
        )
    for rule in plan.rules:
        pending = f", pending {list(rule.pending)}" if rule.phase is not RulePhase.ALWAYS else ""
        yield f"{rule.address}: {rule.phase}, {rule.note}; selected {list(rule.selected)}{pending}"
        yield from (f"    left of {_left(one)}" for one in rule.left)
        yield from (f"    aside of {_left(one)}" for one in rule.aside)
    for warning in plan.warnings:
        yield "warning: " + (f"{warning.address}: " if warning.address else "") + warning.text
    for limit in exceeded(plan):
        yield f"limit: {limit}"
    counts, scope = plan.summary, f" of {plan.scope}" if plan.kind == "apply" else ""
    yield f"{counts.tasks_to_change} tasks{scope} to change, {counts.jobs_to_change} jobs, {counts.unchanged} unchanged"


def _change(change: Change) -> Iterator[str]:
    yield f"{_MARKS[change.action]} {change.address} ({change.kind} {change.id} of task {change.task}): {change.reason}"
    for field in change.fields:
        yield f"    {'.'.join(field.path)}: {_json(field.before)} -> {_json(field.after)}   ({field.source})"
    for write in change.writes:
        yield f"    PATCH {_json(write.body)}"
        yield f"        if {_json(write.expect)}"
    if change.rests_on:
        yield f"    rests on {_json(change.rests_on)}"


def _left(left: Left) -> str:
    parts = [f"jobs {list(left.jobs)}"] * bool(left.jobs) + ["its fields"] * left.fields + ["its status"] * left.status
    return f"task {left.task}: {', '.join(parts) or 'nothing'}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
