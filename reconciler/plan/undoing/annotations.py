"""Annotations: what the run replaced or added to comes back whole, what went with a label comes back beside the rest.

Put back is only what nobody has touched since: if the annotations are not what the run left, that is a conflict, with
counts. A copy was taken before; where there was nothing before, none is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from reconciler.annotations.content import Annotations
from reconciler.annotations.numbers import Numbers
from reconciler.annotations.whole import WholeTask
from reconciler.cvat.models import Task
from reconciler.plan.frozen import Action
from reconciler.plan.steps import ANNOTATING, Do, Image, Impact, ObjectRef, Step
from reconciler.plan.undoing.done import DoneStep
from reconciler.plan.undoing.numbers import numbers_in, since
from reconciler.plan.undoing.relabelling import changes_of, is_as_left, shown_then
from reconciler.plan.undoing.way import GONE, Way
from reconciler.snapshots.model import Copy


def put_back(way: Way) -> None:
    """The annotations of every task that the run annotated and that stays."""
    by_task: dict[int, list[DoneStep]] = {}
    for done in way.done:
        if done.do in ANNOTATING and not with_a_label(done) and done.owner is not None and done.owner.id is not None:
            by_task.setdefault(done.owner.id, []).append(done)
    for number, steps in by_task.items():
        if way.goes_along(steps[0].owner):
            continue
        task = way.now.task(number)
        if task is None:
            way.conflict(steps[0], "", impossible=GONE)
        else:
            _put_back(way, task, steps[0], steps[-1])


def of_removed_labels(way: Way) -> None:
    """What used the labels that the run removed is added again; what was made since is kept."""
    for done in way.of_kind(Do.DELETE_LABEL):
        if done.owner is None or done.owner.id is None or way.goes_along(done.owner):
            continue
        name = str(done.before.get("name") or done.step.name)
        for copy in _copies_with(way, done, name):
            if (task := _task_of(way, copy)) is not None:
                _add_again(way, done, copy, task, name)


def with_a_label(done: DoneStep) -> bool:
    """Whether it only brought back what used a label: that goes again with the label."""
    return done.do is Do.ADD_ANNOTATIONS and "labels" in done.step.body


def image_of(whole: WholeTask) -> Image:
    """A task's annotations in the terms of a step."""
    numbers = whole.numbers
    return {"digest": whole.digest, "tags": numbers.tags, "shapes": numbers.shapes, "tracks": numbers.tracks}


def _put_back(way: Way, task: Task, first: DoneStep, last: DoneStep) -> None:
    now = shown_then(way, task)
    before = numbers_in(first.before)
    if now.digest == first.before.get("digest") or (before == now.numbers == Numbers()):
        return
    wanted = WholeTask()
    copy: Copy | None = None
    if before != Numbers():
        copy = way.copy_for(first)
        if copy is None:
            return
        wanted = way.copies.annotations(copy)
    left = numbers_in(last.left)
    if not is_as_left(way, task, _left(way, task, last)):
        told = {"wrote": since(None, left or Numbers()), "found": since(left, now.numbers)}
        if not way.conflict(first, "annotations", **told, before=since(None, wanted.numbers)):
            return
    way.settled[task.id] = wanted
    way.steps.append(_replacement(way, first, task, wanted, copy))


def _left(way: Way, task: Task, last: DoneStep) -> JsonValue:
    """The digest of what the run left of a task: what it gave, without what went with the labels it removed."""
    removed = [
        str(done.before.get("name"))
        for done in way.of_kind(Do.DELETE_LABEL)
        if done.owner is not None and done.owner.id in (task.project_id, task.id)
    ]
    gave = last.left.get("digest")
    for copy in way.copies.of_run(way.run) if removed else ():
        if copy.kind == "task" and copy.id == task.id and way.copies.damage(copy) is None:
            whole = way.copies.annotations(copy)
            if whole.digest == gave:
                gave = whole.without(removed).digest
    return gave


