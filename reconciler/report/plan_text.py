"""A plan for the terminal: what changes and why, what does not and why, and one line that sums it up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from reconciler.manifest.on_the_fly import IMPORT
from reconciler.plan.model import ManifestRef, Plan, RuleStanding, ServerRef
from reconciler.report.assignment_text import assignment_lines
from reconciler.report.changes_text import change_lines
from reconciler.report.conflict_text import conflict_lines
from reconciler.report.grouping import TaskEntry, by_project, task_entries
from reconciler.report.impact_words import destroyed
from reconciler.report.layout import GAP, flow, padded, show, styled, widest, words
from reconciler.report.steps_text import building_lines, deleting_lines
from reconciler.wording import counted

SEE_ALL = "--format json lists all"
NAMED = 20


def render_plan(plan: Plan, console: Console, *, full: bool = False, see_all: str = SEE_ALL) -> None:
    """Write `plan` to `console`. `full` lists every task, however many; `see_all` tells how to get that."""
    show(console, plan_lines(plan, width=console.width, full=full, see_all=see_all))


def plan_lines(plan: Plan, *, width: int, full: bool = False, see_all: str = SEE_ALL) -> list[Text]:
    """`plan` as styled lines; the last one is the summary, or what it destroys."""
    entries = task_entries(plan)
    lines = [styled(_nothing_to_do(plan), "bold green")] if plan.is_empty else []
    lines += [*_heading(plan, width), Text()]
    lines += building_lines(plan, width, full=full, see_all=see_all)
    lines += change_lines(by_project(entries), width=width, full=full, see_all=see_all)
    lines += deleting_lines(plan, width, full=full, see_all=see_all)
    lines += _unchanged(plan, entries, width, full=full, see_all=see_all)
    lines += _rules(plan.rules, width)
    lines += conflict_lines(plan, width)
    lines += _warnings(plan, width)
    lines += assignment_lines(plan.assignments)
    lines.append(styled(summary_line(plan), "bold"))
    if plan.destructive:
        lines.append(styled(f"Destroys data: {destroyed(plan)}. A copy of each is taken first.", "bold red"))
    return lines


def summary_line(plan: Plan) -> str:
    """The last line: `Plan: 98 tasks to change (294 jobs), 0 to create, 0 to delete, 12 unchanged`."""
    counts = plan.summary
    start = f"Rollback of {plan.of_run}" if plan.kind == "rollback" else "Plan"
    conflicts = f", {counted(counts.conflicts, 'conflict')}" if counts.conflicts else ""
    projects = f"{counted(counts.projects_to_change, 'project')} and " if counts.projects_to_change else ""
    tasks = f"{counted(counts.tasks_to_change, 'task')} to change ({counted(counts.jobs_to_change, 'job')})"
    return (
        f"{start}: {projects}{tasks}, "
        f"{counts.to_create} to create, {counts.to_delete} to delete, {counts.unchanged} unchanged{conflicts}"
    )


def _nothing_to_do(plan: Plan) -> str:
    if plan.kind == "apply" and plan.manifest is None:
        return "No changes. All that the files hold is there already."
    if plan.kind == "apply" and plan.manifest is not None and _is_import(plan.manifest):
        return "No changes. Nothing of these files is to be imported."
    if plan.kind == "apply":
        scope = " in what was targeted" if plan.targets else ""
        return f"No changes. The server is as the manifest wants it{scope}."
    if plan.conflicts:
        left = f"{counted(plan.summary.conflicts, 'conflict')} left as found"
        return f"No changes. Nothing that run {plan.of_run} wrote is left to take back; {left}."
    return f"No changes. The server is as it was before run {plan.of_run}."


def _is_import(manifest: ManifestRef) -> bool:
    return any(source.startswith(f"{IMPORT} ") for source in manifest.sources)


def _heading(plan: Plan, width: int) -> list[Text]:
    chunks = [styled(server_phrase(plan.server), "dim")]
    if plan.manifest is not None and plan.manifest.sources:
        sources = ("standard input" if source == "-" else source for source in plan.manifest.sources)
        chunks.append(styled(f"from {', '.join(sources)}", "dim"))
    if plan.targets:
        chunks.append(styled(f"only {', '.join(plan.targets)}", "yellow"))
    what = "Plan for" if plan.kind == "apply" else f"Rollback of run {plan.of_run} on"
    return flow(styled(what, "dim"), chunks, width=width)


def server_phrase(server: ServerRef) -> str:
    """`http://localhost:8080 (CVAT 2.54.1) as admin, organization acme`."""
    where = {None: "", "": ", personal workspace"}.get(server.organization, f", organization {server.organization}")
    return f"{server.url} (CVAT {server.version}) as {server.user}{where}"


def _unchanged(plan: Plan, entries: Sequence[TaskEntry], width: int, *, full: bool, see_all: str) -> list[Text]:
    """How many stay as they are and why; tasks that the manifest names one by one get their own answer."""
    still = [entry for entry in entries if not entry.changes]
    if not plan.summary.unchanged and not still:
        return []
    reasons = Counter(_still_reason(entry) for entry in still)
    prose = "; ".join(f"{reason} ({number})" for reason, number in reasons.most_common())
    lines = words(
        styled(f"{counted(plan.summary.unchanged, 'task')} unchanged{':' if prose else ''}"),
        prose,
        width=width,
        style="dim",
    )
    named = [entry for entry in still if entry.own is not None and _is_named(entry.own.address)]
    shown = named if full or len(named) <= NAMED + 1 else named[:NAMED]
    addresses = [styled(entry.own.address) for entry in shown if entry.own is not None]
    column = widest(addresses)
    for entry, address in zip(shown, addresses, strict=True):
        subject = styled("  = ", "dim") + padded(address, column)
        subject += styled(f"{GAP}task {entry.label.id} {entry.label.name}:", "dim")
        lines += words(subject, _still_reason(entry), width=width, style="dim")
    if hidden := len(named) - len(shown):
        lines.append(styled(f"    … {hidden} more ({see_all})", "dim"))
    return [*lines, Text()]


def _still_reason(entry: TaskEntry) -> str:
    changes = [entry.own] if entry.own is not None else entry.untouched_jobs
    return next((change.reason for change in changes if change.reason), "as wanted")


def _is_named(address: str) -> bool:
    return address.startswith("task.")


def _rules(rules: Sequence[RuleStanding], width: int) -> list[Text]:
    if not rules:
        return []
    column = widest(styled(rule.address) for rule in rules)
    lines = [styled("Rules", "bold")]
    for rule in rules:
        subject = Text("  ") + padded(styled(rule.address, "cyan"), column) + Text(" ")
        note = rule.note or f"{counted(len(rule.selected), 'task')} selected, {len(rule.pending)} to do"
        lines += words(subject, note, width=width)
    return [*lines, Text()]


def _warnings(plan: Plan, width: int) -> list[Text]:
    lines: list[Text] = []
    for warning in plan.warnings:
        place = styled(f" {warning.address}:", "cyan") if warning.address else Text()
        lines += words(styled("warning:", "yellow") + place, warning.text, width=width)
    return [*lines, Text()] if lines else []
