"""Safety limits: the one place that decides whether a plan may be applied."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from reconciler.cvat.models import Task
from reconciler.errors import LimitError
from reconciler.plan.model import Action, Plan
from reconciler.plan.steps import Step


def scope(tasks: Iterable[Task], task_count: Callable[[int], int]) -> int:
    """Tasks that a percentage counts from: all of the projects concerned, and the concerned ones without a project.

    A project that cannot be seen (a worker sees its tasks, not the project) counts with the tasks that are known of it.
    """
    concerned = Counter(task.project_id for task in tasks)
    alone = concerned.pop(None, 0)
    return alone + sum(max(task_count(project), known) for project, known in concerned.items() if project is not None)


def exceeded(plan: Plan) -> list[str]:
    """The limits that a plan exceeds, in words. Tasks are counted; a task, its jobs and its data are one change.

    A percentage is one of the tasks that are there: those that are made do not count into it, those that go do.
    """
    limits = plan.limits
    made, gone = (_tasks(plan, action) for action in (Action.CREATE, Action.DELETE))
    there = plan.summary.tasks_to_change + gone
    found = []
    if limits.max_changes is not None and there + made > limits.max_changes:
        found.append(f"{there + made} tasks would change; `max_changes` allows {limits.max_changes}")
    if limits.max_changed_percent is not None and plan.scope and there:
        percent = 100 * there / plan.scope
        if percent > limits.max_changed_percent:
            found.append(
                f"{there} of {plan.scope} tasks ({percent:.1f} %) would change; "
                f"`max_changed_percent` allows {limits.max_changed_percent:g} %"
            )
    deletes = plan.summary.to_delete - sum(step.deletes and step.destroys is None for step in plan.steps)
    # A rollback was asked for by name: what it deletes is what the run has made. It is destructive all the same.
    if plan.kind == "apply" and deletes > limits.max_deletes:
        objects = "1 object" if deletes == 1 else f"{deletes} objects"
        found.append(f"{objects} would be deleted; `max_deletes` allows {limits.max_deletes}")
    return found


def prevented(plan: Plan) -> list[str]:
    """The steps that something forbids, in words."""
    return [
        f"{step.address} ({_called(step)}) would be deleted, which {step.prevented} forbids"
        for step in plan.steps
        if step.prevented is not None
    ]


def check_limits(plan: Plan) -> None:
    """Refuse a plan that exceeds a limit of its manifest, or that deletes what must not be deleted.

    Raises:
        LimitError: exit code 6; nothing has been written.
    """
    if forbidden := prevented(plan):
        raise LimitError(
            "this plan deletes what is protected: " + "; ".join(forbidden),
            hint="if it is to go, write `lifecycle: {prevent_delete: false}` into its block, and apply that first",
        )
    if found := exceeded(plan):
        raise LimitError(
            "this plan exceeds a safety limit: " + "; ".join(found),
            hint="narrow the selection, plan a part of it with --target, or raise settings.limits in the manifest",
        )


def _tasks(plan: Plan, action: Action) -> int:
    return sum(step.kind == "task" and step.action is action for step in plan.steps)


def _called(step: Step) -> str:
    return " ".join(part for part in (step.kind, str(step.id or ""), step.name) if part)
