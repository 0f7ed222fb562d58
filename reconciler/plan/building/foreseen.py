"""Whether a rule could select a task that this plan makes: it is not there yet, so only planning again would tell."""

from __future__ import annotations

from datetime import datetime

from reconciler.cvat.models import Task, UserRef
from reconciler.manifest.models import Selector, TaskBlock
from reconciler.plan.building.building import Building
from reconciler.plan.conditions import plain_conditions
from reconciler.plan.projects import ProjectIndex

_UNKNOWN = ("id", "project", "created", "updated", "mode", "dimension", "labels", "size", "not_", "job")
"""What a selector may ask of a task that only the server knows, or that is looked at apart."""


def could_select(ctx: Building, index: ProjectIndex, selector: Selector, now: datetime) -> list[str]:
    """The keys of the blocks whose tasks are made by this plan and may be selected once they are there."""
    if selector.id is not None:
        return []
    return [
        key
        for key, found in ctx.tasks.items()
        if found is None and _in_project(ctx, index, key, selector) and _looks_so(ctx, key, selector, now)
    ]


def _in_project(ctx: Building, index: ProjectIndex, key: str, selector: Selector) -> bool:
    if selector.project is None:
        return True
    place = ctx.lies_in.get(key)
    if place is None:
        return False
    for ref in selector.project:
        made = index.made_by(ref)
        if made is not None and place.address == f"project.{made}":
            return True
        if made is None and place.id is not None and index.resolve(ref, None, []) == place.id:
            return True
    return False


def _looks_so(ctx: Building, key: str, selector: Selector, now: datetime) -> bool:
    plain = selector.model_copy(update=dict.fromkeys(_UNKNOWN))
    task = _foreseen(ctx, ctx.manifest.tasks[key], key)
    conditions = plain_conditions(plain, created_filter=False, now=now, priorities=ctx.priorities)
    return all(condition.holds(task) for condition in conditions)


def _foreseen(ctx: Building, block: TaskBlock, key: str) -> Task:
    """The task as it will be: in status annotation if its block does not say another."""
    return Task(
        id=0,
        name=ctx.name_of_new(key),
        subset=block.subset or "",
        status=block.status or "annotation",
        owner=UserRef(id=0, username=block.owner or ctx.ref.user),
        assignee=UserRef(id=0, username=block.assignee) if block.assignee else None,
    )
