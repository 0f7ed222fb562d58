"""All steps of a plan in their order, and what is to be remembered once they are done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.plan.building.building import Building
from reconciler.plan.building.data import WantedData
from reconciler.plan.building.deletions import Going, build_task_deletions
from reconciler.plan.building.projects import build_projects, project_binding
from reconciler.plan.building.tasks import build_tasks
from reconciler.plan.steps import BindingWish, Step

_DELETED_IN_ORDER = {"label": 0, "task": 1, "project": 2}


def build_steps(ctx: Building, data: Mapping[str, WantedData], going: Sequence[Going]) -> list[Step]:
    """What is done to whole objects: projects, tasks, then whatever deletes; with `--target` only some of it."""
    of_projects = build_projects(ctx)
    ctx.label_steps.update({step.address: step for step in of_projects if step.kind == "label"})
    steps = [*of_projects, *build_tasks(ctx, data)]
    with_blocks = [(_block_of(step), step) for step in steps] + build_task_deletions(ctx, going)
    with_blocks.sort(key=lambda one: _DELETED_IN_ORDER[one[1].kind] if one[1].deletes else -1)
    return ctx.targets.of_steps(with_blocks)


def bindings_of(ctx: Building, data: Mapping[str, WantedData]) -> list[BindingWish]:
    """What is to be remembered: of every block that is there, or is made."""
    projects, tasks = ctx.manifest.projects, ctx.manifest.tasks
    wishes = [project_binding(ctx, key) for key in ctx.projects if projects[key].ensure == "present"]
    for key in ctx.tasks:
        if tasks[key].ensure == "present":
            wishes.append(_of_task(ctx, key, data.get(key)))
            if key in ctx.replaced:  # so that an apply that gets no further can be continued
                old = ctx.replaced[key]
                address = f"task.{key}.replaced[{old.id}]"
                wishes.append(BindingWish(address=address, kind="task", id=old.id, name=old.name))
    return wishes


def _of_task(ctx: Building, key: str, data: WantedData | None) -> BindingWish:
    block, found = ctx.manifest.tasks[key], ctx.tasks[key]
    renamed = block.name is not None and "name" not in block.lifecycle.ignore
    return BindingWish(
        address=f"task.{key}",
        kind="task",
        id=found.id if found is not None else None,
        name=block.name or key if found is None or renamed else found.name,
        prevent_delete=block.lifecycle.prevent_delete,
        data=data.digest if data is not None else None,
        annotations=ctx.annotations.get(key),
    )


def _block_of(step: Step) -> str:
    """The address of the block that a step belongs to: a label's is its project's."""
    if step.kind in ("project", "task") or step.of is None:
        return step.address
    return step.of.address
