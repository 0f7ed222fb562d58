"""Which tasks a snapshot is to hold: the words of a rule's `select`, found in the same way."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.cvat.models import Task
from reconciler.cvat.reading import Reader
from reconciler.cvat.session import Session
from reconciler.errors import Location, PlanError, Problem
from reconciler.history.bindings import load_bindings
from reconciler.history.priorities import load_priorities
from reconciler.history.store import StateStore
from reconciler.manifest.models import Selector
from reconciler.plan.model import ServerRef
from reconciler.plan.priority import Priorities, known_priorities
from reconciler.plan.projects import ProjectIndex
from reconciler.plan.remembered import Remembered
from reconciler.plan.selection import Selecting
from reconciler.plan.wishes import Place


def _nowhere(*_: object) -> Location | None:
    """Nothing has a place, where a program selects."""
    return None


def selected_tasks(
    reader: Reader, selector: Selector, at: Place = _nowhere, *, store: StateStore | None = None
) -> Sequence[Task]:
    """The tasks that a selector means on this server, now. `at` gives the place of a part of the selector.

    With a `store`, names are matched without the priorities that this tool put into them.

    Raises:
        PlanError: a project or an id is not there, or nothing matches.
        StateError: the store is damaged.
    """
    problems: list[Problem] = []
    projects = ProjectIndex(reader.projects(), {})
    capabilities = reader.session.capabilities
    priorities = priorities_kept(reader.session, store) if store is not None else Priorities()
    selecting = Selecting(reader, projects, capabilities.filters_created_date, problems, priorities)
    tasks = selecting.select(selector, at).tasks
    problems += [
        Problem(f"no label is called {name!r}", at("labels"), hint) for name, hint in selecting.unknown_labels(selector)
    ]
    if not tasks and not problems:
        problems.append(Problem("no task is selected", hint="look at what there is in CVAT, and at the organization"))
    if problems:
        raise PlanError(problems)
    return tasks


def priorities_kept(session: Session, store: StateStore) -> Priorities:
    """The priorities that this tool put into names, as the state store remembers them.

    Raises:
        StateError: the store is damaged.
    """
    ref = ServerRef(
        url=session.url,
        version=str(session.version),
        organization=session.organization,
        user=session.user.username,
    )
    return known_priorities(load_priorities(store), Remembered(load_bindings(store), ref))
