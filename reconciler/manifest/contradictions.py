"""Blocks that want different values for one field of one object, as far as that shows without a server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from reconciler.errors import Location, Problem
from reconciler.manifest.locations import Locations
from reconciler.manifest.models import Manifest, Previous, ProjectBlock, RuleBlock, TaskBlock, TaskFields
from reconciler.manifest.projects_meant import project_meant
from reconciler.manifest.wording import quoted

_POSITION_OF_STATUS = {
    "annotation": {"jobs.stage": "annotation"},
    "validation": {"jobs.stage": "validation"},
    "completed": {"jobs.stage": "acceptance", "jobs.state": "completed"},
}


@dataclass(frozen=True)
class _Want:
    """A value that a block wants, and where it says so."""

    value: str | None
    said: str
    where: Location | None


def contradictions(manifest: Manifest, locations: Locations) -> Iterator[Problem]:
    """Every pair of blocks that cannot both have their way."""
    yield from _one_project_twice(manifest, locations)
    yield from _one_task_twice(manifest, locations)
    yield from _rules_of_one_selection(manifest, locations)
    yield from _rules_and_tasks_by_id(manifest, locations)


def _one_project_twice(manifest: Manifest, locations: Locations) -> Iterator[Problem]:
    seen: dict[tuple[object, ...], str] = {}
    for key, project in manifest.projects.items():
        first = seen.setdefault(project_meant(manifest, key), key)
        if first != key:
            yield _the_same("project", key, first, project, locations)


def _one_task_twice(manifest: Manifest, locations: Locations) -> Iterator[Problem]:
    seen: dict[tuple[object, ...], str] = {}
    for key, task in manifest.tasks.items():
        first = seen.setdefault(_identity(manifest, key, task), key)
        if first != key:
            yield _the_same("task", key, first, task, locations)


def _the_same(kind: str, key: str, first: str, block: ProjectBlock | TaskBlock, locations: Locations) -> Problem:
    field = "id" if block.id is not None else "name"
    what = f"{quoted(f'{kind}.{key}')} and {quoted(f'{kind}.{first}')} are the same {kind} ({_called(key, block)})"
    return Problem(what, locations.at(f"{kind}s", key, field), _elsewhere(locations.at(f"{kind}s", first, field)))


def _identity(manifest: Manifest, key: str, task: TaskBlock) -> tuple[object, ...]:
    """What finds the task: its id, or its project and name."""
    if task.id is not None:
        return ("id", task.id)
    project = project_meant(manifest, task.project) if task.project is not None else None
    return ("name", project, task.name or key)


def _called(key: str, block: ProjectBlock | TaskBlock) -> str:
    return f"id {block.id}" if block.id is not None else f"name {quoted(block.name or key)}"


def _rules_of_one_selection(manifest: Manifest, locations: Locations) -> Iterator[Problem]:
    """Two rules that select by the same id alone, or by the very same conditions."""
    for (first, one), (second, other) in combinations(manifest.rules.items(), 2):
        shared = sorted(_ids(one) & _ids(other))
        if shared or one.select == other.select:
            which = f"task {shared[0]}" if shared else "the same tasks"
            here = _wants(other.set, locations, "rules", second, "set")
            there = _wants(one.set, locations, "rules", first, "set")
            yield from _differences(f"rule.{second}", here, f"rule.{first}", there, which)


def _rules_and_tasks_by_id(manifest: Manifest, locations: Locations) -> Iterator[Problem]:
    by_id = {task.id: key for key, task in manifest.tasks.items() if task.id is not None and task.ensure == "present"}
    for rule_key, rule in manifest.rules.items():
        for task_id in sorted(_ids(rule) & by_id.keys()):
            key = by_id[task_id]
            task = manifest.tasks[key]
            wanted = _wants(rule.set, locations, "rules", rule_key, "set")
            here = {name: want for name, want in wanted.items() if want.said not in task.lifecycle.ignore}
            there = _wants(task, locations, "tasks", key)
            yield from _differences(f"rule.{rule_key}", here, f"task.{key}", there, f"task {task_id}")


def _ids(rule: RuleBlock) -> set[int]:
    """The ids that the rule certainly selects: further conditions may leave some out, which only a server can tell."""
    return set(rule.select.id or ()) if rule.select.model_fields_set == {"id"} else set()


def _differences(
    here: str, wants: dict[str, _Want], there: str, others: dict[str, _Want], which: str
) -> Iterator[Problem]:
    reported: set[tuple[str, str]] = set()  # a status is two fields of a job, but one thing to a person
    for name, want in wants.items():
        other = others.get(name)
        if other is None or other.value == want.value or (want.said, other.said) in reported:
            continue
        reported.add((want.said, other.said))
        what = f"{quoted(here)} and {quoted(there)} want different values for {quoted(name)} of {which}"
        yield Problem(f"{what}: {_shown(want)} here, {_shown(other)} there", want.where, _elsewhere(other.where))


def _wants(fields: TaskFields, locations: Locations, *path: str) -> dict[str, _Want]:
    """What a block wants, field by field; a status as the job position that it takes."""
    wants: dict[str, _Want] = {}
    for name in ("subset", "bug_tracker", "assignee", "owner", "priority"):
        if name in fields.model_fields_set:
            wants[name] = _Want(_as_text(getattr(fields, name)), name, locations.at(*path, name))
    for name, value in _POSITION_OF_STATUS.get(fields.status or "", {}).items():
        wants[name] = _Want(value, "status", locations.at(*path, "status"))
    if fields.jobs is not None:
        for name in fields.jobs.model_fields_set:
            wants[f"jobs.{name}"] = _Want(
                _as_text(getattr(fields.jobs, name)), "jobs", locations.at(*path, "jobs", name)
            )
    return dict(sorted(wants.items()))


def _as_text(value: object) -> str | None:
    """A value as it is written; nobody knows here who had a job before."""
    return "previous: annotator" if isinstance(value, Previous) else None if value is None else str(value)


def _shown(want: _Want) -> str:
    return "null" if want.value is None else quoted(want.value)


def _elsewhere(where: Location | None) -> str | None:
    return f"the other one is at {where}" if where else None
