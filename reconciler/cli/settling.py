"""Before anything new: what became of runs that were killed, or stopped while the server worked for them."""

from __future__ import annotations

from reconciler import operations
from reconciler.apply.interruption import stopping_on_signals
from reconciler.cli.showing import say
from reconciler.cvat.session import Session
from reconciler.history.lock import holder
from reconciler.history.recovery import is_unsettled
from reconciler.history.runs import runs
from reconciler.history.store import StateStore


def settle_first(session: Session, store: StateStore) -> None:
    """Find it out and record it; tell what is waited for.

    Raises:
        LockedError: a run is going on. Stopped: by Ctrl-C. ServerError, StateError.
    """
    with stopping_on_signals(lambda: say("Stopping.")) as stop:
        operations.settle(session, store, stop=stop, told=say)


def settle(session: Session, store: StateStore, *, only_told: bool) -> None:
    """Find it out, or, where nothing is to be written, say that it is not known. Raises as `settle_first`."""
    (tell_unsettled if only_told else settle_first)(session, store)


def tell_unsettled(session: Session, store: StateStore) -> None:
    """Say that a plan that is only shown does not know it: it may show more than is left to do."""
    if holder(store) is not None:  # a run is going on, and is none of these
        return
    for run in runs(store):
        if is_unsettled(run) and run.server.url == session.url:
            say(f"warning: what became of run {run.id} is not known yet; a real run finds out first, and may do less")
