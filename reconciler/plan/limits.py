"""Safety limits: the one place that decides whether a plan may be applied."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from reconciler.cvat.models import Task
from reconciler.errors import LimitError
from reconciler.plan.model import Plan


def scope(tasks: Iterable[Task], task_count: Callable[[int], int]) -> int:
    """Tasks that a percentage counts from: all of the projects concerned, and the concerned ones without a project.

    A project that cannot be seen (a worker sees its tasks, not the project) counts with the tasks that are known of it.
    """
    concerned = Counter(task.project_id for task in tasks)
    alone = concerned.pop(None, 0)
    return alone + sum(max(task_count(project), known) for project, known in concerned.items() if project is not None)


def exceeded(plan: Plan) -> list[str]:
    """The limits that a plan exceeds, in words. Tasks are counted; a task and its jobs are one change."""
    limits, summary = plan.limits, plan.summary
    changes = summary.tasks_to_change + summary.to_create + summary.to_delete
    found = []
    if limits.max_changes is not None and changes > limits.max_changes:
        found.append(f"{changes} tasks would change; `max_changes` allows {limits.max_changes}")
    if limits.max_changed_percent is not None and plan.scope and changes:
        percent = 100 * changes / plan.scope
        if percent > limits.max_changed_percent:
            found.append(
                f"{changes} of {plan.scope} tasks ({percent:.1f} %) would change; "
                f"`max_changed_percent` allows {limits.max_changed_percent:g} %"
            )
    if summary.to_delete > limits.max_deletes:
        found.append(f"{summary.to_delete} objects would be deleted; `max_deletes` allows {limits.max_deletes}")
    return found


def check_limits(plan: Plan) -> None:
    """Refuse a plan that exceeds a limit of its manifest.

    Raises:
        LimitError: exit code 6; nothing has been written.
    """
    if found := exceeded(plan):
        raise LimitError(
            "this plan exceeds a safety limit: " + "; ".join(found),
            hint="narrow the selection, plan a part of it with --target, or raise settings.limits in the manifest",
        )
