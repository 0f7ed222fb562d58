"""Names that a plan would lose, because what is in them looks like a priority. Names are what tasks are found by.

Where a name changes for a priority that this tool never gave, that is told: it may have been a part of the name. Where
tasks that are called differently would be called the same, nothing is planned.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from reconciler.cvat.filters import is_in
from reconciler.cvat.models import Task
from reconciler.plan.building.building import Building
from reconciler.plan.named_tasks import in_requests
from reconciler.wording import counted, listed

_EXAMPLES = 3
_HINT = "rename one of them, or choose a `settings.priority.format` in which none of their names has a priority"


def check_names(ctx: Building, wanted: Iterable[Task]) -> None:
    """Warn of names that change for what only looks like a priority; note those that several tasks would have.

    `wanted` are the tasks of which anything is wanted; what they will be called is in `ctx.names`.
    """
    named = [task for task in wanted if task.id in ctx.names]
    stripped = [task for task in named if _is_stripped(ctx, task)]
    if not stripped:
        return
    _warn(ctx, stripped)
    by_name: dict[tuple[int | None, str], list[Task]] = defaultdict(list)
    for task in [*named, *_untouched(ctx, stripped)]:
        by_name[task.project_id, ctx.names.get(task.id, task.name or "")].append(task)
    for place in dict.fromkeys((task.project_id, ctx.names[task.id]) for task in stripped):
        if len({ctx.priorities.name_for_sure(task) for task in by_name[place]}) > 1:
            _the_same(ctx, place[1], by_name[place])


def _is_stripped(ctx: Building, task: Task) -> bool:
    """Whether the rest of a name is kept. A block that says another loses nothing by what the old one seems to hold."""
    name = ctx.names[task.id]
    after = ctx.priorities.shown(task.model_copy(update={"name": name})).name
    return name != task.name and ctx.priorities.seems_given(task) and after == ctx.priorities.name_of(task)


def _warn(ctx: Building, stripped: Sequence[Task]) -> None:
    became = [f"{task.name!r} (task {task.id}) becomes {ctx.names[task.id]!r}" for task in stripped[:_EXAMPLES]]
    more = [f"{len(stripped) - _EXAMPLES} more"] if len(stripped) > _EXAMPLES else []
    one = len(stripped) == 1
    what = (
        f"{counted(len(stripped), 'name')} {'is' if one else 'are'} read as having a priority that this tool never gave"
    )
    hint = "if that is a part of the name, choose another `settings.priority.format`"
    ctx.warn(f"{what}, and {'is' if one else 'are'} changed: {listed([*became, *more])}; {hint}")


def _untouched(ctx: Building, stripped: Iterable[Task]) -> list[Task]:
    """Other tasks that have such a name already."""
    places = {(task.project_id, ctx.names[task.id]) for task in stripped}
    found = {
        task.id: task
        for names in in_requests(sorted({name for _, name in places}))
        for task in ctx.server.tasks(is_in("name", names))
        if (task.project_id, task.name) in places and task.id not in ctx.names and task.id not in ctx.deleted
    }
    return [task for _, task in sorted(found.items())]


def _the_same(ctx: Building, name: str, tasks: Sequence[Task]) -> None:
    project = ctx.project_name(tasks[0].project_id)
    where = f" of project {project!r}" if project is not None else ""
    now = listed([f"{task.name!r} (task {task.id})" for task in tasks], _EXAMPLES)
    ctx.problem(
        f"{len(tasks)} tasks{where} that have different names now would all be called {name!r}: {now}", None, _HINT
    )
