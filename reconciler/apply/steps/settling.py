"""After a crash: what became of the steps that a killed run had begun. The server tells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from reconciler.apply.steps.executing import ARRIVED
from reconciler.apply.steps.made import NotMade
from reconciler.apply.steps.operation import Found, Operation
from reconciler.apply.steps.registry import operation_for
from reconciler.apply.steps.remembering import Remembering
from reconciler.apply.steps.result import StepResult
from reconciler.apply.steps.site import Site
from reconciler.cvat.session import Session
from reconciler.errors import ReconcilerError, ServerError
from reconciler.history.model import Run, StepRecord, WriteOutcome
from reconciler.history.store import StateStore
from reconciler.plan.model import Plan
from reconciler.plan.steps import MAKING, Do, Step

_KILLED = "the process was killed before the answer"


class Settling:
    """Finds out what became of a run's steps, and remembers what they made."""

    def __init__(self, session: Session, store: StateStore) -> None:
        self._session = session
        self._store = store

    def settle(self, run: Run, plan: Plan, records: Sequence[StepRecord]) -> list[StepRecord]:
        """An outcome for each step that was begun and has none. Writes nothing.

        Raises:
            ServerError: the server cannot be read.
        """
        site = Site(self._session, self._store, plan, run.id)
        steps = {step.key: step for step in plan.steps}
        last = {(record.address, record.do): record for record in records}
        settled: list[StepRecord] = []
        for key, record in last.items():
            if record.outcome is WriteOutcome.STARTED and key in steps:
                record = self._settled(site, steps[key], record)
                settled.append(record)
            site.made.follow(record.replaced)
            if record.outcome in ARRIVED and record.kind in ("project", "task") and record.id is not None:
                site.made.note(record.address, "project" if record.kind == "project" else "task", record.id)
        return settled

    def remember(self, run: Run, plan: Plan, records: Iterable[StepRecord]) -> None:
        """Bind what the run had made, and lead old ids to new ones: it may have been killed before it could.

        Raises:
            StateError: it cannot be saved.
        """
        site = Site(self._session, self._store, plan, run.id)
        remembering = Remembering(self._store, plan, site.reader, run.id)
        steps = {step.key: step for step in plan.steps}
        for key, record in {(one.address, one.do): one for one in records}.items():
            if record.outcome in ARRIVED and key in steps and (record.do in MAKING or record.replaced):
                remembering.take(
                    StepResult(steps[key], record.outcome, id=record.id, of=record.of, replaced=record.replaced)
                )

    def _settled(self, site: Site, step: Step, record: StepRecord) -> StepRecord:
        operation = operation_for(step, site)
        try:
            found = operation.look(step, record.id if step.kind == "label" else None, record.beside)
        except ServerError:
            raise
        except (ReconcilerError, NotMade) as error:
            return _ended(record, WriteOutcome.UNKNOWN, f"{_KILLED}; {error}")
        outcome, message = _what_came_of_it(operation, step, found)
        if outcome is not WriteOutcome.WRITTEN:
            return _ended(record, outcome, message)
        number = found.id if found.id is not None else record.id
        return _ended(record, outcome, message).model_copy(
            update={
                "id": number,
                "gave": operation.gave(step, found),
                "replaced": operation.replaced(step, number) if number is not None else (),
            }
        )


def _what_came_of_it(operation: Operation, step: Step, found: Found) -> tuple[WriteOutcome, str]:
    """Before-image, after-image and the server together say it; what is neither, somebody has moved on since."""
    if operation.arrived(step, found):
        return WriteOutcome.WRITTEN, f"{_KILLED}; it had arrived"
    if operation.untouched(step, found):
        return WriteOutcome.FAILED, f"{_KILLED}; it had not arrived"
    if step.deletes and found.image is not None:
        return WriteOutcome.FAILED, f"{_KILLED}; it is still there"
    if found.image is None and step.gives is not None:
        return WriteOutcome.UNKNOWN, f"{_KILLED}; nothing is there to tell by"
    if step.do in (Do.UPLOAD_DATA, Do.SET_JOBS, Do.REAPPLY):
        return WriteOutcome.UNKNOWN, f"{_KILLED}; the next run sees what is left of it"
    return WriteOutcome.WRITTEN, f"{_KILLED}; somebody has changed the object since"


def _ended(record: StepRecord, outcome: WriteOutcome, message: str) -> StepRecord:
    told = {"time": datetime.now(UTC), "outcome": outcome, "message": message, "settled": True}
    return record.model_copy(update=told)