def _replacement(way: Way, done: DoneStep, task: Task, wanted: WholeTask, copy: Copy | None) -> Step:
    now = shown_then(way, task)
    destroyed = now.lost_for(wanted)
    assert done.owner is not None
    return Step(
        address=done.address,
        kind="annotations",
        do=Do.PUT_ANNOTATIONS,
        action=Action.UPDATE if copy is not None else Action.DELETE,
        name=task.name,
        of=done.owner.model_copy(update={"id": task.id, "name": task.name}),
        reason=f"{way.because} {'added to' if done.do is Do.ADD_ANNOTATIONS else 'replaced'} them",
        fields=way.shown(_shown(now.numbers), _shown(wanted.numbers)),
        expect=image_of(now),
        gives=image_of(wanted),
        content=way.copies.content(copy) if copy is not None else None,
        copy_of=copy.folder if copy is not None else None,
        destroys=Impact(tasks=(task.id,), **destroyed.model_dump()) if destroyed != Numbers() else None,
        needs=changes_of(way, task),
    )


def _copies_with(way: Way, done: DoneStep, name: str) -> Iterator[Copy]:
    """The copies of the tasks that used a removed label. One that is damaged is told, and nothing of it is used."""
    assert done.owner is not None
    for copy in way.copies.of_run(way.run):
        if copy.kind != "task" or done.owner.id != (copy.project if done.owner.kind == "project" else copy.id):
            continue
        if (wrong := way.copies.damage(copy)) is not None:
            why = f"its copy {copy.folder} is damaged: {wrong}"
            way.conflict(done, "annotations", before=f"task {copy.id}", impossible=why)
        elif way.copies.annotations(copy).using([name]).numbers != Numbers():
            yield copy


def _task_of(way: Way, copy: Copy) -> tuple[ObjectRef, WholeTask] | None:
    """The task of a copy as this plan leaves it so far, and its annotations then; None: they come back anyway."""
    if (made := way.makes.get(("task", copy.id))) is not None:
        return made, way.restored[copy.id]
    task = way.now.task(copy.id)
    if task is None or ("task", task.id) in way.deletes or task.id in way.settled:
        return None
    address = f"task[{task.id}]"
    return ObjectRef(kind="task", address=address, id=task.id, name=task.name), way.now.whole(task)


def _add_again(way: Way, done: DoneStep, copy: Copy, task: tuple[ObjectRef, WholeTask], name: str) -> None:
    owner, now = task
    back = way.copies.annotations(copy).using([name])
    then = _together(way, now, back)
    if then.digest == now.digest:
        return
    comes_back = copy.id in way.restored
    if comes_back:
        way.restored[copy.id] = then
    elif owner.id is not None:
        way.now.expect(owner.id, then)
    way.steps.append(
        Step(
            address=f"{done.address}.task[{copy.id}]",
            kind="annotations",
            do=Do.ADD_ANNOTATIONS,
            action=Action.UPDATE,
            name=owner.name,
            of=owner,
            reason=f"went when {way.because} removed label {name}",
            fields=way.shown(_shown(now.numbers), _shown(then.numbers)),
            body={"labels": [name]},
            expect=image_of(now),
            gives=image_of(then) if not then.sharing else None,  # what becomes of shared frames only the server knows
            content=way.copies.content(copy),
            copy_of=copy.folder,
            needs=(done.address, owner.address) if comes_back else (done.address,),
        )
    )


def _together(way: Way, now: WholeTask, back: WholeTask) -> WholeTask:
    """What is there once what is missing of the other is added. The jobs of a restored task have other ids."""

    def added(jobs: Mapping[int, Annotations], more: Mapping[int, Annotations]) -> dict[int, Annotations]:
        known = dict(jobs)
        for job, one in more.items():
            there = way.now.bindings.current(way.now.ref.url, "job", job)
            held = known.get(there)
            known[there] = held.plus(one.missing_in(held)) if held is not None else one
        return known

    task = now.task.plus(back.task.missing_in(now.task))
    return WholeTask(task, added(now.jobs, back.jobs), added(now.sharing, back.sharing))


def _shown(numbers: Numbers) -> Image:
    return {"shapes": numbers.shapes, "tracks": numbers.tracks, "tags": numbers.tags}
