"""What was done: all runs as a table, or one run write by write."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from reconciler.history.model import AuditRecord, Run, RunStatus, WriteOutcome
from reconciler.plan.model import Plan
from reconciler.report.changes_text import field_chunks
from reconciler.report.layout import GAP, columns, flow, padded, show, styled, widest, words
from reconciler.report.plan_text import server_phrase
from reconciler.report.wording import counted, lasted, moment, value
from reconciler.report.writes import fields_of, object_phrase, said, settled, task_names

_STATUS_STYLES = {
    RunStatus.DONE: "green",
    RunStatus.RUNNING: "yellow",
    RunStatus.FAILED: "red",
    RunStatus.CONFLICT: "yellow",
    RunStatus.INTERRUPTED: "yellow",
}
_OUTCOME_STYLES = {
    WriteOutcome.WRITTEN: "green",
    WriteOutcome.ALREADY: "dim",
    WriteOutcome.SKIPPED: "dim",
    WriteOutcome.FAILED: "red",
}
_HEADS = ("run", "when", "kind", "who", "status", "tasks", "jobs", "conflicts", "")


def render_history(runs: Sequence[Run], console: Console) -> None:
    """Write a table of `runs`, the newest last: it stands next to the prompt."""
    if not runs:
        show(console, [Text("No runs yet.")])
        return
    ordered = sorted(runs, key=lambda run: (run.started, run.id))
    show(console, columns(_HEADS, [_row(run) for run in ordered], numbers=frozenset({5, 6, 7})))


def _row(run: Run) -> list[Text]:
    note = f"takes back {run.of_run}" if run.of_run else ""
    if run.rolled_back_by:
        note += f"{'; ' if note else ''}rolled back by {run.rolled_back_by}"
    return [
        styled(run.id, "bold"),
        styled(moment(run.started)),
        styled(run.kind),
        styled(f"{run.server.user} ({run.operator})"),
        styled(run.status, _STATUS_STYLES[run.status]),
        styled(str(run.tasks)),
        styled(str(run.jobs)),
        styled(str(run.counts.conflicts), "yellow" if run.counts.conflicts else "dim"),
        styled(note, "dim"),
    ]


def render_run(run: Run, plan: Plan | None, records: Sequence[AuditRecord], console: Console) -> None:
    """Write all of one run: what it was, then every write with its outcome."""
    show(console, [*_facts(run, console.width), Text(), *_writes(run, plan, records, console.width)])


def _facts(run: Run, width: int) -> list[Text]:
    counts = (
        (run.counts.written, "written"),
        (run.counts.already, "not needed"),
        (run.counts.conflicts, "in conflict"),
        (run.counts.failed, "failed"),
        (run.counts.skipped, "not reached"),
        (run.counts.unproven, "not as written"),
    )
    took = "" if run.finished is None else f", took {lasted((run.finished - run.started).total_seconds())}"
    facts = [
        ("status", str(run.status)),
        ("note", run.note or ""),
        ("started", f"{moment(run.started)}{took}"),
        ("server", server_phrase(run.server)),
        ("run by", f"{run.operator}, reconciler {run.tool}"),
        ("manifest", ", ".join(run.sources)),
        ("plan", f"{run.plan_id}: {counted(run.tasks, 'task')}, {counted(run.jobs, 'job')}"),
        ("objects", ", ".join(f"{number} {word}" for number, word in counts if number) or "none written"),
        ("takes back", run.of_run or ""),
        ("undone by", run.rolled_back_by or ""),
    ]
    lines = [styled(f"Run {run.id}: {run.kind}", "bold")]
    for name, fact in facts:
        if fact:
            style = _STATUS_STYLES[run.status] if name == "status" else ""
            lines += words(styled(f"  {name:<10}", "dim"), fact, width=width, style=style)
    return lines


def _writes(run: Run, plan: Plan | None, records: Sequence[AuditRecord], width: int) -> list[Text]:
    names = task_names(plan)
    writes = settled(records)
    objects = [styled(object_phrase(each.kind, [each.id], each.task, names)) for each in writes]
    column = widest(objects)
    outcomes = widest(str(each.outcome) for each in writes)
    times = [moment(each.time) for each in writes]
    if {time[:10] for time in times} == {moment(run.started)[:10]}:
        times = [time[11:] for time in times]  # the day stands above
    lines = [styled("Writes" if writes else "No writes.", "bold")]
    for each, who, time in zip(writes, objects, times, strict=True):
        subject = styled(f"  {time}  ", "dim")
        subject += padded(styled(each.outcome, _OUTCOME_STYLES.get(each.outcome, "yellow")), outcomes)
        lines += flow(subject + Text("  ") + padded(who, column), field_chunks(fields_of(each)), width=width, after=GAP)
        if each.message:
            lines += words(Text("     "), said(each), width=width)
    for miss in run.unproven:
        found = "is gone" if miss.missing else f"is {value(miss.field, miss.found)}"
        told = f"{object_phrase(miss.kind, [miss.id], miss.task, names)}: {miss.field} "
        told += f"should be {value(miss.field, miss.wanted)}, {found}"
        lines += words(styled("  not as written:", "red"), told, width=width)
    return lines
