"""From a wanted name and a wanted priority, of whatever blocks, to the one name that a task gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from reconciler.errors import Location
from reconciler.manifest.priority_format import LONGEST_NAME
from reconciler.plan.building.building import Building
from reconciler.plan.model import PrioritiesUsed
from reconciler.plan.names_lost import check_names
from reconciler.plan.priority import Priorities
from reconciler.plan.wish import Wish
from reconciler.plan.wishes import TaskWishes
from reconciler.wording import counted

SETTING: Final = "settings.priority"
_BOTH: Final = frozenset({"name", "priority"})


def wish_names(ctx: Building, wishes: dict[int, TaskWishes]) -> None:
    """Put one name in the place of what is wanted of a task's name and priority; note it in `ctx.names`, too.

    Tasks that this tool gave a name in another format than the manifest's are renamed.
    """
    _outdated(ctx, wishes)
    _left_as_they_are(ctx)
    too_long: dict[tuple[str, Location | None], list[int]] = {}
    for number, of_task in wishes.items():
        wish = _name(ctx, of_task)
        if wish is None:
            continue
        of_task.fields = _in_place(of_task.fields, wish)
        ctx.names[number] = name = str(wish.value)
        if len(name) > LONGEST_NAME:
            too_long.setdefault((wish.source, wish.where), []).append(number)
    for (source, where), tasks in too_long.items():
        more = f" and of {len(tasks) - 1} more" if len(tasks) > 1 else ""
        what = f"{source} makes the name of task {tasks[0]}{more} longer than CVAT's {LONGEST_NAME} characters"
        ctx.problem(what, where, "shorten the name, or `settings.priority.format`")
    check_names(ctx, [one.task for one in wishes.values()])


def with_wanted(priorities: Priorities, wishes: Mapping[int, TaskWishes]) -> Priorities:
    """How priorities are once what is wanted of them so far is there."""
    wanted = {number: _number(shown) for number, one in wishes.items() if (shown := one.fields.get("priority"))}
    return replace(priorities, wanted=wanted)


def _number(wish: Wish) -> int | None:
    return wish.value if isinstance(wish.value, int) else None


def priorities_used(ctx: Building) -> PrioritiesUsed | None:
    """The format of the manifest, and the tasks whose names it shows."""
    shown = ctx.priorities.format
    if shown is None:
        return None
    tasks = sorted(number for number, name in ctx.names.items() if shown.parse(name)[0] is not None)
    return PrioritiesUsed(format=shown.text, tasks=tuple(tasks))


def _name(ctx: Building, wishes: TaskWishes) -> Wish | None:
    named, shown = wishes.fields.get("name"), wishes.fields.get("priority")
    if shown is not None:
        name = ctx.priorities.with_priority(wishes.task, _number(shown), named.text if named is not None else None)
        other = named is not None and ctx.priorities.with_name(wishes.task, named.text) == name
        said = named if named is not None and other else shown
        return Wish(name, said.source, said.where)
    if named is not None:
        return Wish(ctx.priorities.with_name(wishes.task, named.text), named.source, named.where)
    if SETTING in wishes.sources:
        return Wish(ctx.priorities.with_name(wishes.task), SETTING, ctx.at("settings", "priority"))
    return None


def _in_place(fields: Mapping[str, Wish], wish: Wish) -> dict[str, Wish]:
    """The wishes in their order, with one for both."""
    if not _BOTH & fields.keys():
        return {**fields, "name": wish}
    return {("name" if name in _BOTH else name): (wish if name in _BOTH else one) for name, one in fields.items()}


def _outdated(ctx: Building, wishes: dict[int, TaskWishes]) -> None:
    """With `--target`, what nobody asked for stays as it is."""
    numbers = ctx.priorities.outdated
    if not numbers or not ctx.targets.wants_block(SETTING):
        return
    for task in ctx.server.tasks_by_id(sorted(numbers)):
        if task.id in ctx.deleted or ctx.priorities.with_name(task) == task.name:
            continue
        address = f"{SETTING}[{task.id}]"
        of_task = wishes.setdefault(task.id, TaskWishes(task, address))
        if not _BOTH & of_task.ignored:
            if not of_task.sources:
                of_task.address = address
            of_task.sources.append(SETTING)


def _left_as_they_are(ctx: Building) -> None:
    """Whoever took a format out of a manifest wonders why names still have it."""
    if not ctx.targets.wants_block(SETTING):
        return
    for former in ctx.priorities.doubtful:
        tasks = ctx.server.tasks_by_id(sorted(former.tasks))
        names = [task.name for task in tasks if ctx.priorities.shown(task).format == former.format]
        if names:
            still = f"{counted(len(names), 'name')} still {'shows' if len(names) == 1 else 'show'} a priority"
            why = "whether this is the manifest that said so cannot be told from its files"
            hint = "to take them out, write settings: {priority: null}"
            ctx.warn(f"{still}, such as {names[0]!r}, and nothing is done about it: {why}; {hint}", SETTING)
