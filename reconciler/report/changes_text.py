"""The changes of a plan as lines: projects, why, tasks that change alike with their jobs folded.

A plan for ten thousand tasks is still read by a person: beyond a budget, tasks are counted instead of listed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text

from reconciler.plan.model import Action, FieldChange
from reconciler.report.grouping import Because, Fold, ProjectGroup, TaskEntry
from reconciler.report.layout import GAP, flow, padded, styled, widest, words
from reconciler.report.wording import id_list, jobs_named, value
from reconciler.wording import counted, listed

MARKS = {
    Action.CREATE: ("+", "green"),
    Action.UPDATE: ("~", "yellow"),
    Action.DELETE: ("-", "red"),
    Action.NO_OP: ("=", "dim"),
}
PER_FOLD, PER_PROJECT, PER_PLAN = 20, 60, 200


@dataclass
class Budget:
    """How many tasks may still be listed by name; None is no limit."""

    left: int | None

    def take(self, wanted: int, most: int) -> int:
        """How many of `wanted` to list, at most `most`. One too many is listed rather than counted as "1 more"."""
        if self.left is None:
            return wanted
        given = min(wanted if wanted <= most + 1 else most, max(self.left, 0))
        self.left -= given
        return given


def change_lines(projects: Sequence[ProjectGroup], *, width: int, full: bool, see_all: str) -> list[Text]:
    """All changes, project by project. `see_all` says where the rest is when not everything is listed."""
    budget = Budget(None if full else PER_PLAN)
    lines: list[Text] = []
    for index, project in enumerate(projects):
        if budget.left is not None and budget.left <= 0:
            rest = projects[index:]
            tasks = counted(sum(each.tasks for each in rest), "more task")
            lines += [styled(f"… {tasks} in {counted(len(rest), 'more project')} ({see_all})", "dim"), Text()]
            break
        lines += _project(project, budget, width=width, see_all=see_all)
    return lines


def _project(project: ProjectGroup, budget: Budget, *, width: int, see_all: str) -> list[Text]:
    jobs = f", {counted(project.jobs, 'job')}" if project.jobs else ""
    name = "Tasks without a project" if project.id is None else project.name or f"Project {project.id}"
    number = "" if project.id is None or not project.name else f" (project {project.id})"
    lines = [styled(name, "bold") + styled(f"{number}: {counted(project.tasks, 'task')}{jobs}"), Text()]
    share = Budget(None if budget.left is None else min(PER_PROJECT, budget.left))
    before = share.left
    seen = 0
    for cause in project.causes:
        if share.left is not None and share.left <= 0:
            hidden = project.tasks - seen
            lines += [styled(f"  … {counted(hidden, 'more task')} of this project ({see_all})", "dim"), Text()]
            break
        lines += _cause(cause, share, width=width, see_all=see_all)
        seen += sum(len(fold.members) for fold in cause.folds)
    if budget.left is not None and before is not None and share.left is not None:
        budget.left -= before - share.left
    return lines


def _cause(cause: Because, budget: Budget, *, width: int, see_all: str) -> list[Text]:
    lines = _why(cause, width)
    hidden = 0
    for fold in (fold for fold in cause.folds if len(fold.members) > 1):
        shown = budget.take(len(fold.members), PER_FOLD)
        hidden += 0 if shown else len(fold.members)
        lines += _alike_tasks(fold, shown, width, see_all) if shown else []
    singles = [fold.members[0] for fold in cause.folds if len(fold.members) == 1]
    shown = budget.take(len(singles), PER_FOLD)
    lines += _single_tasks(singles[:shown], width)
    if hidden := hidden + len(singles) - shown:
        lines.append(styled(f"    … {counted(hidden, 'more task')} for this reason ({see_all})", "dim"))
    return [*lines, Text()]


def _why(cause: Because, width: int) -> list[Text]:
    reasons = "; ".join(cause.reasons[:3]) + (f"; … {len(cause.reasons) - 3} more" if len(cause.reasons) > 3 else "")
    sources = listed(cause.sources, 3)
    told = all(source in reasons for source in cause.sources)
    subject = styled("  because" if told else f"  {sources}:", "cyan")
    return words(subject, reasons, width=width, style="dim") if reasons else [subject]


@dataclass(frozen=True)
class Row:
    """Who changes, and how."""

    subject: Text
    chunks: list[Text]


def _rows(entry: TaskEntry) -> list[Row]:
    """A task and its jobs."""
    mark, style = MARKS[_action(entry)]
    head = Text("  ") + styled(mark, style) + Text(" ") + styled(f"task {entry.label.id} ", "dim")
    own = entry.own if entry.own is not None and entry.own.action is not Action.NO_OP else None
    rows = [Row(head + styled(entry.label.name, "bold"), field_chunks(own.fields, own.action) if own else [])]
    for group in entry.job_groups:
        mark, style = MARKS[group.action]
        start = Text("  ") if group.action is Action.UPDATE else styled(mark, style) + Text(" ")
        rows.append(Row(Text("    ") + start + styled(jobs_named(group.ids)), field_chunks(group.fields, group.action)))
    return rows


def _single_tasks(entries: Sequence[TaskEntry], width: int) -> list[Text]:
    """Tasks that change each in its own way, all their field changes in one column."""
    table = [_rows(entry) for entry in entries]
    column = widest(row.subject for rows in table for row in rows if row.chunks)
    lines: list[Text] = []
    for entry, rows in zip(entries, table, strict=True):
        for row in rows:
            subject = padded(row.subject, column) if row.chunks else row.subject
            lines += flow(subject, row.chunks, width=width, after=GAP)
        lines += _untouched_jobs([entry], width)
    return lines


def _alike_tasks(fold: Fold, shown: int, width: int, see_all: str) -> list[Text]:
    """What happens, once; then the tasks it happens to, one a line."""
    first = fold.members[0]
    mark, style = MARKS[_action(first)]
    start = Text("  ") + styled(mark, style) + Text(" ")
    tasks = counted(len(fold.members), "task")
    jobs = counted(sum(len(entry.jobs) for entry in fold.members), "job")
    column = max(len(tasks), len(jobs))
    lines: list[Text] = []
    if first.own is not None and first.own.fields and first.own.action is not Action.NO_OP:
        subject = start + styled(tasks.ljust(column), "bold")
        lines += flow(subject, field_chunks(first.own.fields, first.own.action), width=width, after=GAP)
    else:
        lines.append(start + styled(tasks, "bold"))
    for group in first.job_groups:
        subject = Text("    ") + styled(jobs.ljust(column), "bold")
        lines += flow(subject, field_chunks(group.fields, group.action), width=width, after=GAP)
    lines += _untouched_jobs(fold.members, width)
    lines += _members(fold.members[:shown], width)
    if hidden := fold.members[shown:]:
        ids = id_list(entry.label.id for entry in hidden)
        lines.append(styled(f"      … {len(hidden)} more: {ids} ({see_all})", "dim"))
    return lines


def _members(entries: Sequence[TaskEntry], width: int) -> list[Text]:
    numbers = max(len(str(entry.label.id)) for entry in entries)
    names = widest(styled(entry.label.name) for entry in entries)
    lines: list[Text] = []
    for entry in entries:
        subject = Text("      ") + styled(str(entry.label.id).rjust(numbers), "dim") + Text("  ")
        name = styled(entry.label.name)
        if not entry.jobs:
            lines.append(subject + name)
            continue
        jobs = styled(jobs_named([job.id for job in entry.jobs]), "dim")
        lines += flow(subject + padded(name, names), [jobs], width=width, after=GAP)
    return lines


def _untouched_jobs(entries: Sequence[TaskEntry], width: int) -> list[Text]:
    """Jobs that stay as they are though their task changes, by reason."""
    reasons: dict[str, list[int]] = {}
    for entry in entries:
        for job in entry.untouched_jobs:
            reasons.setdefault(job.reason, []).append(job.id)
    lines: list[Text] = []
    for reason, ids in reasons.items():
        named = jobs_named(ids) if len(entries) == 1 else counted(len(ids), "job")
        lines += words(styled(f"    = {named} unchanged:", "dim"), reason, width=width, style="dim")
    return lines


def _action(entry: TaskEntry) -> Action:
    own = entry.own.action if entry.own is not None else Action.NO_OP
    return Action.UPDATE if own is Action.NO_OP else own


def field_chunks(fields: Sequence[FieldChange], action: Action = Action.UPDATE) -> list[Text]:
    """`stage acceptance → annotation,` `state completed → new`: one chunk a field, so that none is cut in two."""
    if not fields and action is Action.UPDATE:
        return [styled("sent once more as it is", "dim")]  # a write that makes CVAT compute a stale status anew
    chunks: list[Text] = []
    for index, change in enumerate(fields):
        name = change.path[-1]
        chunk = styled(".".join(change.path)) + Text(" ")
        if action is not Action.CREATE:
            chunk += styled(value(name, change.before), "red")
        if action is Action.UPDATE:
            chunk += styled(" → ", "dim")
        if action is not Action.DELETE:
            chunk += styled(value(name, change.after), "green")
        chunks.append(chunk + Text("," if index + 1 < len(fields) else ""))
    return chunks
