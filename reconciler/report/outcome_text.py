"""The result of a run: what was written, what was not and why in the server's own words, and how to undo it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from reconciler.history.model import AuditRecord, Run, RunStatus, StepRecord, Unproven, WriteOutcome
from reconciler.history.runs import Record
from reconciler.manifest.on_the_fly import AD_HOC
from reconciler.plan.model import FieldChange, Plan
from reconciler.plan.steps import Do
from reconciler.report.changes_text import field_chunks
from reconciler.report.layout import GAP, flow, padded, show, styled, widest, words
from reconciler.report.steps_done import done_lines, settled_steps, tally_parts, trouble_lines, unreached
from reconciler.report.wording import value
from reconciler.report.writes import changed, fields_of, object_phrase, said, settled, task_names
from reconciler.wording import counted

SHOWN = 20

_TITLES = {
    WriteOutcome.SKIPPED: ("Not reached: {} not made", "yellow"),
    WriteOutcome.UNKNOWN: ("Unknown: no answer came; {} may or may not have arrived", "bold yellow"),
    WriteOutcome.CONFLICT: ("Conflicts: somebody else changed these since the plan; {} not made", "bold yellow"),
    WriteOutcome.FAILED: ("Failed: the server refused {}", "bold red"),
}
_WHOLE = frozenset(str(do) for do in Do)
_ENDS = {
    RunStatus.FAILED: " in part",
    RunStatus.CONFLICT: " in part",
    RunStatus.INTERRUPTED: " in part (interrupted)",
    RunStatus.RUNNING: " in part (not ended)",
}


def render_outcome(
    run: Run, plan: Plan | None, records: Sequence[Record], console: Console, *, full: bool = False
) -> None:
    """Write the result of `run`; without its plan tasks have numbers only."""
    show(console, outcome_lines(run, plan, records, width=console.width, full=full))


def outcome_lines(
    run: Run, plan: Plan | None, records: Sequence[Record], *, width: int, full: bool = False
) -> list[Text]:
    """The result of `run` as styled lines: last the summary, and how to go on where not all was done."""
    writes, steps = settled(records), settled_steps(records)
    names = task_names(plan)
    most = None if full else SHOWN
    lines = done_lines(steps, width, most)
    told = _written(writes, width)
    lines += [Text()] * bool(lines and told) + told
    if already := sum(each.outcome is WriteOutcome.ALREADY for each in writes):
        lines.append(styled(f"Not needed: {counted(already, 'write')}; the server held the values already"))
    for outcome, (title, style) in _TITLES.items():
        some = [each for each in writes if each.outcome is outcome]
        if some:
            lines += [Text(), styled(title.format(counted(len(some), "write")), style)]
            lines += _by_message(some, names, width, most, run)
    lines += trouble_lines(steps, width)
    lines += _unproven(run.unproven, names, width, most)
    if run.note:
        lines += [Text(), *words(styled("Note:", "bold"), run.note, width=width)]
    style = "bold green" if run.status is RunStatus.DONE else "bold red"
    ends = [styled(outcome_line(run, plan, records), style)]
    if (go_on := go_on_line(run, plan, records)) is not None:
        ends.append(styled(go_on, "bold"))
    return [*lines, *([Text()] if lines else []), *ends]


def outcome_line(run: Run, plan: Plan | None, records: Sequence[Record]) -> str:
    """What came of it: `Applied run R: 98 tasks changed (294 jobs), verified. Undo with: reconciler rollback R`.

    A run that did not make all its writes has its undo in `go_on_line`.
    """
    writes, steps = settled(records), settled_steps(records)
    rollback = run.kind == "rollback"
    parts = _shortfalls(run, plan, writes, steps)
    if not _something_to_undo([*writes, *steps]):
        start = f"Nothing was changed by run {run.id}" + (f", the rollback of run {run.of_run}" if rollback else "")
        start += " (interrupted)" if run.status is RunStatus.INTERRUPTED else ""
        return f"{start}: {', '.join(parts)}." if parts else f"{start}."
    did = f"Rolled back run {run.of_run} by run {run.id}" if rollback else f"Applied run {run.id}"
    tally = changed(writes)
    verb = "restored" if rollback else "changed"
    changes = [f"{counted(tally.tasks, 'task')} {verb} ({counted(tally.jobs, 'job')})"]
    parts = [*tally_parts(steps), *(changes if tally.tasks or not steps else []), *parts]
    parts += ["verified"] if run.status is RunStatus.DONE and not run.unproven else []
    undo = f" Undo with: reconciler rollback {run.id}" if _all_made(run, [*writes, *steps]) else ""
    return f"{did}{_ENDS.get(run.status, '')}: {', '.join(parts)}.{undo}"


def go_on_line(run: Run, plan: Plan | None, records: Sequence[Record]) -> str | None:
    """How to go on from a run that did not make all its writes: again, or back. None if it did."""
    writes: list[Record] = [*settled(records), *settled_steps(records)]
    if _all_made(run, writes):
        return None
    planned = len(plan.steps) + sum(len(change.writes) for change in plan.updates) if plan is not None else len(writes)
    made = sum(each.outcome is WriteOutcome.WRITTEN for each in writes)
    again = f"with `reconciler rollback {run.of_run}`" if run.kind == "rollback" else "by applying the same again"
    if any(source.startswith(f"{AD_HOC} ") for source in run.sources):  # the same again would select anew
        again = f"with `{AD_HOC} --continue {run.id}`"
    undo = f", or undo with: reconciler rollback {run.id}" if _something_to_undo(writes) else "."
    return f"{counted(planned, 'write')} planned, {made or 'none'} made. Continue {again}{undo}"


def _all_made(run: Run, writes: Sequence[Record]) -> bool:
    """Whether nothing is to be tried again; what a rollback left to others was never among its writes."""
    arrived = all(each.outcome in (WriteOutcome.WRITTEN, WriteOutcome.ALREADY) for each in writes)
    return run.status is RunStatus.DONE or (run.status is RunStatus.CONFLICT and arrived)


def _something_to_undo(writes: Sequence[Record]) -> bool:
    """Whether anything was written, or may have been: a write of unknown outcome may have arrived."""
    return any(each.outcome in (WriteOutcome.WRITTEN, WriteOutcome.UNKNOWN) for each in writes)


def _shortfalls(run: Run, plan: Plan | None, writes: Sequence[AuditRecord], steps: Sequence[StepRecord]) -> list[str]:
    """What did not come about, counted in writes and steps; what a rollback left to others, in objects."""
    parts = []
    for outcome, word in (
        (WriteOutcome.FAILED, "failed"),
        (WriteOutcome.UNKNOWN, "without an answer"),
        (WriteOutcome.SKIPPED, "not reached"),
        (WriteOutcome.CONFLICT, "in conflict"),
    ):
        number = sum(each.outcome is outcome for each in writes)
        parts += [f"{counted(number, 'write')} {word}"] if number else []
        behind = sum(each.outcome is outcome for each in steps)
        behind += unreached(plan, steps) if outcome is WriteOutcome.SKIPPED and plan is not None else 0
        parts += [f"{counted(behind, 'step')} {word}"] if behind else []
    left = {(each.kind, each.id) for each in plan.conflicts if not each.forced} if plan is not None else ()
    parts += [f"{counted(len(left), 'conflict')} left as found"] if left else []
    parts += [f"{len(run.unproven)} not as written"] if run.unproven else []
    return parts


def _written(writes: Sequence[AuditRecord], width: int) -> list[Text]:
    """What was written, told once for all that changed alike; in full it stands in the history."""
    groups: dict[tuple[object, ...], list[AuditRecord]] = {}
    for each in writes:
        if each.outcome is WriteOutcome.WRITTEN:
            key = (each.kind, *((field.path, repr(field.before), repr(field.after)) for field in fields_of(each)))
            groups.setdefault(key, []).append(each)
    rows = [(counted(len(group), group[0].kind), field_chunks(fields_of(group[0]))) for group in groups.values()]
    column = max((len(who) for who, _ in rows), default=0)
    lines = [styled("Written", "bold")] if rows else []
    for who, chunks in rows[:SHOWN]:
        lines += flow(styled(f"  {who.ljust(column)}"), chunks, width=width, after=GAP)
    if len(rows) > SHOWN:
        rest = sum(len(group) for group in list(groups.values())[SHOWN:])
        lines.append(styled(f"  … {counted(rest, 'more write')}", "dim"))
    return lines


def _by_message(
    writes: Sequence[AuditRecord], names: dict[int, str], width: int, most: int | None, run: Run
) -> list[Text]:
    """The server's words once, then what they were said about; jobs of one task that fared alike share a line."""
    messages: dict[str, dict[object, list[AuditRecord]]] = {}
    for each in writes:
        alike = (each.kind, each.task, repr(each.fields))
        messages.setdefault(said(each), {}).setdefault(alike, []).append(each)
    lines: list[Text] = []
    for message, groups in messages.items():
        lines += words(Text(" "), message, width=width, style="bold") if message else []
        rows = [
            (object_phrase(group[0].kind, [each.id for each in group], group[0].task, names), fields_of(group[0]))
            for group in groups.values()
        ]
        lines += _rows(rows if most is None or len(rows) <= most + 1 else rows[:most], width)
        if most is not None and len(rows) > most + 1:
            lines.append(styled(f"    … {len(rows) - most} more (all: reconciler history {run.id})", "dim"))
    return lines


