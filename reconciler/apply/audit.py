"""An audit record of every write: who, when, which object, field, before, after, and what came of it."""

from __future__ import annotations

from datetime import UTC, datetime

from reconciler.apply.one_write import Result
from reconciler.apply.steps.result import StepResult
from reconciler.cvat.session import Session
from reconciler.history.model import AuditField, AuditRecord, StepRecord
from reconciler.history.operator import operator
from reconciler.history.runs import RunRecorder
from reconciler.plan.model import Write


class Auditor:
    """Makes a run's audit records, and writes them."""

    def __init__(self, recorder: RunRecorder, session: Session) -> None:
        self._recorder = recorder
        self._session = session
        self._operator = operator()

    def record(self, result: Result) -> None:
        """Record one step of one write; it is on the disk when this returns.

        Raises:
            StateError: it could not be written.
        """
        self._recorder.audit(self.as_record(result))

    def record_step(self, result: StepResult) -> None:
        """Record the beginning or the end of one step; it is on the disk when this returns.

        Raises:
            StateError: it could not be written.
        """
        self._recorder.audit(self.as_step_record(result))

    def as_step_record(self, result: StepResult) -> StepRecord:
        """A step as it is recorded."""
        step = result.step
        return StepRecord(
            time=datetime.now(UTC),
            run=self._recorder.run.id,
            user=self._session.user.username,
            operator=self._operator,
            server=self._session.url,
            organization=self._session.organization,
            address=step.address,
            kind=step.kind,
            do=step.do,
            id=result.id,
            of=result.of,
            request=result.request,
            outcome=result.outcome,
            status=result.status,
            message=result.message,
            gave=result.gave,
            copied=result.copied,
            replaced=result.replaced,
            beside=result.beside,
            unsettled=result.unsettled,
            under_way=result.under_way,
        )

    def as_record(self, result: Result) -> AuditRecord:
        """One step of one write as it is recorded."""
        change, write = result.change, result.write
        return AuditRecord(
            time=datetime.now(UTC),
            run=self._recorder.run.id,
            user=self._session.user.username,
            operator=self._operator,
            server=self._session.url,
            organization=self._session.organization,
            address=change.address,
            kind=change.kind,
            id=change.id,
            task=change.task,
            index=result.index,
            request=f"PATCH /api/{change.kind}s/{change.id}",
            fields=_fields(write),
            outcome=result.outcome,
            status=result.status,
            message=result.message,
        )


def _fields(write: Write) -> tuple[AuditField, ...]:
    """What a write moves; all of it for one that only sends the same values once more."""
    return tuple(
        AuditField(field=field, before=write.expect[field], after=after)
        for field, after in write.gives.items()
        if write.expect[field] != after or write.expect == write.gives
    )
