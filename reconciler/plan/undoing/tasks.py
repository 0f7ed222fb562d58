"""Tasks: what the run made is deleted after a backup, what it deleted comes back from one, with all that it had."""

from __future__ import annotations

from reconciler.annotations.numbers import Numbers
from reconciler.annotations.whole import WholeTask
from reconciler.cvat.models import Task
from reconciler.plan.frozen import Action
from reconciler.plan.labels import table
from reconciler.plan.moved_labels import lacking_in
from reconciler.plan.steps import ANNOTATING, MAKING_TASKS, Do, Image, ObjectRef, Step
from reconciler.plan.undoing.annotations import image_of
from reconciler.plan.undoing.done import DoneStep
from reconciler.plan.undoing.losses import Losses
from reconciler.plan.undoing.numbers import numbers_in, since
from reconciler.plan.undoing.relabelling import is_as_left
from reconciler.plan.undoing.way import Way
from reconciler.snapshots.model import Copy, TaskRecord
from reconciler.wording import listed


def come_back(way: Way, losses: Losses) -> None:
    """The tasks that the run deleted: restored, moved into their projects, and given what CVAT's backup forgets."""
    for done in way.of_kind(Do.DELETE_TASK):
        there = way.now.task(done.own_id) if done.own_id is not None else None
        if done.own_id is None or (there is not None and there.id == done.own_id):
            continue
        if there is not None and _is_whole(way, done):
            continue
        copy = way.copy_for(done, backup=True)
        if copy is None:
            continue
        record = way.copies.task_record(copy)
        goes_to, can = _project(way, done, record)
        if not can:
            continue
        number = there.id if there is not None else None
        way.makes["task", done.own_id] = ObjectRef(kind="task", address=done.address, id=number, name=copy.name)
        way.restored[copy.id] = way.copies.annotations(copy)
        way.steps.extend(_restoration(way, done, copy, record, goes_to, there))
        losses.note(record)


def go_away(way: Way) -> None:
    """The tasks that the run made (or restored) are deleted, unless somebody else has annotated them since."""
    for done in way.of_kind(*MAKING_TASKS):
        if done.own_id is None:
            continue
        task = way.now.task(done.own_id)
        if task is None or not way.now.made_for(done.address, task):
            way.over.add(("task", done.own_id))
            continue
        now = way.now.whole(task)
        left = _left(way, done)
        if not is_as_left(way, task, left.get("digest")):
            numbers = numbers_in(left)
            told = {"wrote": since(None, numbers or Numbers()), "found": since(numbers, now.numbers)}
            if not way.conflict(done, "annotations", **told):
                way.left.add(("task", task.id))
                continue
        way.deletes["task", task.id] = done.address
        needs = _replaced(way, done)
        reason = f"{way.because} {'restored' if done.do is Do.RESTORE_TASK else 'made'} it"
        way.steps.append(deletion(way, done.address, task, reason=reason, needs=needs))


def filled(way: Way) -> None:
    """Data that the run gave to a task which was there before, and empty: the server never gives it back."""
    for done in way.of_kind(Do.UPLOAD_DATA):
        owner = done.owner
        if owner is None or owner.id is None or way.goes_along(owner):
            continue
        task = way.now.task(owner.id)
        if task is not None and task.size:
            why = "a task's data cannot be taken out again; delete the task if it is not wanted"
            way.conflict(done, "data", wrote=done.left.get("size"), found=task.size, impossible=why)


def deletion(way: Way, address: str, task: Task, *, reason: str, needs: tuple[str, ...] = ()) -> Step:
    """The step that deletes a task, with what goes with it now."""
    whole = way.now.whole(task)
    return Step(
        address=address,
        kind="task",
        do=Do.DELETE_TASK,
        action=Action.DELETE,
        id=task.id,
        name=task.name,
        reason=reason,
        expect={"name": task.name, "project": task.project_id, "size": task.size, "digest": whole.digest},
        gives=None,
        destroys=way.now.impact(task),
        prevented=way.prevented("task", task.id),
        needs=needs,
    )


def _is_whole(way: Way, done: DoneStep) -> bool:
    """Whether a task that is there again has got back all it had, or its rollback was stopped before.

    That its jobs stand for the old ones is noted when they have got theirs. What people do with it then is theirs.
    """
    copy = way.copies.find(done.record.copied) if done.record.copied is not None else None
    if copy is None or way.copies.damage(copy) is not None:
        return True
    jobs = way.copies.task_record(copy).jobs
    return not jobs or any(way.now.bindings.current(way.now.ref.url, "job", job.id) != job.id for job in jobs)


