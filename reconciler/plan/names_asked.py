"""Whom and what a manifest names and this server does not have, also where the manifest does not hold together.

So whoever mistyped a weight and a username hears of both at once. It reads what was written, not what could be made of
it, and says of each name what a plan would say. What hangs on other values (is this task in that project?) waits for a
plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final, get_args

from pydantic import ValidationError

from reconciler.cvat.details import Formats
from reconciler.cvat.filters import is_in
from reconciler.errors import Problem
from reconciler.manifest.assigning import Role
from reconciler.manifest.blocks import ProjectRef
from reconciler.manifest.locations import Locations
from reconciler.manifest.nodes import Items, Node, Scalar, Table, plain
from reconciler.plan.formats import importing, unknown_format
from reconciler.plan.model import ServerRef
from reconciler.plan.observing import Observed, People
from reconciler.plan.people import NamedPeople, with_role
from reconciler.plan.projects import ProjectIndex
from reconciler.plan.remembered import Remembered

_Path = tuple[str | int, ...]
_EACH: Final = "*"

_PEOPLE: Final = (
    *((kind, _EACH, who) for kind in ("projects", "tasks") for who in ("assignee", "owner")),
    ("tasks", _EACH, "jobs", "assignee"),
    ("tasks", _EACH, "job_overrides", _EACH, "assignee"),
    *(("rules", _EACH, "set", who) for who in ("assignee", "owner")),
    ("rules", _EACH, "set", "jobs", "assignee"),
    ("rules", _EACH, "assign", "to"),
    ("rules", _EACH, "assign", "to", "users"),
)
_PROJECTS: Final = (("tasks", _EACH, "project"), ("rules", _EACH, "select", "project"))
_FORMATS: Final = (("tasks", _EACH, "annotations", "format"),)
_ROLES: Final = (("rules", _EACH, "assign", "to", "role"),)


def unknown_names(
    written: Table, server: Observed, people: People, ref: ServerRef, remembered: Remembered
) -> list[Problem]:
    """Users, roles, projects and formats that a manifest names, and that are not there.

    `written` is the manifest with its variables resolved, whatever is wrong with it otherwise.
    """
    locations = Locations(written)
    return [
        *_unknown_people(written, locations, people, ref),
        *_unknown_roles(written, locations, people, ref),
        *_unknown_projects(written, locations, server, remembered),
        *_unknown_formats(written, locations, server),
    ]


def _unknown_people(written: Table, locations: Locations, people: People, ref: ServerRef) -> list[Problem]:
    named = NamedPeople()
    for path, name in _words(written, *_PEOPLE):
        named.want(name, locations.at(*path))
    problems: list[Problem] = []
    named.resolve(people, organization=bool(ref.organization), problems=problems, warnings=[])
    return problems


def _unknown_roles(written: Table, locations: Locations, people: People, ref: ServerRef) -> Iterator[Problem]:
    for path, role in _words(written, *_ROLES):
        if role in get_args(Role):
            _, problem = with_role([role], people, ref, locations.at(*path))
            yield from [problem] if problem is not None else []


def _unknown_projects(written: Table, locations: Locations, server: Observed, remembered: Remembered) -> list[Problem]:
    section = written.entries.get("projects")
    described = section.value.entries if section is not None and isinstance(section.value, Table) else {}
    index = ProjectIndex(server.projects(), {}, partial(_has_tasks, server), remembered=remembered)
    problems: list[Problem] = []
    for path, node in _found(written, *_PROJECTS):
        for one in node.items if isinstance(node, Items) else (node,):
            try:
                ref = ProjectRef.model_validate(plain(one))
            except ValidationError:
                continue  # told already
            if ref.key not in described:
                index.resolve(ref, locations.at(*path), problems)
    return problems


def _unknown_formats(written: Table, locations: Locations, server: Observed) -> Iterator[Problem]:
    words = list(_words(written, *_FORMATS))
    formats = server.formats() if words else Formats()
    for path, name in words:
        yield from unknown_format(importing(name), formats, "imports", locations.at(*path))


def _has_tasks(server: Observed, project: int) -> bool:
    return any(task.project_id == project for task in server.tasks(is_in("project_id", [project])))


def _words(written: Node, *patterns: _Path) -> Iterator[tuple[_Path, str]]:
    """The text at the places that fit, one by one where it is a list; what was reported before is passed over."""
    for path, node in _found(written, *patterns):
        items = enumerate(node.items) if isinstance(node, Items) else [(None, node)]
        for index, item in items:
            if isinstance(item, Scalar) and isinstance(item.value, str) and item.value and not item.spoilt:
                yield path if index is None else (*path, index), item.value


def _found(written: Node, *patterns: _Path) -> Iterator[tuple[_Path, Node]]:
    """What stands at the places that fit one of the patterns."""
    for pattern in patterns:
        found: list[tuple[_Path, Node]] = [((), written)]
        for step in pattern:
            found = [((*path, name), inner) for path, node in found for name, inner in _inside(node, step)]
        yield from found


def _inside(node: Node, step: str | int) -> Iterator[tuple[str | int, Node]]:
    if isinstance(node, Table):
        yield from ((name, entry.value) for name, entry in node.entries.items() if step in (_EACH, name))
    elif isinstance(node, Items) and step == _EACH:
        yield from enumerate(node.items)
