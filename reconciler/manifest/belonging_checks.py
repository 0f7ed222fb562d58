"""What a block says that belongs elsewhere, or that needs something else beside it."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Problem
from reconciler.manifest.locations import Locations
from reconciler.manifest.models import Manifest, ProjectBlock, TaskBlock
from reconciler.manifest.projects_meant import project_meant
from reconciler.manifest.wording import quoted

_NOT_OF_A_PROJECT = {"priority", "subset", "status", "jobs", "project", "annotations"}


def belonging_problems(manifest: Manifest, locations: Locations) -> Iterator[Problem]:
    """Labels where there can be none, pruning of what is not described, and the like."""
    described = {project_meant(manifest, task.project) for task in manifest.tasks.values() if task.project is not None}
    for key, project in manifest.projects.items():
        yield from _pruned_labels(project, locations, "projects", key)
        if project_meant(manifest, key) not in described:
            yield from _pruned_tasks(project, locations, key)
        yield from _ignored(project, locations, key)
    for key, task in manifest.tasks.items():
        if task.ensure == "present":
            yield from _labels_of_a_task(task, locations, key)
            yield from _moved_labels(task, locations, key)
        yield from _replaced(task, locations, key)


def _pruned_labels(block: ProjectBlock | TaskBlock, locations: Locations, *path: str) -> Iterator[Problem]:
    if not block.prune.labels or block.ensure == "absent":
        return
    where = locations.at(*path, "prune", "labels")
    if block.labels is None:
        yield Problem("`prune.labels` without `labels` would remove every label", where, "describe those that stay")
    elif not block.labels:
        what = "no label is described, so `prune.labels` removes every one, with its annotations"
        yield Problem(what, where, "describe those that stay", "warning")


def _pruned_tasks(project: ProjectBlock, locations: Locations, key: str) -> Iterator[Problem]:
    if project.prune.tasks and project.ensure == "present":
        what = "no task of this project is described, so `prune.tasks` deletes every one"
        where = locations.at("projects", key, "prune", "tasks")
        yield Problem(what, where, "describe those that stay, each with its `project`", "warning")


def _ignored(project: ProjectBlock, locations: Locations, key: str) -> Iterator[Problem]:
    for index, name in enumerate(project.lifecycle.ignore):
        if name in _NOT_OF_A_PROJECT:
            where = locations.at("projects", key, "lifecycle", "ignore", index)
            yield Problem(f"a project has no {quoted(name)}, so there is nothing to ignore", where, None, "warning")


def _labels_of_a_task(task: TaskBlock, locations: Locations, key: str) -> Iterator[Problem]:
    if task.project is not None and task.labels is not None:
        what = "a task in a project has the labels of its project"
        yield Problem(what, locations.key("tasks", key, "labels"), "describe them at the project")
    elif task.project is not None and task.prune.labels:
        what = "a task in a project has the labels of its project, which are pruned there"
        yield Problem(what, locations.at("tasks", key, "prune", "labels"), "write it at the project")
    else:
        yield from _pruned_labels(task, locations, "tasks", key)
    if "tasks" in task.prune.model_fields_set:
        where = locations.at("tasks", key, "prune", "tasks")
        yield Problem("`prune.tasks` is about a project's tasks", where, "write it at the project")


def _moved_labels(task: TaskBlock, locations: Locations, key: str) -> Iterator[Problem]:
    if task.move_labels and task.project is None:
        what = "`move_labels` is about a move to a project, and no `project` is given"
        yield Problem(what, locations.key("tasks", key, "move_labels"), "add `project`, where it is moved to")


def _replaced(task: TaskBlock, locations: Locations, key: str) -> Iterator[Problem]:
    if task.replace and task.data is None:
        what = "`replace` makes a task anew from its `data`, and there is none here"
        yield Problem(what, locations.at("tasks", key, "replace"), "add `data`, or leave `replace` out")
