"""What a run did, or may have done, by its plan and its audit: what its way back has to turn round."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from reconciler.history.model import AuditRecord, StepRecord, WriteOutcome
from reconciler.history.runs import Record
from reconciler.plan.model import Plan
from reconciler.plan.steps import Do
from reconciler.plan.undoing.done import DoneStep
from reconciler.plan.written import Done

_MAY_HAVE_WRITTEN: Final = frozenset({WriteOutcome.WRITTEN, WriteOutcome.UNKNOWN, WriteOutcome.STARTED})


def writes_done(applied: Plan, records: Iterable[Record]) -> Iterator[Done]:
    """The writes a run made or may have made, in the order of its plan."""
    audit = (record for record in records if isinstance(record, AuditRecord))
    outcomes = {(record.kind, record.id, record.index): record.outcome for record in audit}
    for change in applied.updates:
        for index, write in enumerate(change.writes):
            if outcomes.get((change.kind, change.id, index)) in _MAY_HAVE_WRITTEN:
                yield Done(change, write)


def steps_done(applied: Plan, records: Iterable[Record]) -> Iterator[DoneStep]:
    """The steps a run carried out or may have carried out, in the order of its plan."""
    last: dict[tuple[str, Do], StepRecord] = {}
    for record in records:
        if isinstance(record, StepRecord):
            key = record.address, record.do
            last[key] = _together(last[key], record) if key in last else record
    for step in applied.steps:
        if (found := last.get(step.key)) is not None and _may_have_arrived(found):
            yield DoneStep(step, found)


def _may_have_arrived(record: StepRecord) -> bool:
    """Also of what failed, something may be there: what the server took, but not all of it arrived."""
    if record.outcome is WriteOutcome.FAILED:
        return record.gave is not None
    return record.outcome in _MAY_HAVE_WRITTEN


def _together(earlier: StepRecord, later: StepRecord) -> StepRecord:
    """The later one, with what only the earlier one knows."""
    return later.model_copy(
        update={
            "id": later.id if later.id is not None else earlier.id,
            "of": later.of or earlier.of,
            "copied": later.copied or earlier.copied,
            "replaced": later.replaced or earlier.replaced,
        }
    )
