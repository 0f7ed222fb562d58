"""One plan of two ways back: of a run's field writes, and of its steps."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.plan.frozen import Action
from reconciler.plan.model import Plan, Summary, TaskLabel
from reconciler.plan.steps import Do, Step
from reconciler.plan.undoing.reversal import Reversed

_MAKING = frozenset({Do.CREATE_PROJECT, Do.CREATE_LABEL, Do.CREATE_TASK, Do.RESTORE_TASK})


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
    tasks = {change.task for change in fields.changes if change.action is Action.UPDATE}
    tasks |= {number for step in back.steps if (number := _task_of(step)) is not None and not _goes(step)}
    projects = {number for step in back.steps if (number := _project_of(step)) is not None and not _goes(step)}
    return fields.summary.model_copy(
        update={
            "tasks_to_change": len(tasks),
            "projects_to_change": len(projects),
            "to_create": sum(step.do in _MAKING for step in back.steps),
            "to_delete": sum(step.deletes for step in back.steps),
            "conflicts": fields.summary.conflicts + sum(not conflict.forced for conflict in back.conflicts),
        }
    )


def _tasks(steps: Iterable[Step]) -> list[TaskLabel]:
    named = {number: step for step in steps if (number := _task_of(step)) is not None}
    return [
        TaskLabel(id=number, name=step.name if step.kind == "task" or step.of is None else step.of.name)
        for number, step in sorted(named.items())
    ]


def _goes(step: Step) -> bool:
    return step.do in (Do.DELETE_TASK, Do.DELETE_PROJECT)


def _task_of(step: Step) -> int | None:
    if step.kind == "task":
        return step.id
    return step.of.id if step.of is not None and step.of.kind == "task" else None


def _project_of(step: Step) -> int | None:
    if step.kind == "project":
        return step.id
    return step.of.id if step.kind in ("label", "guide") and step.of is not None and step.of.kind == "project" else None