def _rows(rows: Sequence[tuple[str, tuple[FieldChange, ...]]], width: int) -> list[Text]:
    column = widest(who for who, _ in rows)
    lines: list[Text] = []
    for who, fields in rows:
        lines += flow(padded(styled(f"    {who}"), column + 4), field_chunks(fields), width=width, after=GAP)
    return lines


def _unproven(unproven: Sequence[Unproven], names: dict[int, str], width: int, most: int | None) -> list[Text]:
    if not unproven:
        return []
    lines = [Text(), styled("Not as wanted: read and planned again, these are not as they should be", "bold red")]
    shown = unproven if most is None or len(unproven) <= most + 1 else unproven[:most]
    for each in shown:
        numbered = each.kind in ("task", "job") and each.task
        who = object_phrase(each.kind, [each.id], each.task, names) if numbered else each.address
        subject = styled(f"    {who}")
        if each.missing:
            chunks = [styled("is gone", "red")]
        elif each.field in _WHOLE:  # a step that left something else than it was to: which operation, not which field
            still = each.wanted is None
            chunks = [styled("is still there" if still else "is not what it was to become", "red")]
        else:
            wanted, found = value(each.field, each.wanted), value(each.field, each.found)
            chunks = [styled(f"{each.field} should be {wanted},"), styled(f"is {found}", "red")]
        lines += flow(subject, chunks, width=width, after=GAP)
    if len(shown) < len(unproven):
        lines.append(styled(f"    … {len(unproven) - len(shown)} more", "dim"))
    return lines
