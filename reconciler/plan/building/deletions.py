"""What is deleted: tasks and projects that are to be absent, tasks that nothing describes, tasks that were replaced."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from reconciler.cvat.filters import is_in
from reconciler.cvat.models import Project, Task
from reconciler.manifest.models import Lifecycle
from reconciler.plan.building.building import Building
from reconciler.plan.building.impact import digest_when_deleted, impact_of_tasks
from reconciler.plan.building.moving import is_moved
from reconciler.plan.frozen import Action
from reconciler.plan.steps import Do, Image, Impact, ObjectRef, Step


@dataclass(frozen=True)
class Going:
    """A task that is to be deleted, under which address, and why."""

    task: Task
    address: str
    block: str  # the address of the block that wants it
    reason: str
    lifecycle: Lifecycle | None = None
    needs: tuple[str, ...] = ()  # addresses, of which those count that the plan has


def find_deletions(ctx: Building) -> list[Going]:
    """The tasks that go, each once, whatever wants it gone; also noted in `ctx.deleted`.

    Known before anything else is planned: nothing else is done to a task that is to be deleted.
    """
    going: dict[int, Going] = {}
    for one in _all(ctx):
        going.setdefault(one.task.id, one)
    ctx.deleted |= {number: one.address for number, one in going.items()}
    return list(going.values())


def build_task_deletions(ctx: Building, going: Sequence[Going], made: Collection[str]) -> list[tuple[str, Step]]:
    """The steps that delete tasks, each with the address of the block that wants it.

    `made` are the addresses of all other steps: an old task goes only when what takes its place is whole.
    """
    impact_of_tasks(
        ctx, [one.task for one in going if one.task.id not in ctx.given_up]
    )  # all of them at once: they are read side by side
    return [(one.block, _of_task(ctx, one, [address for address in one.needs if address in made])) for one in going]


def delete_project(ctx: Building, key: str, found: Project) -> Iterator[Step]:
    """The step that deletes a project, after all of its tasks: what cannot be copied keeps its project, too."""
    address = f"project.{key}"
    with_it = {task.id for task in ctx.going_with.get(key, ())}
    away = [f"task.{moved}" for moved, task in _moved_away(ctx).items() if task.project_id == found.id]
    yield Step(
        address=address,
        kind="project",
        do=Do.DELETE_PROJECT,
        action=Action.DELETE,
        id=found.id,
        name=found.name,
        reason="`ensure: absent`",
        expect={"name": found.name},
        gives=None,
        destroys=Impact(),
        prevented=ctx.prevented(address, found, ctx.manifest.projects[key].lifecycle),
        needs=(*away, *(where for number, where in ctx.deleted.items() if number in with_it)),
    )


def _all(ctx: Building) -> Iterator[Going]:
    for key, found in ctx.tasks.items():
        block = ctx.manifest.tasks[key]
        if found is not None and block.ensure == "absent":
            yield Going(found, f"task.{key}", f"task.{key}", "`ensure: absent`", block.lifecycle)
    for key in ctx.tasks:
        yield from _replaced(ctx, key)
    for key, project in ctx.projects.items():
        if project is not None and ctx.manifest.projects[key].ensure == "absent":
            yield from _with_project(ctx, key, project)
        elif (
            project is not None and ctx.manifest.projects[key].prune.tasks and ctx.targets.wants_block(f"project.{key}")
        ):
            yield from _undescribed(ctx, key, project)


def _replaced(ctx: Building, key: str) -> Iterator[Going]:
    """Old tasks in whose place this plan, or an earlier one that did not get that far, makes a new one."""
    address = f"task.{key}"
    needs = tuple(f"{address}.{part}" for part in ("data", "annotations", "jobs"))
    reason = "`replace: true`: a task made from the changed data takes its place"
    given_up = "it never got any data: what is left in it of an upload would come to lie among its files"
    lifecycle = ctx.manifest.tasks[key].lifecycle
    old = [ctx.replaced[key]] if key in ctx.replaced else []
    for task in [*old, *ctx.left_over.get(key, ())]:
        why = given_up if task.id in ctx.given_up else reason
        yield Going(task, f"{address}.replaced[{task.id}]", address, why, lifecycle, needs)


def _with_project(ctx: Building, key: str, project: Project) -> Iterator[Going]:
    """All tasks of a project go with it, but for those that this plan moves away."""
    tasks = _tasks_of(ctx, project)
    if project.task_count is not None and project.task_count > len(tasks):
        ctx.problem(
            f"project {project.id} ({project.name!r}) is to be deleted with its {project.task_count} tasks, "
            f"of which you see {len(tasks)}",
            ctx.at("projects", key, "ensure"),
            "nothing is deleted that cannot be copied first: ask its owner for access to all of them",
        )
    away = {task.id for task in _moved_away(ctx).values()}
    ctx.going_with[key] = [task for task in tasks if task.id not in away]
    for described, task in _staying(ctx, ctx.going_with[key]):
        ctx.problem(
            f"task {task.id} ({task.name!r}) is in project.{key}, which is to be deleted with all its tasks",
            ctx.key_at("tasks", described),
            "write `ensure: absent` here, too, or move the task with `project`",
        )
    for task in ctx.going_with[key]:
        yield Going(task, f"project.{key}.task[{task.id}]", f"project.{key}", f"it is in project.{key}, which goes")


def _undescribed(ctx: Building, key: str, project: Project) -> Iterator[Going]:
    """The tasks of a project that no block describes."""
    described = {found.id for found in ctx.described.values() if found is not None}
    going = [task for task in _tasks_of(ctx, project) if task.id not in described]
    for task in going:
        address = f"project.{key}.task[{task.id}]"
        yield Going(task, address, f"project.{key}", "no block describes it (`prune.tasks`)")


def _tasks_of(ctx: Building, project: Project) -> list[Task]:
    return [task for task in ctx.server.tasks(is_in("project_id", [project.id])) if task.project_id == project.id]


def _moved_away(ctx: Building) -> dict[str, Task]:
    """By key, the tasks that this plan moves into another project."""
    return {
        key: found
        for key, found in ctx.tasks.items()
        if found is not None and is_moved(ctx.manifest.tasks[key], found, ctx.lies_in.get(key))
    }


def _staying(ctx: Building, going: Sequence[Task]) -> Iterator[tuple[str, Task]]:
    """Those of the tasks that a block wants to be there, with its key."""
    ids = {task.id for task in going}
    for key, found in ctx.tasks.items():
        if found is not None and found.id in ids and ctx.manifest.tasks[key].ensure == "present":
            yield key, found


def _of_task(ctx: Building, going: Going, needs: Sequence[str]) -> Step:
    task = going.task
    expect: Image = {"name": task.name, "project": task.project_id, "size": task.size}
    given_up = task.id in ctx.given_up  # and has nothing to be destroyed
    if not given_up and (digest := digest_when_deleted(ctx, task)) is not None:
        expect["digest"] = digest
    return Step(
        address=going.address,
        kind="task",
        do=Do.DELETE_TASK,
        action=Action.DELETE,
        id=task.id,
        name=task.name,
        of=_project_ref(ctx, task),
        reason=going.reason,
        expect=expect,
        gives=None,
        destroys=None if given_up else impact_of_tasks(ctx, [task]),
        prevented=ctx.prevented(going.block, task, going.lifecycle),
        needs=tuple(needs),
    )


def _project_ref(ctx: Building, task: Task) -> ObjectRef | None:
    number = task.project_id
    if number is None:
        return None
    key = next((key for key, found in ctx.projects.items() if found is not None and found.id == number), None)
    address = f"project.{key}" if key is not None else f"project[{number}]"
    return ObjectRef(kind="project", address=address, id=number, name=ctx.project_name(number) or "")
