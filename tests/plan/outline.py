"""A plan in full, for golden files: every step and change with its reason, fields, writes and what it rests on."""

from __future__ import annotations

import json
from collections.abc import Iterator

from reconciler.plan.limits import exceeded, prevented
from reconciler.plan.model import Action, Change, Left, Plan, RulePhase
from reconciler.plan.steps import Step

_MARKS = {Action.CREATE: "+", Action.UPDATE: "~", Action.DELETE: "-", Action.NO_OP: "="}


def outline(plan: Plan) -> str:
    """One block a change, then conflicts, rules, warnings and counts."""
    return "\n".join(_lines(plan)) + "\n"


def _lines(plan: Plan) -> Iterator[str]:
    for step in plan.steps:
        if not step.deletes:
            yield from _step(step)
    for change in plan.changes:
        yield from _change(change)
    for step in plan.steps:
        if step.deletes:
            yield from _step(step)
    for wish in plan.bindings if plan.steps else ():
        more = wish.model_dump(mode="json", exclude_defaults=True, exclude={"address", "kind", "id", "name"})
        yield f"binding: {wish.address} -> {wish.id or 'made'} {_json(wish.name)}" + (f" {_json(more)}" if more else "")
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
    for load in plan.assignments:
        yield f"{load.rule}: {load.person} has {load.before} -> {load.after} {load.by}s ({load.frames} frames)"
    for warning in plan.warnings:
        yield "warning: " + (f"{warning.address}: " if warning.address else "") + warning.text
    for limit in [*prevented(plan), *exceeded(plan)]:
        yield f"limit: {limit}"
    counts, scope = plan.summary, f" of {plan.scope}" if plan.kind == "apply" else ""
    whole = [(counts.projects_to_change, "projects"), (counts.to_create, "to create"), (counts.to_delete, "to delete")]
    yield (
        f"{counts.tasks_to_change} tasks{scope} to change, {counts.jobs_to_change} jobs, {counts.unchanged} unchanged"
        + "".join(f", {number} {what}" for number, what in whole if number)
    )


def _step(step: Step) -> Iterator[str]:
    of = f" of {step.of.kind} {step.of.id or step.of.address}" if step.of is not None else ""
    yield f"{_MARKS[step.action]} {step.address}: {step.do}{f' {step.id}' if step.id else ''}{of} ({step.reason})"
    for field in step.fields:
        yield f"    {'.'.join(field.path)}: {_json(field.before)} -> {_json(field.after)}"
    for name in ("body", "expect", "gives"):
        if (value := getattr(step, name)) not in ({}, None):
            yield f"    {name} {_json(value)}"
    if step.content is not None:
        yield f"    from {step.content.name}"
    if step.destroys is not None:
        yield f"    destroys {_json(step.destroys.model_dump(mode='json', exclude_defaults=True))}"
    if step.prevented is not None:
        yield f"    prevented by {step.prevented}"
    if step.needs:
        yield f"    needs {', '.join(step.needs)}"


def _change(change: Change) -> Iterator[str]:
    yield f"{_MARKS[change.action]} {change.address} ({change.kind} {change.id} of task {change.task}): {change.reason}"
    for field in change.fields:
        sources = " after ".join((field.source, *reversed(field.via)))
        yield f"    {'.'.join(field.path)}: {_json(field.before)} -> {_json(field.after)}   ({sources})"
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