def _left(way: Way, made: DoneStep) -> Image:
    """What the run left of the annotations of a task that it made: nothing, unless it gave it some."""
    left: Image = image_of(WholeTask())
    if made.do is Do.RESTORE_TASK and made.step.content is not None:
        left = made.left  # of a person's file, and what came of it was read then
    elif made.do is Do.RESTORE_TASK:
        copy = way.copies.find(made.step.copy_of) if made.step.copy_of is not None else None
        left = image_of(way.copies.annotations(copy)) if copy is not None and not way.copies.damage(copy) else {}
    for done in way.done:
        if done.do in ANNOTATING and done.owner is not None and done.owner.id == made.own_id and done.left:
            left = done.left
    return left


def _replaced(way: Way, made: DoneStep) -> tuple[str, ...]:
    """The task in whose place it was made, and which has to be back before it goes."""
    old = f"{made.address}.replaced["
    back = (step.address for step in way.steps if step.do is Do.RESTORE_TASK)
    return tuple(address for address in back if address.startswith(old) or made.address.startswith(f"{address}.rep"))


def _project(way: Way, done: DoneStep, record: TaskRecord) -> tuple[ObjectRef | None, bool]:
    """The project that a task goes back into (None: it was in none), and whether it can be restored at all."""
    number = record.fields.get("project")
    if not isinstance(number, int):
        return None, True
    if (made := way.makes.get(("project", number))) is not None:
        return made, True
    project = way.now.project(number)
    if project is None:
        why = f"project {number} is gone; --force restores it outside of any"
        return None, way.conflict(done, "project", found=why, before=record.project_name)
    ref = ObjectRef(kind="project", address=f"project[{project.id}]", id=project.id, name=project.name)
    if lacking := _lacking(way, ref, record):
        why = f"project {project.id} has not {listed(lacking)} any more; --force restores it outside of any"
        return None, way.conflict(done, "project", found=why, before=project.name)
    return ref, True


def _lacking(way: Way, place: ObjectRef, record: TaskRecord) -> list[str]:
    """The labels and attributes without which a task cannot be moved into its project (FACTS §4)."""
    there = way.labels_there(place)
    missing = [f"the label {name}" for name in record.labels if name not in there]
    for name, state in record.labels.items():
        missing += lacking_in(table(state), there[name]) if name in there else []
    return missing


def _restoration(
    way: Way, done: DoneStep, copy: Copy, record: TaskRecord, project: ObjectRef | None, there: Task | None
) -> list[Step]:
    """What is left to do of it: `there` is the restored task if that much has been done already."""
    number = there.id if there is not None else None
    fields = {name: value for name, value in record.fields.items() if value not in (None, "") and name != "project"}
    restore = Step(
        address=done.address,
        kind="task",
        do=Do.RESTORE_TASK,
        action=Action.CREATE,
        name=copy.name,
        reason=f"{way.because} deleted it",
        fields=way.shown({}, {"frames": copy.frames, **copy.annotations.model_dump()}),
        expect=None,
        gives={"name": copy.name},
        copy_of=copy.folder,
    )
    move = Step(
        address=done.address,
        kind="task",
        do=Do.MOVE_TASK,
        action=Action.UPDATE,
        id=number,
        name=copy.name,
        of=project,
        reason="it was in this project",
        fields=way.shown({"project": None}, {"project": project.name if project is not None else None}),
        body={"labels": {}},
        expect={"project": None},
        gives={"project": project.id if project is not None else None},
        needs=_needs(way, project, record) if project is not None else (),
    )
    reapply = Step(
        address=done.address,
        kind="task",
        do=Do.REAPPLY,
        action=Action.UPDATE,
        id=number,
        name=copy.name,
        of=project,
        reason="a backup of CVAT brings back neither people nor the jobs' stages, nor issues",
        fields=way.shown({}, {name: value for name, value in fields.items() if name not in ("name", "status")}),
        expect={},
        gives={"digest": record.digest},
        copy_of=copy.folder,
    )
    is_to_move = project is not None and (there is None or there.project_id is None)
    return [*([restore] if there is None else []), *([move] if is_to_move else []), reapply]


def _needs(way: Way, project: ObjectRef, record: TaskRecord) -> tuple[str, ...]:
    """The project and those of its labels that this plan makes."""
    made = [project.address] if project.id is None else []
    return (*made, *(step.address for step in way.labels_made(project) if step.name in record.labels))
