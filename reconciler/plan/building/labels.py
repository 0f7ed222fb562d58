"""Labels of projects, and of tasks that are in none: renamed, changed, made, and with `prune.labels` removed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reconciler.cvat.models import Label
from reconciler.errors import Location
from reconciler.manifest.labels import LabelBlock
from reconciler.manifest.models import ProjectBlock, TaskBlock
from reconciler.plan.building.building import Building
from reconciler.plan.building.impact import impact_of_label
from reconciler.plan.building.label_checks import check_label, check_label_change
from reconciler.plan.building.label_fields import fields_of_change, fields_of_new
from reconciler.plan.label_bodies import create_body, patch_body
from reconciler.plan.labels import differences_of, label_state, table, wanted_label
from reconciler.plan.model import Action
from reconciler.plan.steps import Do, Image, Impact, ObjectRef, Step
from reconciler.plan.wishes import Place


def build_project_labels(ctx: Building, key: str) -> list[Step]:
    """The steps of a project's labels, removals last."""
    block, found = ctx.manifest.projects[key], ctx.projects[key]
    return _of_owner(ctx, block, ctx.project_ref(key), ctx.labels_of("project", found.id) if found else ())


def build_task_labels(ctx: Building, key: str) -> list[Step]:
    """The steps of a task's own labels, removals last. A task in a project has its project's."""
    block, found = ctx.manifest.tasks[key], ctx.tasks[key]
    if block.labels is None:
        return []
    if (project := ctx.lies_in.get(key)) is not None:
        what = f"task.{key} is in {project.address or project.name}, and has its labels"
        ctx.problem(what, ctx.at("tasks", key, "labels"), "describe the labels in the project's block")
        return []
    return _of_owner(ctx, block, ctx.task_ref(key), ctx.labels_of("task", found.id) if found else ())


def label_address(owner: str, name: str) -> str:
    """The address of a label of `project.KEY` or `task.KEY`."""
    return f"{owner}.label[{name}]"


def _of_owner(ctx: Building, block: ProjectBlock | TaskBlock, owner: ObjectRef, there: Sequence[Label]) -> list[Step]:
    if block.labels is None or "labels" in block.lifecycle.ignore:
        return []
    return list(_Labels(ctx, owner, block.labels, prune=block.prune.labels, there=there).steps())


class _Labels:
    def __init__(
        self,
        ctx: Building,
        owner: ObjectRef,
        blocks: Mapping[str, LabelBlock],
        *,
        prune: bool,
        there: Sequence[Label],
    ) -> None:
        self._ctx = ctx
        self._owner = owner
        self._blocks = blocks
        self._prune = prune
        self._there = {label.name: label_state(label) for label in there}
        self._renames = dict(self._find_renames())  # new to old

    def steps(self) -> Iterator[Step]:
        for name, old in self._renames.items():
            yield from self._change(name, self._there[old])
        for name in self._blocks:
            if name in self._there:
                yield from self._change(name, self._there[name])
        for name in self._blocks:
            if name not in self._there and name not in self._renames:
                yield self._creation(name)
        if self._prune:
            for name in self._there:
                if not self._is_meant(name):
                    yield self._removal(name)

    def _find_renames(self) -> Iterator[tuple[str, str]]:
        """What is still to be renamed. No label is renamed from one that is described, too: `manifest.label_checks`."""
        for name, block in self._blocks.items():
            old = block.renamed_from
            if old is None or old not in self._there:
                continue
            if name not in self._there:
                yield name, old
            else:
                what = f"label {old!r} cannot be renamed to {name!r}: there is one of each name"
                hint = f"bring them together in CVAT, or take `renamed_from` out: then {old!r} is a label of its own"
                self._ctx.problem(what, self._at(name, "renamed_from"), hint)

    def _is_meant(self, name: str) -> bool:
        return name in self._blocks or any(block.renamed_from == name for block in self._blocks.values())

    def _change(self, name: str, observed: Image) -> Iterator[Step]:
        block, at = self._blocks[name], self._at_label(name)
        wanted = wanted_label(name, block, observed, prune=self._prune)
        before, after = differences_of(observed, wanted)
        if not check_label(self._ctx, block, observed, wanted, at) or before == after:
            return
        check_label_change(self._ctx, before, after, at)
        yield self._step(
            name,
            Do.PATCH_LABEL,
            Action.UPDATE,
            fields=fields_of_change(before, after, self._owner.address),
            body=patch_body(before, after),
            expect=before,
            gives=after,
            destroys=self._impact(str(before["name"])) if _removes_attributes(after) else None,
        )

    def _creation(self, name: str) -> Step:
        block = self._blocks[name]
        wanted = wanted_label(name, block, None)
        check_label(self._ctx, block, None, wanted, self._at_label(name))
        self._warn_of_likeness(name)
        return self._step(
            name,
            Do.CREATE_LABEL,
            Action.CREATE,
            fields=fields_of_new(wanted, self._owner.address),
            body=create_body(wanted),
            expect=None,
            gives=wanted,
        )

    def _removal(self, name: str) -> Step:
        return self._step(
            name,
            Do.DELETE_LABEL,
            Action.DELETE,
            expect=self._there[name],
            gives=None,
            destroys=self._impact(name),
            reason="no block describes it (`prune.labels`)",
        )

    def _step(self, name: str, do: Do, action: Action, **more: Any) -> Step:
        owner = self._owner.address
        return Step(
            address=label_address(owner, name),
            kind="label",
            do=do,
            action=action,
            name=name,
            of=self._owner,
            needs=(owner,) if self._owner.id is None else (),
            **{"reason": f"{owner} describes it", **more},
        )

    def _impact(self, name: str) -> Impact:
        return impact_of_label(self._ctx, self._owner, name)

    def _warn_of_likeness(self, name: str) -> None:
        """Names that differ only in their case are two labels to CVAT, and hardly ever to a person."""
        for other in self._there:
            if other.lower() == name.lower() and not self._is_meant(other):
                text = f"is made though there is a label {other!r}; if that is meant, write `renamed_from: {other}`"
                self._ctx.warn(text, label_address(self._owner.address, name))

    def _at(self, name: str, *path: str) -> Location | None:
        kind, _, key = self._owner.address.partition(".")
        return (self._ctx.at if path else self._ctx.key_at)(f"{kind}s", key, "labels", name, *path)

    def _at_label(self, name: str) -> Place:
        return lambda *path: self._at(name, *path)


def _removes_attributes(after: Image) -> bool:
    groups = [table(after.get("attributes"))]
    groups += [table(table(part).get("attributes")) for part in table(after.get("sublabels")).values()]
    return any(one is None for group in groups for one in group.values())
