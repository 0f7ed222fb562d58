"""One plan of two ways back: of a run's field writes, and of its steps."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.plan.model import Plan, Summary, TaskLabel
from reconciler.plan.steps import Step
from reconciler.plan.summary import summarise
from reconciler.plan.undoing.reversal import Reversed


def joined(fields: Plan, back: Reversed) -> Plan:
    """The plan that takes a run back whole."""
    if back == Reversed():
        return fields
    known = {label.id for label in fields.tasks}
    conflicts = (*fields.conflicts, *back.conflicts)
    return fields.model_copy(
        update={
            "tasks": (*fields.tasks, *(label for label in _tasks(back.steps) if label.id not in known)),
            "steps": back.steps,
            "bindings": back.bindings,
            "conflicts": conflicts,
            "users": dict(sorted({**fields.users, **back.users}.items())),
            "warnings": (*fields.warnings, *back.warnings),
            "summary": _summary(fields, back),
        }
    )


def _summary(fields: Plan, back: Reversed) -> Summary:
    counts = summarise(fields.changes, steps=back.steps)
    left = {(one.kind, one.address, one.id, one.field) for one in back.conflicts if not one.forced}
    return counts.model_copy(update={"conflicts": fields.summary.conflicts + len(left)})


def _tasks(steps: Iterable[Step]) -> list[TaskLabel]:
    named = {number: step for step in steps if (number := _task_of(step)) is not None}
    return [
        TaskLabel(id=number, name=step.name if step.kind == "task" or step.of is None else step.of.name)
        for number, step in sorted(named.items())
    ]


def _task_of(step: Step) -> int | None:
    if step.kind == "task":
        return step.id
    return step.of.id if step.of is not None and step.of.kind == "task" else None
