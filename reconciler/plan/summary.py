"""The counts of a plan's last line, and how its tasks are called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

from reconciler.cvat.models import Task
from reconciler.plan.model import Action, Change, Conflict, Summary, TaskLabel
from reconciler.plan.steps import Step

_COUNTED = frozenset({"project", "task", "label"})


def summarise(changes: Iterable[Change], conflicts: Sequence[Conflict] = (), *, steps: Iterable[Step] = ()) -> Summary:
    """Count tasks once, whether they themselves, their jobs or their data change; what is made and deleted, each."""
    changes, steps = list(changes), list(steps)
    made = [step for step in steps if step.action is Action.CREATE and step.kind in _COUNTED]
    deleted = [step for step in steps if step.deletes]
    gone = {step.id for step in deleted if step.kind == "task"}
    changing = ({change.task for change in changes if change.action is Action.UPDATE} | existing(steps, "task")) - gone
    projects = existing(steps, "project") - {step.id for step in deleted if step.kind == "project"}
    return Summary(
        tasks_to_change=len(changing),
        jobs_to_change=sum(change.kind == "job" and change.action is Action.UPDATE for change in changes),
        projects_to_change=len(projects),
        to_create=len({step.address for step in made}),
        to_delete=len(deleted),
        unchanged=len({change.task for change in changes} - changing - gone),
        conflicts=sum(not conflict.forced for conflict in conflicts),
    )


def existing(steps: Iterable[Step], kind: Literal["project", "task"]) -> set[int]:
    """The projects or tasks that are there, and that steps are about: they themselves, or what belongs to them.

    That a task goes, or that one is made, is nothing that happens to its project. What is made or restored is not
    there.
    """
    steps = list(steps)
    made = {step.address for step in steps if step.action is Action.CREATE and step.kind == kind}
    about = [(step.address, step.id) for step in steps if step.kind == kind]
    about += [
        (step.of.address, step.of.id)
        for step in steps
        if step.kind not in ("project", "task") and step.of is not None and step.of.kind == kind
    ]
    return {number for address, number in about if number is not None and address not in made}


def task_labels(tasks: Iterable[Task], project_name: Callable[[int | None], str | None]) -> tuple[TaskLabel, ...]:
    """Names to show, sorted by id."""
    return tuple(
        TaskLabel(id=task.id, name=task.name or "", project=task.project_id, project_name=project_name(task.project_id))
        for task in sorted(tasks, key=lambda task: task.id)
    )


def named_users(changes: Iterable[Change], ids: Mapping[str, int], steps: Iterable[Step] = ()) -> dict[str, int]:
    """The ids of the users whom the changes and steps name, as far as they are known."""
    fields = [field for change in changes for field in change.fields]
    fields += [field for step in steps for field in step.fields]
    named = {
        value
        for one in fields
        if one.path[-1] in ("assignee", "owner")
        for value in (one.before, one.after)
        if isinstance(value, str)
    }
    return {name: ids[name] for name in sorted(named & ids.keys())}
