"""Which tasks a snapshot is to hold: the words of a rule's `select`, found in the same way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.cvat.models import Task
from reconciler.cvat.reading import Reader
from reconciler.cvat.session import Session
from reconciler.cvat.users import VisiblePeople
from reconciler.errors import Location, PlanError, Problem
from reconciler.history.bindings import load_bindings
from reconciler.history.priorities import load_priorities
from reconciler.history.store import StateStore
from reconciler.manifest.models import Selector
from reconciler.manifest.on_the_fly import PRIORITY_FORMAT
from reconciler.manifest.priority_format import EXAMPLE, PriorityFormat
from reconciler.manifest.selectors import asks_for_priority
from reconciler.plan.model import ServerRef
from reconciler.plan.people import unknown_users
from reconciler.plan.priority import Priorities, known_priorities, last_format
from reconciler.plan.projects import ProjectIndex
from reconciler.plan.remembered import Remembered
from reconciler.plan.selection import Selecting
from reconciler.plan.state import users_of
from reconciler.plan.wishes import Place


def _nowhere(*_: object) -> Location | None:
    """Nothing has a place, where a program selects."""
    return None


def selected_tasks(
    reader: Reader,
    selector: Selector,
    at: Place = _nowhere,
    *,
    store: StateStore | None = None,
    shown: PriorityFormat | None = None,
) -> Sequence[Task]:
    """The tasks that a selector means on this server, now. `at` gives the place of a part of the selector.

    With a `store`, names are matched without the priorities that this tool put into them. Who selects by priority goes
    by the format `shown`, else by the one that was last used here.

    Raises:
        PlanError: a project, an id or a user is not there, no format of priorities is known, or nothing matches.
        StateError: the store is damaged.
    """
    problems: list[Problem] = []
    projects = ProjectIndex(reader.projects(), {})
    capabilities = reader.session.capabilities
    if asks_for_priority(selector) and shown is None:
        shown = format_kept(reader.session, store) if store is not None else None
        problems += no_format(at("priority")) if shown is None else ()
    priorities = priorities_kept(reader.session, store, shown) if store is not None else Priorities(shown)
    selecting = Selecting(reader, projects, capabilities.filters_created_date, problems, priorities)
    selection = selecting.select(selector, at)
    tasks = selection.tasks
    jobs = [job for some in (selection.jobs or {}).values() for job in some]
    problems += unknown_users(selector, users_of(*tasks, *jobs), VisiblePeople(reader), at)
    problems += [
        Problem(f"no label is called {name!r}", at(*path), hint)
        for path, name, hint in selecting.unknown_labels(selector)
    ]
    if not tasks and not problems:
        problems.append(Problem("no task is selected", hint="look at what there is in CVAT, and at the organization"))
    if problems:
        raise PlanError(problems)
    return tasks


def priorities_kept(session: Session, store: StateStore, shown: PriorityFormat | None = None) -> Priorities:
    """The priorities that this tool put into names, as the state store remembers them, and all in the format `shown`.

    Raises:
        StateError: the store is damaged.
    """
    remembered = Remembered(load_bindings(store), _ref(session))
    return known_priorities(load_priorities(store), remembered, shown)


def format_kept(session: Session, store: StateStore) -> PriorityFormat | None:
    """The format in which names were last given priorities; None if they never were.

    Raises:
        StateError: the store is damaged.
    """
    return last_format(load_priorities(store), _ref(session))


def no_format(where: Location | None) -> Iterator[Problem]:
    """Priorities are asked for, and nothing says how names show them."""
    hint = f"say how names show them: {PRIORITY_FORMAT} '{EXAMPLE}'"
    yield Problem("CVAT has no priorities, and no name was given one here yet", where, hint)


def _ref(session: Session) -> ServerRef:
    return ServerRef(
        url=session.url,
        version=str(session.version),
        organization=session.organization,
        user=session.user.username,
    )
