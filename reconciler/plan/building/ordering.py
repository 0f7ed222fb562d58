"""All steps of a plan in their order, and what is to be remembered once they are done."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from reconciler.plan.building.building import Building
from reconciler.plan.building.data import WantedData
from reconciler.plan.building.deletions import Going, build_task_deletions
from reconciler.plan.building.projects import build_projects, project_binding
from reconciler.plan.building.tasks import build_tasks
from reconciler.plan.remembered import is_of
from reconciler.plan.steps import BindingWish, Step

_DELETED_IN_ORDER = {"task": 0, "label": 1, "project": 2}  # as they are carried out


@dataclass(frozen=True)
class Ordered:
    """All steps of a plan in their order, and the addresses of those that `--target` leaves out."""

    steps: list[Step]
    left_out: frozenset[str]


def build_steps(ctx: Building, data: Mapping[str, WantedData], going: Sequence[Going]) -> Ordered:
    """What is done to whole objects: projects, tasks, then whatever deletes."""
    of_projects = build_projects(ctx)
    ctx.label_steps.update({step.address: step for step in of_projects if step.kind == "label"})
    steps = [*of_projects, *build_tasks(ctx, data)]
    with_blocks = [(_block_of(step), step) for step in steps]
    with_blocks += build_task_deletions(ctx, going, {step.address for step in steps})
    with_blocks.sort(key=lambda one: _DELETED_IN_ORDER[one[1].kind] if one[1].deletes else -1)
    kept = ctx.targets.of_steps(with_blocks)
    return Ordered(kept, frozenset(step.address for _, step in with_blocks) - {step.address for step in kept})


def bindings_of(ctx: Building, data: Mapping[str, WantedData], left_out: Collection[str]) -> list[BindingWish]:
    """What is to be remembered: of every block that is there, or is made."""
    projects, tasks = ctx.manifest.projects, ctx.manifest.tasks
    wishes = [project_binding(ctx, key) for key in ctx.projects if projects[key].ensure == "present"]
    for key in ctx.tasks:
        if tasks[key].ensure == "present":
            wishes.append(_of_task(ctx, key, data.get(key), left_out))
            if key in ctx.replaced:  # so that an apply that gets no further can be continued
                old = ctx.replaced[key]
                address = f"task.{key}.replaced[{old.id}]"
                wishes.append(BindingWish(address=address, kind="task", id=old.id, name=old.name))
    return [wish for wish in wishes if wish.id is not None or wish.address not in left_out]


def _of_task(ctx: Building, key: str, data: WantedData | None, left_out: Collection[str]) -> BindingWish:
    block, found = ctx.manifest.tasks[key], ctx.tasks[key]
    address = f"task.{key}"
    return BindingWish(
        address=address,
        kind="task",
        id=found.id if found is not None else None,
        name=ctx.name_of_new(key) if found is None else ctx.names.get(found.id, found.name),
        prevent_delete=block.lifecycle.prevent_delete,
        data=_digest(ctx, key, data) if f"{address}.data" not in left_out else None,
        annotations=ctx.annotations.get(key) if f"{address}.annotations" not in left_out else None,
    )


def _digest(ctx: Building, key: str, data: WantedData | None) -> str | None:
    """Of the block's data; a block that has come to say none leaves what is remembered."""
    if data is not None:
        return data.digest
    found, binding = ctx.tasks[key], ctx.binding(f"task.{key}")
    return binding.data if found is not None and binding is not None and is_of(binding, found) else None


def _block_of(step: Step) -> str:
    """The address of the block that a step belongs to: a label's is its project's."""
    if step.kind in ("project", "task") or step.of is None:
        return step.address
    return step.of.address
