"""The labels that a project or task has once a plan is applied: its annotations use them then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from reconciler.annotations.labels import LabelIds
from reconciler.annotations.whole import WholeTask
from reconciler.cvat.models import Label, Task
from reconciler.manifest.models import ProjectBlock, TaskBlock
from reconciler.plan.building.building import Building
from reconciler.plan.labels import label_state, wanted_label
from reconciler.plan.steps import Image


@dataclass(frozen=True)
class LabelsAfter:
    """Labels by name, those that go included: they go last of all."""

    now: Sequence[Label]
    states: dict[str, Image]
    owner: str = ""  # the address of the block that describes them
    renamed: dict[str, str] = field(default_factory=dict)  # old name → new name
    removed: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()  # made, renamed, or otherwise

    @property
    def ids(self) -> LabelIds:
        """With the ids of those that are there now."""
        old_names = {new: old for old, new in self.renamed.items()}
        return LabelIds.of_states(self.states).with_ids_of(LabelIds.of(self.now), old_names)

    def shown(self, whole: WholeTask) -> WholeTask:
        """A task's annotations as the server shows them with these labels."""
        return whole.renamed(self.renamed).fitted(self.ids) if self.changed else whole


def labels_after(ctx: Building, key: str, task: Task | None) -> LabelsAfter:
    """Those that the task of a block can use."""
    place = ctx.lies_in.get(key)
    if place is not None:
        now = ctx.labels_of("project", place.id) if place.id is not None else []
        return _after(now, *_project(ctx, place.id, place.address))
    now = ctx.labels_for(task) if task is not None else []
    if task is not None and task.project_id is not None:
        return _after(now, *_project(ctx, task.project_id))
    return _after(now, ctx.manifest.tasks.get(key), f"task.{key}")


def labels_after_of(ctx: Building, task: Task) -> LabelsAfter:
    """Those of a task that no block is about, or that goes."""
    now = ctx.labels_for(task)
    return _after(now, *_project(ctx, task.project_id)) if task.project_id is not None else _after(now, None, "")


def _project(ctx: Building, number: int | None, address: str = "") -> tuple[ProjectBlock | None, str]:
    for key, found in ctx.projects.items():
        if address == f"project.{key}" or (found is not None and found.id == number):
            return ctx.manifest.projects.get(key), f"project.{key}"
    return None, address


def _after(now: Sequence[Label], block: ProjectBlock | TaskBlock | None, owner: str) -> LabelsAfter:
    observed = {label.name: label_state(label) for label in now}
    if block is None or block.labels is None or block.ensure == "absent" or "labels" in block.lifecycle.ignore:
        return LabelsAfter(now, observed, owner)
    renamed = {
        old: new
        for new, one in block.labels.items()
        if (old := one.renamed_from) is not None and old in observed and new not in observed
    }
    old_names = {new: old for old, new in renamed.items()}
    states = {name: state for name, state in observed.items() if name not in renamed}
    for name, one in block.labels.items():
        before = observed.get(old_names.get(name, name))
        states[name] = wanted_label(name, one, before, prune=block.prune.labels)
    return LabelsAfter(
        now,
        states,
        owner,
        renamed,
        removed=frozenset(observed.keys() - block.labels.keys() - renamed.keys())
        if block.prune.labels
        else frozenset(),
        changed=frozenset(name for name, state in states.items() if state != observed.get(name)),
    )
