"""Which tasks a snapshot is to hold: the words of a rule's `select`, found in the same way."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.cvat.models import Task
from reconciler.cvat.reading import Reader
from reconciler.errors import Location, PlanError, Problem
from reconciler.manifest.models import Selector
from reconciler.plan.projects import ProjectIndex
from reconciler.plan.selection import Selecting
from reconciler.plan.wishes import Place


def _nowhere(*_: object) -> Location | None:
    """Nothing has a place, where a program selects."""
    return None


def selected_tasks(reader: Reader, selector: Selector, at: Place = _nowhere) -> Sequence[Task]:
    """The tasks that a selector means on this server, now. `at` gives the place of a part of the selector.

    Raises:
        PlanError: a project or an id is not there, or nothing matches.
    """
    problems: list[Problem] = []
    projects = ProjectIndex(reader.projects(), {})
    capabilities = reader.session.capabilities
    selecting = Selecting(reader, projects, capabilities.filters_created_date, problems)
    tasks = selecting.select(selector, at).tasks
    problems += [
        Problem(f"no label is called {name!r}", at("labels"), hint) for name, hint in selecting.unknown_labels(selector)
    ]
    if not tasks and not problems:
        problems.append(Problem("no task is selected", hint="look at what there is in CVAT, and at the organization"))
    if problems:
        raise PlanError(problems)
    return tasks
