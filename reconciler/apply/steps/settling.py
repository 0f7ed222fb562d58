"""After a run that ended without knowing (killed, or stopped while the server worked on): what became of its steps.

The server tells, once it has ended what it has under way for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from threading import Event

from reconciler.apply.steps.executing import ARRIVED
from reconciler.apply.steps.made import NotMade
from reconciler.apply.steps.operation import Found, Operation
from reconciler.apply.steps.registry import operation_for
from reconciler.apply.steps.remembering import Remembering
from reconciler.apply.steps.result import StepResult
from reconciler.apply.steps.site import Site
from reconciler.cvat.requests import Stopped, WorkFailed, wait_for
from reconciler.cvat.session import Session
from reconciler.errors import ReconcilerError, ServerError
from reconciler.history.model import Run, StepRecord, WriteOutcome
from reconciler.history.store import StateStore
from reconciler.plan.model import Plan
from reconciler.plan.steps import MAKING, Do, Step

_KILLED = "the process was killed before the answer"
_STOPPED = "the run ended while the server worked on it"


class Settling:
    """Finds out what became of a run's steps, and remembers what they made.

    `told` hears what is waited for, should it take a while; `stop` ends the waiting.
    """

    def __init__(
        self,
        session: Session,
        store: StateStore,
        *,
        stop: Event | None = None,
        told: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._session = session
        self._store = store
        self._stop = stop or Event()
        self._told = told

    def settle(self, run: Run, plan: Plan, records: Sequence[StepRecord]) -> list[StepRecord]:
        """An outcome for each step that was begun and has none, once the server is done with them. Writes nothing.

        Raises:
            ServerError: the server cannot be read. Stopped: `stop` was set while it was waited for.
        """
        site = Site(self._session, self._store, plan, run.id)
        steps = {step.key: step for step in plan.steps}
        last = {(record.address, record.do): record for record in records}
        settled: list[StepRecord] = []
        for key, record in last.items():
            if (record.outcome is WriteOutcome.STARTED or record.unsettled) and key in steps:
                record = self._settled(site, steps[key], record)
                settled.append(record)
            site.made.follow(record.replaced)
            if record.outcome in ARRIVED and record.kind in ("project", "task") and record.id is not None:
                site.made.note(record.address, "project" if record.kind == "project" else "task", record.id)
        return settled

    def remember(self, run: Run, plan: Plan, records: Iterable[StepRecord]) -> None:
        """Bind what the run had made, and lead old ids to new ones: it may have been killed before it could.

        Of an import that was waited for it is known that the file was applied; it is not to be applied again.

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
        if waited := [one for one in records if _is_whole_import(steps.get((one.address, one.do)), one)]:
            remembering.finish(
                StepResult(steps[one.address, one.do], one.outcome, of=one.of, gave=one.gave) for one in waited
            )

    def _settled(self, site: Site, step: Step, record: StepRecord) -> StepRecord:
        operation = operation_for(step, site)
        try:
            if failed := self._waited(operation, step, record):
                return _ended(record, WriteOutcome.FAILED, failed)
            found = operation.look(step, record.id if step.kind == "label" else None, record.beside)
        except (ServerError, Stopped):
            raise
        except (ReconcilerError, NotMade) as error:
            return _ended(record, WriteOutcome.UNKNOWN, f"{_why(record)}; {error}")
        outcome, message = _what_came_of_it(operation, step, found)
        message = f"{_why(record)}; {message}"
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

    def _waited(self, operation: Operation, step: Step, record: StepRecord) -> str | None:
        """Wait for the server, and say why it could not do it, if it says so of this very step."""
        known = record.under_way
        for number, rq_id in enumerate(dict.fromkeys([*known, *operation.under_way(step)])):
            if not number:
                self._told(f"Waiting for the server: it may still be at work on {step.address} of run {record.run}.")
            try:
                wait_for(self._session, rq_id, f"{step.address} could not be done", stop=self._stop)
            except WorkFailed as error:
                if known == (rq_id,):
                    return error.what
            except ServerError as error:
                if error.status != 404:  # it has ended, and is forgotten
                    raise
        return None


def _is_whole_import(step: Step | None, record: StepRecord) -> bool:
    """Whether the server is known to have applied a file, and nothing is left to be added again beside it."""
    if step is None or step.do is not Do.IMPORT_ANNOTATIONS or record.outcome not in ARRIVED or not record.under_way:
        return False
    return step.destroys is not None or record.copied is None


def _why(record: StepRecord) -> str:
    return _STOPPED if record.unsettled else _KILLED


def _what_came_of_it(operation: Operation, step: Step, found: Found) -> tuple[WriteOutcome, str]:
    """Before-image, after-image and the server together say it; what is neither, somebody has moved on since."""
    if operation.arrived(step, found):
        return WriteOutcome.WRITTEN, "it had arrived"
    if operation.untouched(step, found):
        return WriteOutcome.FAILED, "it had not arrived"
    if step.deletes and found.image is not None:
        return WriteOutcome.FAILED, "it is still there"
    if found.image is None and step.gives is not None:
        return WriteOutcome.UNKNOWN, "nothing is there to tell by"
    if step.do in (Do.UPLOAD_DATA, Do.SET_JOBS, Do.REAPPLY):
        return WriteOutcome.UNKNOWN, "the next run sees what is left of it"
    return WriteOutcome.WRITTEN, "somebody has changed the object since"


def _ended(record: StepRecord, outcome: WriteOutcome, message: str) -> StepRecord:
    told = {"time": datetime.now(UTC), "outcome": outcome, "message": message, "settled": True, "unsettled": False}
    return record.model_copy(update=told)
