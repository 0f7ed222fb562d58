"""What annotations said of an attribute that was removed: it comes back with its label, its values from copies."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from reconciler.annotations.labels import LabelIds
from reconciler.annotations.whole import WholeTask
from reconciler.cvat.models import Task
from reconciler.plan.frozen import Action
from reconciler.plan.labels import table
from reconciler.plan.steps import ANNOTATING, Do, Image, Impact, ObjectRef, Step
from reconciler.plan.undoing.annotations import image_of
from reconciler.plan.undoing.done import DoneStep
from reconciler.plan.undoing.numbers import since
from reconciler.plan.undoing.relabelling import labels_came_last, owner_of, shown_then, states_then
from reconciler.plan.undoing.way import Way
from reconciler.snapshots.model import Copy


def put_back(way: Way, done: DoneStep) -> None:
    """After a label has its attributes again: the annotations of each task that had values of them.

    They are put back whole, so this is only done where nobody has gone on annotating, or if it is forced.
    """
    attributes = table(done.before.get("attributes"))
    removed = [name for name, state in attributes.items() if state and not table(done.left.get("attributes")).get(name)]
    if not removed:
        return
    label = str(done.before["name"])
    annotated = {one.owner.id for one in way.done if one.do in ANNOTATING and one.owner is not None}
    covered = annotated if labels_came_last(way) else set()  # those are put back as they were before all of it
    for copy in _last_with(way, done, label, removed):
        task = way.now.task(copy.id)
        if task is None or ("task", task.id) in way.deletes or task.id in way.settled or copy.id in covered:
            continue
        now, wanted = shown_then(way, task), way.copies.annotations(copy)
        if now.digest == wanted.digest:
            continue
        told = {"wrote": str(wanted.numbers), "found": since(wanted.numbers, now.numbers)}
        if _without_values(way, task, wanted, label, removed).digest != now.digest and not way.conflict(
            done, "annotations", **told, before=f"values of {', '.join(removed)} in task {task.id}"
        ):
            continue
        way.settled[task.id] = wanted
        way.steps.append(_replacement(way, done, task, copy, now, wanted))


def _last_with(way: Way, done: DoneStep, label: str, attributes: Collection[str]) -> Iterator[Copy]:
    """Of each task the last copy in which something has a value of the attributes. What is damaged is told."""
    assert done.owner is not None
    found: dict[int, Copy] = {}
    for copy in way.copies.of_run(way.run):
        if copy.kind != "task" or done.owner.id != (copy.project if done.owner.kind == "project" else copy.id):
            continue
        if (wrong := way.copies.damage(copy)) is not None:
            way.conflict(done, "annotations", before=f"task {copy.id}", impossible=f"{copy.folder} is damaged: {wrong}")
        elif _has_values(way.copies.annotations(copy), label, attributes):
            found[copy.id] = copy
    yield from found.values()


def _has_values(whole: WholeTask, label: str, attributes: Collection[str]) -> bool:
    parts = whole.using([label])
    items = [item for one in (parts.task, *parts.jobs.values()) for _, items in one.of_kinds() for item in items]
    said = [one["attributes"].keys() for item in items for one in (item, *item.get("shapes", ()))]
    return any(set(attributes) & names for names in said)


def _without_values(way: Way, task: Task, wanted: WholeTask, label: str, attributes: Collection[str]) -> WholeTask:
    """What the copy held, but for the values: what is there if nobody has annotated since."""
    then = states_then(way, owner_of(task))
    state = then.get(label, {})
    kept: Image = {name: one for name, one in table(state.get("attributes")).items() if name not in attributes}
    without = LabelIds.of_states({**then, label: {**state, "attributes": kept}})
    return wanted.fitted(without).fitted(LabelIds.of_states(then))


def _replacement(way: Way, done: DoneStep, task: Task, copy: Copy, now: WholeTask, wanted: WholeTask) -> Step:
    numbers = now.numbers
    return Step(
        address=f"{done.address}.task[{task.id}]",
        kind="annotations",
        do=Do.PUT_ANNOTATIONS,
        action=Action.UPDATE,
        name=task.name,
        of=ObjectRef(kind="task", address=f"task[{task.id}]", id=task.id, name=task.name),
        reason=f"{way.because} removed an attribute that they had values of",
        expect=image_of(now),
        gives=image_of(wanted),
        content=way.copies.content(copy),
        copy_of=copy.folder,
        destroys=Impact(tasks=(task.id,), **numbers.model_dump()),
        needs=(done.address,),
    )
