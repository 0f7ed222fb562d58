"""Tasks that the run moved go back into the project that they were in, with their labels' old names."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.annotations.numbers import Numbers
from reconciler.cvat.models import Label, Task
from reconciler.plan.frozen import Action
from reconciler.plan.labels import label_state, table
from reconciler.plan.moved_labels import lacking_in
from reconciler.plan.steps import Do, Image, ObjectRef, Step
from reconciler.plan.undoing.done import DoneStep
from reconciler.plan.undoing.way import GONE, Way


def move_back(way: Way) -> None:
    """Every task that the run moved. What was in no project before cannot be taken out of one again."""
    for done in way.of_kind(Do.MOVE_TASK):
        number = done.own_id
        if number is None or way.goes_along(ObjectRef(kind="task", address=done.address, id=number)):
            continue
        task = way.now.task(number)
        if task is None:
            way.conflict(done, "", impossible=GONE)
        else:
            _move_back(way, done, task)


def _move_back(way: Way, done: DoneStep, task: Task) -> None:
    before, wrote = done.before.get("project"), done.left.get("project")
    now = task.project_id
    before = way.now.current("project", before) if isinstance(before, int) else None
    wrote = way.now.current("project", wrote) if isinstance(wrote, int) else None
    if now == before:
        return
    if before is None:
        why = "a task cannot be taken out of a project again"
        way.conflict(done, "project", wrote=wrote, found=now, impossible=why)
        return
    owner = ObjectRef(kind="project", address=f"project[{before}]", id=before)
    place = way.ref(owner)
    if place is None:
        way.conflict(done, "project", wrote=wrote, found=now, before=before, impossible=f"it {GONE}")
        return
    if now != wrote and not way.conflict(done, "project", wrote=wrote, found=now, before=before):
        return
    names, lacking = _mapping(way, task, _turned(done), place)
    if lacking:
        why = f"it has no {lacking}"
        way.conflict(done, "project", wrote=wrote, found=now, before=before, impossible=why)
        return
    way.steps.append(
        Step(
            address=done.address,
            kind="task",
            do=Do.MOVE_TASK,
            action=Action.UPDATE,
            id=task.id,
            name=task.name,
            of=place,
            reason=f"{way.because} moved it",
            fields=way.shown({"project": _name(way, now)}, {"project": place.name}),
            body={"labels": dict(names)},
            expect={"project": now},
            gives={"project": place.id},
            needs=tuple(step.address for step in way.labels_made(place)),
        )
    )


def _turned(done: DoneStep) -> dict[str, str]:
    """The labels' names there → those that they had. Where two have become one, the first is as good as the other."""
    turned: dict[str, str] = {}
    for old, new in table(done.step.body.get("labels")).items():
        turned.setdefault(str(new), old)
    return turned


def _mapping(way: Way, task: Task, turned: Mapping[str, str], place: ObjectRef) -> tuple[dict[str, str], str]:
    """Which label becomes which, and what of it there is no label for, in words.

    The server wants a label for each that the task could use. One that nothing uses may become any that fits.
    """
    there = way.labels_there(place)
    names: dict[str, str] = {}
    lacking: list[str] = []
    for label in way.now.labels("task", task.id):
        name = turned.get(label.name, label.name)
        if name in there and _fits(label, there[name]):
            if name != label.name:
                names[label.name] = name
            continue
        used = way.now.whole(task).using([label.name]).numbers
        instead = next((other for other, state in there.items() if _fits(label, state)), None)
        if used != Numbers() or instead is None:
            lacking.append(f"label {label.name} with its attributes ({used} uses it)")
        else:
            names[label.name] = instead
    return names, ", ".join(lacking)


def _fits(label: Label, state: Image) -> bool:
    """Whether a label can become this one."""
    return not lacking_in(label_state(label), state)


def _name(way: Way, project: int | None) -> str | None:
    found = way.now.project(project) if project is not None else None
    return found.name if found is not None else None
