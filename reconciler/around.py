"""What a plan is made against, put together from a session and a state store."""

from __future__ import annotations

from functools import partial

from reconciler.apply.one_write import look
from reconciler.apply.steps.attempts import Attempts
from reconciler.cvat.paging import OnPage
from reconciler.cvat.reading import Reader
from reconciler.cvat.session import Session
from reconciler.cvat.users import VisiblePeople
from reconciler.history.annotators import recorded_annotators
from reconciler.history.bindings import load_bindings
from reconciler.history.priorities import load_priorities
from reconciler.history.recovery import ledger_as_it_is
from reconciler.history.store import StateStore
from reconciler.plan.model import ServerRef
from reconciler.plan.surroundings import Surroundings


def server_ref(session: Session) -> ServerRef:
    """The server as plans and runs record it."""
    return ServerRef(
        url=session.url,
        version=str(session.version),
        organization=session.organization,
        user=session.user.username,
    )


def surroundings_of(session: Session, store: StateStore, on_page: OnPage | None = None) -> Surroundings:
    """The server as it is read, and what the state store remembers of it.

    Raises:
        ServerError, StateError: the server or the state store cannot be read.
    """
    reader = Reader(session, on_page)
    return Surroundings(
        server=reader,
        people=VisiblePeople(reader),
        ref=server_ref(session),
        capabilities=session.capabilities,
        bindings=load_bindings(store),
        begun=Attempts(session, store),
        annotators=partial(recorded_annotators, store, session.url),
        priorities=load_priorities(store),
        told=on_page or (lambda *_: None),
        ledger=ledger_as_it_is(store, session.url, lambda change: look(change, reader)),
    )
