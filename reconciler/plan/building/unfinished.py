"""An empty task to which somebody has begun to send data: continued, made anew, or left to a person.

The server makes a task of all that was ever sent to it (CVAT's source, TaskViewSet.upload_finished). So only what was
begun with the same files is continued. An empty task has no frames, no jobs and no annotations: making it anew destroys
nothing but what is left of an upload.
"""

from __future__ import annotations

from reconciler.cvat.models import Task
from reconciler.plan.building.building import Building
from reconciler.plan.building.data import WantedData
from reconciler.plan.remembered import is_of


def continue_upload(ctx: Building, key: str, found: Task, data: WantedData) -> None:
    """Decide what becomes of an empty task that holds something of an upload."""
    block, binding = ctx.manifest.tasks[key], ctx.binding(f"task.{key}")
    ours = binding is not None and is_of(binding, found)
    began_so = ctx.begun.began_with(found.id, data.request())
    if began_so and not list(data.unlike(found)):
        ctx.uploads.add(key)
        return
    where = ctx.at("tasks", key, "data")
    task = f"task {found.id} ({found.name!r})"
    if ctx.begun.under_way(found.id):
        what = (
            f"the server is making {task} at this moment, and nobody knows whether it is of the files that `data` names"
        )
        ctx.problem(what, where, "wait until it has its frames, then plan again: they are compared with `data`")
    elif ours or block.replace:
        make_anew(ctx, key, found)
        if ours:
            ctx.given_up.add(found.id)
    else:
        ctx.problem(
            f"{task} has no data yet, but an upload to it has begun that nothing is recorded of here; the server would "
            "make the task of both uploads",
            where,
            "if that upload is somebody else's, let it finish, or give the task another `name`; if nobody goes on with "
            "it, delete the task, or add `replace: true` beside `data`: it is made anew",
        )


def make_anew(ctx: Building, key: str, old: Task) -> None:
    """Note that a new task takes the place of an old one."""
    ctx.replaced[key] = old
    ctx.tasks[key] = None
    ctx.described[key] = old
    ctx.uploads.add(key)
