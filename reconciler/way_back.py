"""The way back of a recorded run, worked out against the server as it is now: its steps, and its writes of fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from reconciler.apply.steps.settling import Settling
from reconciler.cvat.reading import Reader
from reconciler.cvat.session import Session
from reconciler.history.bindings import Bindings, load_bindings
from reconciler.history.done import steps_done, writes_done
from reconciler.history.model import StepRecord
from reconciler.history.recovery import is_unsettled
from reconciler.history.runs import Record, load_records, load_run
from reconciler.history.store import StateStore
from reconciler.plan.model import Plan, ServerRef
from reconciler.plan.observing import People
from reconciler.plan.reversal import Reversal
from reconciler.plan.undoing.joining import joined
from reconciler.plan.undoing.reversal import StepReversal
from reconciler.plan.written import Done, as_it_is_called, users_restored
from reconciler.snapshots.stored import StoredCopies


def way_back(
    run: str,
    applied: Plan,
    session: Session,
    store: StateStore,
    *,
    reader: Reader,
    people: People,
    ref: ServerRef,
    force: bool,
    told: Callable[[str], None],
) -> Plan:
    """The plan that takes a run back.

    Args:
        run: its id.
        applied: what it applied.
        session: with the run's server.
        store: where it is recorded, and its copies lie.
        reader: of that server.
        people: who can be seen there.
        ref: the server, as it is now.
        force: whether to restore also what others have changed since.
        told: hears it when the server still works for the run, and is waited for.

    Raises:
        StateError: its record is damaged.
        ServerError: the server cannot be read.
    """
    records, bindings = _records(store, run, applied, session, told), load_bindings(store)
    steps = StepReversal(
        run=run,
        done=list(steps_done(applied, records)),
        server=reader,
        copies=StoredCopies(store),
        bindings=bindings,
        ref=ref,
        people=people,
        capabilities=session.capabilities,
        force=force,
    ).reverse()
    done = [one for one in _called(applied, records, bindings, ref) if one.change.task not in steps.gone]
    tasks = {one.change.task for one in done}
    fields = Reversal(
        run=run,
        plan=applied,
        done=done,
        tasks=reader.tasks_by_id(tasks),
        jobs=reader.jobs_of_tasks(tasks),
        people=people.resolve(users_restored(done)),
        server=ref,
        force=force,
        bindings=bindings,
    )
    return joined(fields.reverse(), steps)


def _records(store: StateStore, run: str, applied: Plan, session: Session, told: Callable[[str], None]) -> list[Record]:
    """The run's records; of one that ended without knowing, with what became of the steps that it had begun."""
    records = load_records(store, run)
    if is_unsettled(load_run(store, run)):
        begun = [record for record in records if isinstance(record, StepRecord)]
        records += Settling(session, store, told=told).settle(load_run(store, run), applied, begun)
    return records


def _called(applied: Plan, records: Iterable[Record], bindings: Bindings, ref: ServerRef) -> list[Done]:
    """The run's writes, of the objects as they are called now."""
    return [Done(as_it_is_called(one.change, bindings, ref.url), one.write) for one in writes_done(applied, records)]
