"""What was done: all runs as a table, or one run write by write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from rich.console import Console
from rich.text import Text

from reconciler.history.model import Counts, Run, RunStatus, StepRecord, WriteOutcome
from reconciler.history.runs import Record
from reconciler.plan.model import Plan
from reconciler.report.changes_text import field_chunks
from reconciler.report.conflict_text import conflict_lines
from reconciler.report.layout import GAP, columns, flow, padded, show, styled, widest, words
from reconciler.report.plan_text import server_phrase
from reconciler.report.steps_done import reason, settled_steps
from reconciler.report.wording import lasted, moment, value
from reconciler.report.writes import fields_of, object_phrase, said, settled, task_names
from reconciler.wording import counted

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
_HEADS = ("run", "when", "kind", "who", "status", "planned", "written", "failed", "conflicts", "not reached", "")
_NUMBERS = frozenset({6, 7, 8, 9})
KILLED = "killed"
_FOUND_OUT = "the next run, or a rollback, finds out what came of it"


def render_history(runs: Sequence[Run], console: Console, *, killed: Collection[str] = ()) -> None:
    """Write a table of `runs`, the newest last: it stands next to the prompt.

    What was planned is counted in tasks and jobs, what came of it in writes. `killed` are the ids of runs that say
    they are running and are not.
    """
    if not runs:
        show(console, [Text("No runs yet.")])
        return
    ordered = sorted(runs, key=lambda run: (run.started, run.id))
    show(console, columns(_HEADS, [_row(run, run.id in killed) for run in ordered], numbers=_NUMBERS))


def _row(run: Run, killed: bool) -> list[Text]:
    counts = run.counts
    notes = [
        f"{counts.already} not needed" if counts.already else "",
        f"{counts.unproven} not as written" if counts.unproven else "",
        f"{counted(run.unsettled, 'step')} went on at the server" if run.unsettled else "",
        f"takes back {run.of_run}" if run.of_run else "",
        f"rolled back by {run.rolled_back_by}" if run.rolled_back_by else "",
    ]
    # Counts are taken at the end: of a run without one they are not known.
    numbers = [(counts.written, ""), (counts.failed, "red"), (counts.conflicts, "yellow"), (counts.skipped, "yellow")]
    ended = run.status is not RunStatus.RUNNING
    return [
        styled(run.id, "bold"),
        styled(moment(run.started)),
        styled(run.kind),
        styled(f"{run.server.user} ({run.operator})"),
        _status(run, killed),
        styled(_planned(run)),
        *(
            styled(str(number), style if number else "dim") if ended else styled("?", "dim")
            for number, style in numbers
        ),
        styled("; ".join(note for note in notes if note), "dim"),
    ]


def _planned(run: Run) -> str:
    """`3 steps, 2 tasks, 6 jobs`: objects made, changed or deleted as a whole, then fields of what exists."""
    steps = [counted(run.steps, "step")] if run.steps else []
    fields = [counted(run.tasks, "task"), counted(run.jobs, "job")] if run.tasks or run.jobs or not steps else []
    return ", ".join([*steps, *fields])


def _status(run: Run, killed: bool) -> Text:
    return styled(KILLED, "red") if killed else styled(run.status, _STATUS_STYLES[run.status])


def render_run(
    run: Run, plan: Plan | None, records: Sequence[Record], console: Console, *, killed: bool = False
) -> None:
    """Write all of one run: what it was, every write with its outcome, and what a rollback left or overrode."""
    lines = [*_facts(run, records, console.width, killed), Text()]
    steps = settled_steps(records)
    lines += [*_steps(run, steps, console.width), Text()] if steps else []
    if not steps or settled(records) or run.unproven:
        lines += _writes(run, plan, records, console.width)
    if plan is not None and (conflicts := conflict_lines(plan, console.width)):
        lines += [Text(), *conflicts[:-1]]
    show(console, lines)


def _facts(run: Run, records: Sequence[Record], width: int, killed: bool) -> list[Text]:
    ended = run.status is not RunStatus.RUNNING
    tally = run.counts if ended else _so_far(records)
    counts = (
        (tally.written, "written"),
        (tally.already, "not needed"),
        (tally.conflicts, "in conflict"),
        (tally.failed, "failed"),
        (tally.skipped, "not reached"),
        (tally.unproven, "not as written"),
    )
    took = "" if run.finished is None else f", took {lasted((run.finished - run.started).total_seconds())}"
    facts = [
        ("status", _status(run, killed).plain),
        ("note", run.note or ""),
        ("unsettled", f"{counted(run.unsettled, 'step')} went on at the server: {_FOUND_OUT}" if run.unsettled else ""),
        ("started", f"{moment(run.started)}{took}"),
        ("server", server_phrase(run.server)),
        ("run by", f"{run.operator}, reconciler {run.tool}"),
        ("manifest", ", ".join(run.sources)),
        ("plan", f"{run.plan_id}: {_planned(run)}"),
        ("writes", ", ".join(f"{number} {word}" for number, word in counts if number) or "none made"),
        ("takes back", run.of_run or ""),
        ("undone by", run.rolled_back_by or ""),
    ]
    lines = [styled(f"Run {run.id}: {run.kind}", "bold")]
    for name, fact in facts:
        if fact:
            style = _status(run, killed).style if name == "status" else ""
            lines += words(styled(f"  {name:<10}", "dim"), fact, width=width, style=str(style))
    return lines


def _so_far(records: Sequence[Record]) -> Counts:
    """Counts of a run that has not ended, from its audit log."""
    ended: list[Record] = [*settled(records), *settled_steps(records)]
    number = Counter(each.outcome for each in ended)
    return Counts(
        written=number[WriteOutcome.WRITTEN],
        already=number[WriteOutcome.ALREADY],
        conflicts=number[WriteOutcome.CONFLICT],
        failed=number[WriteOutcome.FAILED] + number[WriteOutcome.UNKNOWN],
        skipped=number[WriteOutcome.SKIPPED],
    )


def _steps(run: Run, steps: Sequence[StepRecord], width: int) -> list[Text]:
    subjects = [padded(styled(each.address, "cyan"), widest(one.address for one in steps)) for each in steps]
    outcomes = widest(str(each.outcome) for each in steps)
    lines = [styled("Steps", "bold")]
    for each, subject in zip(steps, subjects, strict=True):
        start = styled(f"  {_time(each.time, run)}  ", "dim")
        start += padded(styled(each.outcome, _OUTCOME_STYLES.get(each.outcome, "yellow")), outcomes)
        number = f" ({each.id})" if each.id is not None else ""
        lines += flow(start + Text("  ") + subject, [styled(f"{each.do.replace('_', ' ')}{number}")], width=width)
        lines += [styled(f"     copy: {each.copied}", "dim")] if each.copied else []
        lines += words(Text("     "), reason(each), width=width) if each.message else []
    return lines


def _time(time: datetime, run: Run) -> str:
    """The day only where it is not the run's, which stands above."""
    told = moment(time)
    return told[11:] if told[:10] == moment(run.started)[:10] else told


def _writes(run: Run, plan: Plan | None, records: Sequence[Record], width: int) -> list[Text]:
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
