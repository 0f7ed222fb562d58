"""What became of a run's steps, in words: what was made, changed and deleted, and what was not and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from rich.text import Text

from reconciler.history.model import Replaced, StepRecord, WriteOutcome
from reconciler.plan.model import Plan
from reconciler.plan.steps import Do
from reconciler.report.layout import GAP, flow, padded, styled, widest, words
from reconciler.report.writes import NO_ANSWER
from reconciler.wording import counted, listed

SHOWN = 20
ARRIVED = frozenset({WriteOutcome.WRITTEN, WriteOutcome.ALREADY})

_SAID: Final = {  # in the order in which they are told; what is not here goes without saying
    Do.CREATE_PROJECT: ("project", "made"),
    Do.CREATE_TASK: ("task", "made"),
    Do.CREATE_LABEL: ("label", "made"),
    Do.RESTORE_TASK: ("task", "restored"),
    Do.PATCH_PROJECT: ("project", "changed"),
    Do.PATCH_LABEL: ("label", "changed"),
    Do.PUT_GUIDE: ("guide", "written"),
    Do.DELETE_GUIDE: ("guide", "removed"),
    Do.MOVE_TASK: ("task", "moved"),
    Do.PUT_ANNOTATIONS: ("task", "annotated"),
    Do.ADD_ANNOTATIONS: ("task", "annotated"),
    Do.IMPORT_ANNOTATIONS: ("task", "annotated"),
    Do.DELETE_LABEL: ("label", "deleted"),
    Do.DELETE_TASK: ("task", "deleted"),
    Do.DELETE_PROJECT: ("project", "deleted"),
}
_TITLES: Final = {
    WriteOutcome.SKIPPED: ("Not reached", "yellow"),
    WriteOutcome.UNKNOWN: ("Unknown: no answer came; these may or may not have been done", "bold yellow"),
    WriteOutcome.CONFLICT: (
        "Conflicts: somebody else changed these since the plan; they were left alone",
        "bold yellow",
    ),
    WriteOutcome.FAILED: ("Failed", "bold red"),
}


def settled_steps(records: Iterable[object]) -> list[StepRecord]:
    """The last word on each step, in the order they began; one that was started and never ended is unknown."""
    last: dict[tuple[str, Do], StepRecord] = {}
    for record in records:
        if isinstance(record, StepRecord):
            last[record.address, record.do] = record
    return [
        record.model_copy(update={"outcome": WriteOutcome.UNKNOWN, "message": NO_ANSWER})
        if record.outcome is WriteOutcome.STARTED
        else record
        for record in last.values()
    ]


def unreached(plan: Plan | None, steps: Sequence[StepRecord]) -> int:
    """How many of the plan's steps have no record at all."""
    known = {(each.address, each.do) for each in steps}
    return sum(step.key not in known for step in plan.steps) if plan is not None else 0


def tally_parts(steps: Sequence[StepRecord]) -> list[str]:
    """`1 project and 2 labels made`, `1 task deleted`: what was really done."""
    numbers = Counter(_SAID[each.do] for each in steps if each.outcome is WriteOutcome.WRITTEN and each.do in _SAID)
    verbs: dict[str, list[str]] = {}
    for noun, verb in dict.fromkeys(_SAID.values()):
        if number := numbers[noun, verb]:
            verbs.setdefault(verb, []).append(counted(number, noun))
    return [f"{listed(nouns, None)} {verb}" for verb, nouns in verbs.items()]


def done_lines(steps: Sequence[StepRecord], width: int, most: int | None = SHOWN) -> list[Text]:
    """What was done, one object a line with the id it has; and which old ids lead to which new ones."""
    rows = [each for each in steps if each.outcome is WriteOutcome.WRITTEN and each.do in _SAID]
    shown = rows if most is None or len(rows) <= most + 1 else rows[:most]
    subjects = [styled("  ") + styled(each.address, "cyan") for each in shown]
    column = widest(subjects)
    lines = [styled("Done", "bold")] if rows else []
    for each, subject in zip(shown, subjects, strict=True):
        lines += flow(padded(subject, column), _told(each), width=width, after=GAP)
    if hidden := len(rows) - len(shown):
        lines.append(styled(f"  … {hidden} more", "dim"))
    return lines


def trouble_lines(steps: Sequence[StepRecord], width: int) -> list[Text]:
    """What was not done, and why, in the words of whoever refused."""
    lines: list[Text] = []
    for outcome, (title, style) in _TITLES.items():
        rows = [each for each in steps if each.outcome is outcome]
        if not rows:
            continue
        lines += [Text(), styled(title, style)]
        column = widest(each.address for each in rows[:SHOWN])
        for each in rows[:SHOWN]:
            subject = Text("  ") + padded(styled(each.address, "cyan"), column) + Text(GAP)
            lines += words(subject, reason(each), width=width)
        if len(rows) > SHOWN:
            lines.append(styled(f"  … {len(rows) - SHOWN} more", "dim"))
    return lines


def reason(record: StepRecord) -> str:
    """Why, with the HTTP status, told once."""
    said = record.message or ""
    if not record.status or f"({record.status})" in said:
        return said
    return f"HTTP {record.status}: {said}" if said else f"HTTP {record.status}"


def _told(record: StepRecord) -> list[Text]:
    noun, verb = _SAID[record.do]
    number = f" {record.id}" if record.id is not None and noun in ("project", "task") else ""
    chunks = [styled(f"{noun}{number} {verb}")]
    chunks += [styled(_new_id(one)) for one in record.replaced if one.kind != "job"]
    chunks += [styled(f"(copy: {record.copied})", "dim")] if record.copied else []
    return chunks


def _new_id(one: Replaced) -> str:
    return f"({one.kind} {one.old} before)"
