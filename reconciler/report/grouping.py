"""A plan's changes as a reader takes them in: by project, then by why, then tasks that change alike.

Pure data, no words: the text, Markdown and HTML renderings walk the same groups.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from reconciler.plan.model import Action, Change, FieldChange, Plan, TaskLabel


@dataclass(frozen=True)
class JobGroup:
    """Jobs of one task that change alike."""

    action: Action
    fields: tuple[FieldChange, ...]
    ids: tuple[int, ...]


@dataclass
class TaskEntry:
    """One task with all that happens to it and to its jobs."""

    label: TaskLabel
    own: Change | None = None  # the task's own change; None or a no-op when only jobs change
    jobs: list[Change] = field(default_factory=list)
    untouched_jobs: list[Change] = field(default_factory=list)

    @property
    def changes(self) -> list[Change]:
        """What is changed, the task first."""
        own = [self.own] if self.own is not None and self.own.action is not Action.NO_OP else []
        return own + self.jobs

    @property
    def job_groups(self) -> list[JobGroup]:
        """Jobs that change alike, in the plan's order."""
        groups: dict[Hashable, list[Change]] = {}
        for job in self.jobs:
            groups.setdefault(_alike(job), []).append(job)
        return [JobGroup(group[0].action, group[0].fields, tuple(job.id for job in group)) for group in groups.values()]

    @property
    def sources(self) -> tuple[str, ...]:
        """The addresses that want it: rules and task blocks of the manifest."""
        named = _unique(change.source for entry in self.changes for change in entry.fields)
        return named or _unique(_block(change) for change in self.changes)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why, in the plan's own words. A job's that only names the source of the task's own is left out.

        A job's `a, wanted by b` has told another job's `a`, whichever comes first.
        """
        own = self.changes[0].reason if self.changes and self.changes[0].kind == "task" else ""
        told = _unique(change.reason for change in self.changes if not _is_said(change.reason, own))
        return tuple(one for one in told if not any(other.startswith(f"{one}, wanted by ") for other in told))


@dataclass
class Fold:
    """Tasks that change alike: one description, many names."""

    members: list[TaskEntry] = field(default_factory=list)


@dataclass
class Because:
    """What is changed for the same reasons, wanted by the same addresses."""

    sources: tuple[str, ...]
    reasons: tuple[str, ...]
    folds: list[Fold] = field(default_factory=list)


@dataclass
class ProjectGroup:
    """Everything that changes in one project; `id` is None for tasks of no project."""

    id: int | None
    name: str | None
    causes: list[Because] = field(default_factory=list)
    tasks: int = 0
    jobs: int = 0


def task_entries(plan: Plan) -> list[TaskEntry]:
    """Every task of the plan with its changes, in the plan's order."""
    labels = {label.id: label for label in plan.tasks}
    entries: dict[int, TaskEntry] = {}
    for change in plan.changes:
        label = labels.get(change.task) or TaskLabel(id=change.task, name="")
        entry = entries.setdefault(change.task, TaskEntry(label))
        if change.kind == "task":
            if entry.own is None or entry.own.action is Action.NO_OP:
                entry.own = change
        elif change.action is Action.NO_OP:
            entry.untouched_jobs.append(change)
        else:
            entry.jobs.append(change)
    return list(entries.values())


def by_project(entries: Iterable[TaskEntry]) -> list[ProjectGroup]:
    """The changing `entries` in groups; projects, reasons and tasks keep the plan's order."""
    projects: dict[int | None, ProjectGroup] = {}
    causes: dict[Hashable, Because] = {}
    folds: dict[Hashable, Fold] = {}
    for entry in entries:
        if not entry.changes:
            continue
        label = entry.label
        project = projects.setdefault(label.project, ProjectGroup(label.project, label.project_name))
        project.tasks += 1
        project.jobs += len(entry.jobs)
        why = (label.project, entry.sources, entry.reasons)
        if why not in causes:
            causes[why] = Because(entry.sources, entry.reasons)
            project.causes.append(causes[why])
        shape = (why, _shape(entry))
        if shape not in folds:
            folds[shape] = Fold()
            causes[why].folds.append(folds[shape])
        folds[shape].members.append(entry)
    return list(projects.values())


def _block(change: Change) -> str:
    """The block of the manifest that an address belongs to: `rule.reopen[42].job[1655]` is of `rule.reopen`."""
    block = change.address.partition("[")[0]
    return block.removesuffix(".job") if change.kind == "job" else block


def _is_said(reason: str, own: str) -> bool:
    """Whether `wanted by task.a` adds nothing to the task's own `task.a describes it`."""
    source = reason.removeprefix("wanted by ")
    return source != reason and own.startswith(f"{source} ")


def _shape(entry: TaskEntry) -> Hashable:
    """Equal for tasks that can share one description; two kinds of job changes in one task are told apart by ids."""
    kinds = {_alike(job) for job in entry.jobs}
    if len(kinds) > 1:
        return entry.label.id
    own = entry.own if entry.own is not None and entry.own.action is not Action.NO_OP else None
    return (own and _alike(own), frozenset(kinds))


def _alike(change: Change) -> Hashable:
    """A key for "the same happens": values may be lists or objects, which have no hash of their own."""
    values = ((each.path, json.dumps((each.before, each.after)), each.source) for each in change.fields)
    return (change.action, tuple(values))


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))
