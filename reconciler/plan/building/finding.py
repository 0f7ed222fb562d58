"""What the manifest's blocks stand for on the server: projects, tasks, and which tasks have to be made anew."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.cvat.models import Task
from reconciler.manifest.models import TaskBlock
from reconciler.plan.building.building import Building
from reconciler.plan.building.data import WantedData
from reconciler.plan.building.unfinished import continue_upload, make_anew
from reconciler.plan.named_tasks import NamedTasks
from reconciler.plan.projects import ProjectIndex
from reconciler.plan.steps import ObjectRef


def find_blocks(ctx: Building, index: ProjectIndex) -> dict[str, WantedData]:
    """Fill in what was found, and give the data of the blocks that say any, by key.

    With `--target`, a task brings the project in that has to be made for it. With `prune.tasks` every task block is
    looked for, targeted or not: what a block describes is never pruned.
    """
    wants = ctx.targets.wants_block
    tasks, projects = ctx.manifest.tasks, ctx.manifest.projects
    wanted = [key for key in tasks if wants(f"task.{key}")]
    prunes = any(projects[key].prune.tasks and wants(f"project.{key}") for key in projects)
    # What a block ignores is shielded from rules, also when the block itself is not targeted.
    keys = list(tasks) if prunes else [key for key in tasks if key in set(wanted) or tasks[key].lifecycle.ignore]
    named = NamedTasks(ctx.loaded, ctx.server, index, keys, remembered=ctx.remembered, priorities=ctx.priorities)
    ctx.described.update(named.find(ctx.problems))
    for key, found in ctx.described.items():
        ctx.lies_in[key] = _place(index, tasks[key], found, named.places[key])
    ctx.tasks.update({key: ctx.described[key] for key in wanted if key in ctx.described})
    _find_projects(ctx, index)
    data = _find_data(ctx)
    for key, old in named.replaced.items():
        if key in ctx.tasks:
            _leave_over(ctx, key, [task for task in old if task != ctx.tasks[key]])
    ctx.problems += index.check()
    return data


def _leave_over(ctx: Building, key: str, old: Iterable[Task]) -> None:
    """What an earlier apply made anew is still to go; without `replace: true` only what never got any data."""
    replace = ctx.manifest.tasks[key].replace
    if left := [task for task in old if replace or task.size is None]:
        ctx.left_over[key] = left
        ctx.given_up |= {task.id for task in left if task.size is None}


def _place(index: ProjectIndex, block: TaskBlock, found: Task | None, said: ObjectRef | None) -> ObjectRef | None:
    """Where a task is once the plan is applied: where its block says, else where it is."""
    if found is None or (said is not None and "project" not in block.lifecycle.ignore):
        return said
    return index.ref_of(found.project_id) if found.project_id is not None else None


def _find_projects(ctx: Building, index: ProjectIndex) -> None:
    needed = {place.address for key in ctx.tasks if (place := ctx.lies_in.get(key)) is not None and place.id is None}
    for key in ctx.manifest.projects:
        if ctx.targets.wants_block(f"project.{key}") or f"project.{key}" in needed:
            found = index.of_block(key)
            if found.made or found.project is not None:
                ctx.projects[key] = found.project


def _find_data(ctx: Building) -> dict[str, WantedData]:
    """The data of every block that says any. What a task has is told from it; where it differs, it is made anew."""
    wanted: dict[str, WantedData] = {}
    for key, found in list(ctx.tasks.items()):
        block = ctx.manifest.tasks[key]
        if block.data is None or block.ensure == "absent":
            continue
        data = WantedData(block.data)
        if not _readable(ctx, key, data, found):
            if found is None:
                del ctx.tasks[key]
            continue
        wanted[key] = data
        if found is None:
            ctx.uploads.add(key)
        elif found.size is None and found.data_id is not None:
            continue_upload(ctx, key, found, data)
        elif (why := _changed(ctx, key, found, data)) is not None:
            _replace(ctx, key, found, why)
        elif found.size is None:
            ctx.uploads.add(key)  # a crash between the two calls: it is continued (FACTS §4)
    return wanted


def _readable(ctx: Building, key: str, data: WantedData, found: Task | None) -> bool:
    """Whether the block's files are here. A task that has its data needs them no more: nothing is compared then."""
    where = ctx.at("tasks", key, "data", "files")
    try:
        files = data.files
    except OSError as error:
        ctx.problem(f"the data cannot be read: {error}", where)
        return False
    if data.block.files and not files:
        if found is None or found.size is None:
            what = "`data.files` matches no file, and the task is to be made from them"
            ctx.problem(what, where, "correct the patterns, or bring the files back")
        return False
    return True


def _changed(ctx: Building, key: str, found: Task, data: WantedData) -> list[str] | None:
    """Why the data of a task is not what its block says, in words; empty if that cannot be told. None: it is."""
    binding = ctx.binding(f"task.{key}")
    if binding is not None and binding.id == found.id and binding.data is not None and found.size is not None:
        return None if binding.data == data.digest else data.differences(found, ctx.server)
    if binding is not None and found.size is not None and ctx.begun.began_with(found.id, data.request()) is False:
        # An upload that was cut off, and then made a task of all the same: of what, its frames tell.
        why = data.differences(found, ctx.server)
        return why if why or data.size is None else None
    return data.unlike(found) or None


def _replace(ctx: Building, key: str, found: Task, why: Iterable[str]) -> None:
    block = ctx.manifest.tasks[key]
    if block.replace:
        make_anew(ctx, key, found)
        return
    said = "; ".join(why) or "what differs does not show on the server"
    ctx.problem(
        f"the data of task {found.id} ({found.name!r}) cannot be changed, and `data` says something else than what "
        f"it was made from: {said}",
        ctx.at("tasks", key, "data"),
        "put `data` back, or add `replace: true` beside it: it is made anew, and the old one deleted after a backup",
    )
