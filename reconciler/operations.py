"""What the command line does, as functions: plan, apply, roll back. `import reconciler` gives them.

from pathlib import Path
import reconciler

manifest = reconciler.load(["states/reopen.yaml"])
with reconciler.connect_for(manifest) as session:
    store = reconciler.StateStore(Path(".reconciler"))
    plan = reconciler.plan(manifest, session, store)
    outcome = reconciler.apply(plan, session, store)
    print(outcome.run.status, outcome.run.counts)
    reconciler.rollback(session, store, outcome.run.id)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from threading import Event

from reconciler.apply.ledger_keeping import ONE_TIME, check_rules_unchanged, freeze_selections, record_done
from reconciler.apply.made_for import check_made_for
from reconciler.apply.one_write import look
from reconciler.apply.priorities import has_new_priorities, keep_priorities
from reconciler.apply.running import Outcome, Progress, run_plan
from reconciler.apply.steps.remembering import Remembering
from reconciler.apply.steps.settling import Settling
from reconciler.around import server_ref, surroundings_of
from reconciler.cvat.paging import OnPage
from reconciler.cvat.reading import Reader
from reconciler.cvat.session import UNSET, Session, connect
from reconciler.cvat.users import VisiblePeople
from reconciler.errors import LockedError, PlanFileError, StateError
from reconciler.history.bindings import Bindings
from reconciler.history.ledger import load_ledger
from reconciler.history.lock import holder, locked
from reconciler.history.model import Run, RunStatus
from reconciler.history.operator import operator
from reconciler.history.recovery import is_unsettled, recover_killed_runs
from reconciler.history.runs import last_run, load_plan, load_run, runs
from reconciler.history.saved_plans import seal
from reconciler.history.store import StateStore
from reconciler.history.tool import tool
from reconciler.manifest.loading import LoadedManifest, UnsoundManifestError, from_document
from reconciler.plan.destruction import check_destruction
from reconciler.plan.model import Plan, SavedPlan
from reconciler.plan.names_asked import unknown_names
from reconciler.plan.onward.following import make_plan
from reconciler.way_back import way_back


def connect_for(loaded: LoadedManifest, *, profile: str | None = None, rate: float | None = None) -> Session:
    """A session for a manifest: in its organization if it names one, else in the connection's own.

    Credentials come from the environment (`CVAT_HOST` and `CVAT_ACCESS_TOKEN`, or `CVAT_USERNAME` and
    `CVAT_PASSWORD`, or a profile of cvat-cli). `rate` is requests a second.

    Raises:
        SessionError: whatever is wrong, with what to do.
    """
    manifest = loaded.manifest
    named = manifest.organization if "organization" in manifest.model_fields_set else UNSET
    return connect(organization=named, profile=profile, rate=rate)


def settle(
    session: Session,
    store: StateStore,
    *,
    stop: Event | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> list[Run]:
    """Find out what became of runs that were killed, or stopped while this server worked for them, and record it.

    What the server has under way for them is waited for. Every run does so before it begins; whoever plans just after
    one that broke off does well to, for the server may be about to change what the plan sees.

    Args:
        session: connected to the server.
        store: where the runs are recorded.
        stop: ends the waiting.
        told: hears what is waited for.

    Raises:
        LockedError: a run is going on. Stopped: `stop` was set. ServerError, StateError.
    """
    if not any(is_unsettled(run) and run.server.url == session.url for run in runs(store)):
        return []
    reader = Reader(session)
    with locked(store, operator(), "finding out what an earlier run has done"):
        settling = Settling(session, store, stop=stop, told=told)
        return recover_killed_runs(store, session.url, lambda change: look(change, reader), settling)


def plan(
    loaded: LoadedManifest,
    session: Session,
    store: StateStore,
    *,
    targets: Iterable[str] = (),
    on_page: OnPage | None = None,
    now: datetime | None = None,
    bindings: Bindings | None = None,
) -> Plan:
    """What it takes to bring the server to the manifest. Writes nothing anywhere.

    `now` is what `older_than` counts from; left out, it is the moment of planning. `bindings` are, left out, those of
    the store.

    Raises:
        PlanError: unknown users and projects, missing tasks, ambiguous names, contradictions; all together.
        ServerError, StateError: the server or the state store cannot be read.
    """
    around = surroundings_of(session, store, on_page)
    around = replace(around, bindings=bindings) if bindings is not None else around
    return make_plan(loaded, replace(around, now=now) if now is not None else around, targets)


def names_unknown(wrong: UnsoundManifestError, session: Session, store: StateStore) -> UnsoundManifestError:
    """What is wrong with a manifest, together with the users, roles, projects and formats that this server has not.

    Raises:
        ServerError, StateError: the server or the state store cannot be read.
    """
    return wrong.also(unknown_names(wrong.written, surroundings_of(session, store)))


def apply(
    planned: Plan | SavedPlan,
    session: Session,
    store: StateStore,
    *,
    allow_destructive: bool = False,
    parallelism: int = 4,
    progress: Progress | None = None,
) -> Outcome:
    """Apply a plan, verify it, plan again, record it. A `SavedPlan` (of a file) is applied once.

    Look at the outcome: `outcome.run.status` is `done` only if every write arrived and was proven. An empty plan makes
    a run too; it is how one-time rules that found nothing to change come to count as applied.

    Args:
        planned: a plan of `plan`, `plan_rollback` or `load_saved`.
        session: connected to the server and organization that the plan was made for.
        store: where the run is recorded.
        allow_destructive: a plan with steps that destroy data is refused without; a copy of everything is taken first.
        parallelism: tasks written at once; the jobs of one task always follow one another.
        progress: who wants to hear how it goes; its methods are called from several threads.

    Raises:
        LimitError, LockedError, ConflictError, PlanFileError, StateError, ServerError: before the first write.
        UnrecordedError: the state store failed in the middle, and the run was stopped.
    """
    saved = planned if isinstance(planned, SavedPlan) else seal(planned, tool=tool(), now=datetime.now(UTC))
    check_made_for(saved.plan, session)
    check_destruction(saved.plan, allowed=allow_destructive)
    return run_plan(
        saved,
        session,
        store,
        parallelism=parallelism,
        progress=progress,
        claim=isinstance(planned, SavedPlan),
        replan=partial(replan, saved.plan, session, store) if saved.plan.manifest is not None else None,
    )


def record_nothing_to_do(planned: Plan, session: Session, store: StateStore) -> bool:
    """Record one-time rules that found nothing to change as applied. Tells whether there were any.

    Without it, work that is finished later and then matches would be thrown back by a rule that is to run once.
    What the addresses stand for is remembered, too, where that is new: so that a name that changes later is a rename.

    Raises:
        LockedError, ConflictError, StateError, ServerError: nothing was recorded.
    """
    has_rules = any(rule.phase in ONE_TIME for rule in planned.rules)
    reader = Reader(session)
    remembering = Remembering(store, planned, reader, None)
    if not has_rules and not remembering.has_news() and not has_new_priorities(store, planned):
        return False
    with locked(store, operator(), "recording what was found as wanted"):
        recover_killed_runs(store, session.url, lambda change: look(change, reader), Settling(session, store))
        check_rules_unchanged(planned, load_ledger(store))
        freeze_selections(store, planned, None)
        record_done(store, planned)
        keep_priorities(store, planned)
        remembering.finish()
    return has_rules


def plan_rollback(
    session: Session,
    store: StateStore,
    run_id: str | None = None,
    *,
    force: bool = False,
    on_page: OnPage | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> Plan:
    """The way back of a run (default: the last one). Writes nothing.

    Args:
        session: connected to the run's server and organization.
        store: where the run is recorded.
        run_id: a run's id, or the beginning of one.
        force: also restore what others have changed since; the plan's conflicts name each.
        on_page: is told how the reading gets on.
        told: hears it when the server still works for the run, and is waited for.

    Raises:
        StateError: no such run, or its record is damaged.
        LockedError: the run is still going on.
        PlanFileError: the run was made on another server.
        ServerError: the server cannot be read.
    """
    run = find_run(store, run_id)
    if run.status is RunStatus.RUNNING and (held := holder(store)) is not None:
        raise LockedError(f"run {run.id} is still going on, held by {held}", hint="wait for it to end, or stop it")
    applied = load_plan(store, run.id).plan
    check_made_for(applied, session)
    reader = Reader(session, on_page)
    return way_back(
        run.id,
        applied,
        session,
        store,
        reader=reader,
        people=VisiblePeople(reader),
        ref=server_ref(session),
        force=force,
        told=told,
    )


def rollback(
    session: Session,
    store: StateStore,
    run_id: str | None = None,
    *,
    force: bool = False,
    allow_destructive: bool = False,
    parallelism: int = 4,
    progress: Progress | None = None,
) -> Outcome:
    """Plan the way back of a run and apply it: `plan_rollback`, then `apply`, with what they raise."""
    way_back = plan_rollback(session, store, run_id, force=force)
    return apply(
        way_back, session, store, allow_destructive=allow_destructive, parallelism=parallelism, progress=progress
    )


def find_run(store: StateStore, run_id: str | None) -> Run:
    """A run by its id or the beginning of one; without, the last, but for rollbacks that came to nothing.

    Raises:
        StateError: there is none.
    """
    if run_id is not None:
        return load_run(store, run_id)
    run = last_run(store)
    # Whoever says `rollback` again after one that failed means the same run again.
    while run is not None and run.of_run is not None and run.status is RunStatus.FAILED and not run.counts.written:
        run = load_run(store, run.of_run)
    if run is None:
        raise StateError(f"no run is recorded in {store.folder}", hint="name the state folder with --state")
    return run


def replan(planned: Plan, session: Session, store: StateStore) -> Plan:
    """The plan as it would be now: of the manifest that it carries, or of the same rollback.

    Raises:
        PlanFileError: it has neither (restored backups).
    """
    if planned.of_run is not None:
        forced = any(conflict.forced for conflict in planned.conflicts)
        return plan_rollback(session, store, planned.of_run, force=forced)
    if planned.manifest is None:
        raise PlanFileError("this plan was made from files, not from a manifest", hint="run the same command again")
    loaded = from_document(planned.manifest.document, planned.manifest.sources)
    return plan(loaded, session, store, targets=planned.targets, now=planned.as_of)
