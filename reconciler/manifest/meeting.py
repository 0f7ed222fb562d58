"""Whether two selections can mean the same task, by what rules never change of it: project, name, dates, and so on."""

from __future__ import annotations

import re
from typing import Final

from reconciler.manifest.models import Manifest, Selector
from reconciler.manifest.projects_meant import Meant, project_meant

_FOLLOWED: Final = frozenset({"status", "assignee", "owner", "subset", "priority", "job", "not_", "updated"})
"""What rules change, or what changes with it: looked at elsewhere."""
_ONE_OF: Final = ("id", "mode", "dimension")


def implies(manifest: Manifest, one: Selector, other: Selector) -> bool:
    """Whether the other holds of every task of which the first holds, as far as such conditions go."""
    for name in other.model_fields_set - _FOLLOWED:
        if name not in one.model_fields_set:
            return False
        if name == "project":
            if not set(_projects(manifest, one)) <= set(_projects(manifest, other)):
                return False
        elif getattr(one, name) != getattr(other, name):
            return False
    if other.not_ is not None and other.not_ != one.not_ and other.not_.model_fields_set - _FOLLOWED:
        return False
    return may_meet(manifest, one, other)


def may_meet(manifest: Manifest, one: Selector, other: Selector) -> bool:
    """Whether nothing keeps them apart for certain."""
    for name in _ONE_OF:
        first, second = getattr(one, name), getattr(other, name)
        if first is not None and second is not None and set(first).isdisjoint(second):
            return False
    return _same_jobs(one, other) and _same_projects(manifest, one, other) and _same_names(one, other)


def _same_jobs(one: Selector, other: Selector) -> bool:
    first, second = (set((each.job.type if each.job is not None else None) or ("annotation",)) for each in (one, other))
    return not first.isdisjoint(second)


def _same_projects(manifest: Manifest, one: Selector, other: Selector) -> bool:
    """A project that is named and one that is given by its id may be the same."""
    first, second = _projects(manifest, one), _projects(manifest, other)
    if not first or not second or len({kind for kind, _ in (*first, *second)}) > 1:
        return True
    return not set(first).isdisjoint(second)


def _projects(manifest: Manifest, selector: Selector) -> list[Meant]:
    return [project_meant(manifest, ref) for ref in selector.project or ()]


def _same_names(one: Selector, other: Selector) -> bool:
    """Patterns that begin differently match no name in common."""
    if one.name is None or other.name is None:
        return True
    first, second = (re.split(r"[*?\[]", each, maxsplit=1)[0] for each in (one.name, other.name))
    return first.startswith(second) or second.startswith(first)
