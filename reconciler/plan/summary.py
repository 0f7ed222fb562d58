"""The counts of a plan's last line, and how its tasks are called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from reconciler.cvat.models import Task
from reconciler.plan.model import Action, Change, Conflict, Summary, TaskLabel


def summarise(changes: Iterable[Change], conflicts: Sequence[Conflict] = ()) -> Summary:
    """Count tasks once, whether they themselves or their jobs change."""
    changes = list(changes)
    changing = {change.task for change in changes if change.action is Action.UPDATE}
    return Summary(
        tasks_to_change=len(changing),
        jobs_to_change=sum(change.kind == "job" and change.action is Action.UPDATE for change in changes),
        to_create=sum(change.action is Action.CREATE for change in changes),
        to_delete=sum(change.action is Action.DELETE for change in changes),
        unchanged=len({change.task for change in changes} - changing),
        conflicts=sum(not conflict.forced for conflict in conflicts),
    )


def task_labels(tasks: Iterable[Task], project_name: Callable[[int | None], str | None]) -> tuple[TaskLabel, ...]:
    """Names to show, sorted by id."""
    return tuple(
        TaskLabel(id=task.id, name=task.name or "", project=task.project_id, project_name=project_name(task.project_id))
        for task in sorted(tasks, key=lambda task: task.id)
    )


def named_users(changes: Iterable[Change], ids: Mapping[str, int]) -> dict[str, int]:
    """The ids of the users whom the changes name, as far as they are known."""
    named = {
        value
        for change in changes
        for one in change.fields
        if one.path[0] in ("assignee", "owner")
        for value in (one.before, one.after)
        if isinstance(value, str)
    }
    return {name: ids[name] for name in sorted(named & ids.keys())}
