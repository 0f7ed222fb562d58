"""Which tasks a snapshot is to hold: the words of a rule's `select`, found in the same way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from reconciler.around import server_ref
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
from reconciler.plan.people import unknown_users
from reconciler.plan.priority import Priorities, formats_used, known_priorities
from reconciler.plan.projects import ProjectIndex
from reconciler.plan.remembered import Remembered
from reconciler.plan.selection import Selecting, unknown_label
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
    by the format `shown`, else by the one in which names show them here.

    Raises:
        PlanError: a project, an id or a user is not there, no format of priorities is known, or nothing matches.
        StateError: the store is damaged.
    """
    problems: list[Problem] = []
    projects = ProjectIndex(reader.projects(), {})
    capabilities = reader.session.capabilities
    if asks_for_priority(selector) and shown is None:
        shown = next(iter(formats_shown(reader.session, store)), None) if store is not None else None
        problems += no_format(at("priority")) if shown is None else ()
    priorities = priorities_kept(reader.session, store, shown) if store is not None else Priorities(shown)
    selecting = Selecting(reader, projects, capabilities.filters_created_date, problems, priorities)
    selection = selecting.select(selector, at)
    tasks = selection.tasks
    jobs = [job for some in (selection.jobs or {}).values() for job in some]
    problems += unknown_users(selector, users_of(*tasks, *jobs), VisiblePeople(reader), at)
    problems += [unknown_label(name, at(*path), hint) for path, name, hint in selecting.unknown_labels(selector)]
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
    remembered = Remembered(load_bindings(store), server_ref(session))
    return known_priorities(load_priorities(store), remembered, shown)


def formats_shown(session: Session, store: StateStore) -> Sequence[PriorityFormat]:
    """The formats in which this tool's priorities stand in names here, that of most names first.

    The one that was last used, where no name shows any; none if no name was ever given one. After a format was changed
    and that was rolled back, names are shown in the one before.

    Raises:
        ServerError: the names cannot be read.
        StateError: the store is damaged.
    """
    ref, used = server_ref(session), load_priorities(store)
    known = formats_used(used, ref)
    if len(known) < 2:
        return known
    remembered = Remembered(load_bindings(store), ref)
    named = priorities_kept(session, store)
    noted = {number for one in used.of(ref.url) if one.organization == ref.organization for number in one.tasks}
    tasks = Reader(session).tasks_by_id(sorted(remembered.current("task", number) for number in noted))
    count = Counter(named.shown(task).format for task in tasks)
    return sorted((one for one in known if count[one]), key=lambda one: -count[one]) or known[:1]


def no_format(where: Location | None) -> Iterator[Problem]:
    """Priorities are asked for, and nothing says how names show them."""
    hint = f"say how names show them: {PRIORITY_FORMAT} '{EXAMPLE}'"
    yield Problem("CVAT has no priorities, and no name was given one here yet", where, hint)
