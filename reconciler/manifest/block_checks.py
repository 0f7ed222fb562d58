"""What a single block says that cannot be meant."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from reconciler.errors import Problem
from reconciler.manifest.locations import Locations
from reconciler.manifest.models import JobOverride, Manifest, ProjectBlock, TaskBlock, TaskFields
from reconciler.manifest.projects_meant import project_meant
from reconciler.manifest.wording import quoted

_WORKFLOW = ("stage", "state")
_WANTED_OF_JOBS = ("stage", "state", "assignee")


def block_problems(manifest: Manifest, locations: Locations) -> Iterator[Problem]:
    """Every block that contradicts itself, and warnings about those that do nothing."""
    # In a project whose other tasks are deleted, a task may be described for nothing else but to stay.
    pruned = {project_meant(manifest, key) for key, project in manifest.projects.items() if project.prune.tasks}
    for key, project in manifest.projects.items():
        yield from _ignored_and_wanted(project, locations, "projects", key)
    for key, task in manifest.tasks.items():
        yield from _status_and_jobs(task, locations, ("tasks", key))
        yield from _status_and_overrides(task, locations, key)
        yield from _overlapping_overrides(task, locations, key)
        yield from _ignored_and_wanted(task, locations, "tasks", key)
        if task.project is None or project_meant(manifest, task.project) not in pruned:
            yield from _sets_nothing(task, locations, key)
    for key, rule in manifest.rules.items():
        yield from _status_and_jobs(rule.set, locations, ("rules", key, "set"))
        if rule.mode == "always" and "revision" in rule.model_fields_set:
            what = "`revision` does nothing with `mode: always`, which selects anew every time"
            yield Problem(
                what, locations.at("rules", key, "revision"), "leave it out, or write `mode: once`", "warning"
            )


def _status_and_jobs(fields: TaskFields, locations: Locations, path: tuple[str, ...]) -> Iterator[Problem]:
    if fields.status is None or fields.jobs is None:
        return
    for name in _WORKFLOW:
        if name in fields.jobs.model_fields_set:
            what = f"`status` and `jobs.{name}` on one block: a status is reached by setting the jobs' stage and state"
            yield Problem(what, locations.at(*path, "jobs", name), "keep one of them")


def _status_and_overrides(task: TaskBlock, locations: Locations, key: str) -> Iterator[Problem]:
    """An override of a job by its id may mean a ground truth job, which a status leaves alone; one by frames cannot."""
    if task.status is None:
        return
    for index, override in enumerate(task.job_overrides):
        for name in _WORKFLOW:
            if override.frames is not None and name in override.model_fields_set:
                what = f"`status` sets every annotation job, and this override wants another `{name}` for some"
                where = locations.at("tasks", key, "job_overrides", index, name)
                yield Problem(what, where, "instead of `status`, write `jobs: {stage: …, state: …}`")


def _overlapping_overrides(task: TaskBlock, locations: Locations, key: str) -> Iterator[Problem]:
    for (first, one), (second, other) in combinations(enumerate(task.job_overrides), 2):
        if not _overlap(one, other):
            continue
        for name in _WANTED_OF_JOBS:
            both = name in one.model_fields_set and name in other.model_fields_set
            if both and getattr(one, name) != getattr(other, name):
                what = f"two overrides of the same jobs want different values for {quoted(name)}"
                elsewhere = locations.at("tasks", key, "job_overrides", first, name)
                hint = f"the other one is at {elsewhere}" if elsewhere else None
                yield Problem(what, locations.at("tasks", key, "job_overrides", second, name), hint)


def _overlap(one: JobOverride, other: JobOverride) -> bool:
    if one.frame_range is None or other.frame_range is None:
        return one.job is not None and one.job == other.job
    return max(one.frame_range[0], other.frame_range[0]) <= min(one.frame_range[1], other.frame_range[1])


def _ignored_and_wanted(block: ProjectBlock | TaskBlock, locations: Locations, *path: str) -> Iterator[Problem]:
    for index, name in enumerate(block.lifecycle.ignore):
        if name in block.model_fields_set and not _finds_it(name, block):
            what = f"{quoted(name)} is set here and also ignored: it will not be changed"
            yield Problem(what, locations.at(*path, "lifecycle", "ignore", index), "keep one of them", "warning")


def _finds_it(field: str, block: ProjectBlock | TaskBlock) -> bool:
    """Whether the field is written so that the object is found, not only so that it is set."""
    return field in ("name", "project") and block.id is None


def _sets_nothing(task: TaskBlock, locations: Locations, key: str) -> Iterator[Problem]:
    written = task.model_fields_set - {"id", "prune", "replace", "move_labels"}
    written -= {"ensure"} if task.ensure == "present" else set()
    # ignoring keeps rules off, and protecting keeps it from being deleted: that is something
    written -= {"lifecycle"} if not task.lifecycle.ignore and not task.lifecycle.prevent_delete else set()
    written -= {"name", "project"} if task.id is None else set()
    written -= {"jobs"} if task.jobs is not None and not task.jobs.model_fields_set else set()
    written -= {"job_overrides"} if not task.job_overrides else set()
    written -= {"labels"} if not task.labels and not task.prune.labels else set()
    if not written:
        what = f"the task {quoted(key)} sets nothing, so nothing of it is managed"
        yield Problem(what, locations.key("tasks", key), "add a field, such as `assignee`, or leave it out", "warning")
