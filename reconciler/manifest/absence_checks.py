"""What is to be deleted: what else is said of it, what protects it, and who still speaks of it."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Problem
from reconciler.manifest.locations import Locations
from reconciler.manifest.models import Manifest, ProjectBlock, ProjectRef, RuleBlock, Selector, TaskBlock
from reconciler.manifest.wording import quoted

_FINDS_IT = {"id", "name", "project", "ensure", "lifecycle"}


def absence_problems(manifest: Manifest, locations: Locations) -> Iterator[Problem]:
    """Every block that is to be absent and cannot be, and every other that needs it."""
    for section, blocks in (("projects", manifest.projects), ("tasks", manifest.tasks)):
        for key, block in blocks.items():
            if block.ensure == "absent":
                yield from _protected(block, locations, section, key)
                yield from _described(block, locations, section, key)
    yield from _tasks_in_absent_projects(manifest, locations)
    for key, rule in manifest.rules.items():
        yield from _selected_projects(rule.select, manifest, locations, "rules", key, "select")
        yield from _selected_tasks(rule, manifest, locations, key)


def _protected(block: ProjectBlock | TaskBlock, locations: Locations, *path: str) -> Iterator[Problem]:
    if block.lifecycle.prevent_delete:
        what = "`ensure: absent` deletes what `lifecycle.prevent_delete` protects"
        where = locations.at(*path, "lifecycle", "prevent_delete")
        yield Problem(what, where, "write `prevent_delete: false` to delete it, or take `ensure: absent` out")


def _described(block: ProjectBlock | TaskBlock, locations: Locations, *path: str) -> Iterator[Problem]:
    described = [field for field in block.model_fields_set if field not in _FINDS_IT]
    if described:
        fields = ", ".join(quoted(field) for field in sorted(described))
        what = f"it is to be deleted, so what else is said of it does nothing: {fields}"
        yield Problem(what, locations.at(*path, "ensure"), "leave it out, or take `ensure: absent` out", "warning")


def _tasks_in_absent_projects(manifest: Manifest, locations: Locations) -> Iterator[Problem]:
    for key, task in manifest.tasks.items():
        if task.ensure == "present" and (project := _absent(task.project, manifest)):
            what = f"`task.{key}` lies in `project.{project}`, which is to be deleted with all its tasks"
            hint = "write `ensure: absent` here, too, or move the task to another project first"
            yield Problem(what, locations.at("tasks", key, "project"), hint)


def _selected_projects(
    select: Selector, manifest: Manifest, locations: Locations, *path: str | int
) -> Iterator[Problem]:
    for index, ref in enumerate(select.project or ()):
        if project := _absent(ref, manifest):
            what = f"this selects tasks of `project.{project}`, which is to be deleted"
            yield Problem(what, locations.at(*path, "project", index), "take it out of the selection")
    if select.not_ is not None:
        yield from _selected_projects(select.not_, manifest, locations, *path, "not")


def _selected_tasks(rule: RuleBlock, manifest: Manifest, locations: Locations, key: str) -> Iterator[Problem]:
    absent = {task.id: name for name, task in manifest.tasks.items() if task.ensure == "absent" and task.id}
    for index, number in enumerate(rule.select.id or ()):
        if name := absent.get(number):
            what = f"this selects task {number}, which `task.{name}` deletes"
            yield Problem(what, locations.at("rules", key, "select", "id", index), "take it out of the selection")


def _absent(ref: ProjectRef | None, manifest: Manifest) -> str | None:
    """The key of the block by which the project is to be deleted."""
    if ref is None:
        return None
    if ref.key is not None and (block := manifest.projects.get(ref.key)):
        return ref.key if block.ensure == "absent" else None
    name = ref.name or ref.key
    for key, block in manifest.projects.items():
        is_meant = block.id == ref.id if ref.id is not None else (block.name or key) == name and block.id is None
        if is_meant and block.ensure == "absent":
            return key
    return None
