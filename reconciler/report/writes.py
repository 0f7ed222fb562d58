"""The audit log of a run as one line a write: what finally became of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reconciler.history.model import AuditRecord, WriteOutcome
from reconciler.plan.model import FieldChange, Plan
from reconciler.report.wording import jobs_named

NO_ANSWER = "sent; no answer was recorded"


def settled(records: Iterable[object]) -> list[AuditRecord]:
    """The last word on each write, in the order they began; one that was started and never ended is unknown."""
    last: dict[tuple[str, int, int], AuditRecord] = {}
    for record in records:
        if isinstance(record, AuditRecord):
            last[record.kind, record.id, record.index] = record
    return [
        record.model_copy(update={"outcome": WriteOutcome.UNKNOWN, "message": NO_ANSWER})
        if record.outcome is WriteOutcome.STARTED
        else record
        for record in last.values()
    ]


def fields_of(record: AuditRecord) -> tuple[FieldChange, ...]:
    """The fields that a write moves. It also lists those it must keep (a job's state beside its stage)."""
    return tuple(
        FieldChange(path=(each.field,), before=each.before, after=each.after, source=record.address)
        for each in record.fields
        if each.before != each.after
    )


def said(record: AuditRecord) -> str:
    """The server's words with the HTTP status, told once."""
    words = record.message or ""
    if not record.status or f"({record.status})" in words:
        return words
    return f"HTTP {record.status}: {words}" if words else f"HTTP {record.status}"


def task_names(plan: Plan | None) -> dict[int, str]:
    """How tasks are called; without the plan they are only numbers."""
    return {label.id: label.name for label in plan.tasks} if plan is not None else {}


def object_phrase(kind: str, ids: Sequence[int], task: int, names: dict[int, str]) -> str:
    """`task 42 batch-001`, `jobs 1655, 1656 of task 42 batch-001`."""
    name = f"task {task} {names.get(task, '')}".rstrip()
    return f"{jobs_named(ids)} of {name}" if kind == "job" else name


@dataclass(frozen=True)
class Tally:
    """What a run changed: tasks (themselves or through their jobs) and jobs."""

    tasks: int
    jobs: int


def changed(writes: Iterable[AuditRecord]) -> Tally:
    """Counts of what was really written."""
    written = [each for each in writes if each.outcome is WriteOutcome.WRITTEN]
    return Tally(len({each.task for each in written}), len({each.id for each in written if each.kind == "job"}))
