"""Projects: what the run made is deleted, what it deleted is made anew, what it changed goes back field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from pydantic import JsonValue

from reconciler.cvat.models import Project, Task
from reconciler.plan.frozen import Action
from reconciler.plan.state import project_state
from reconciler.plan.steps import Do, Image, Impact, ObjectRef, Step
from reconciler.plan.undoing.done import DoneStep
from reconciler.plan.undoing.guides import recreated_guide
from reconciler.plan.undoing.labels import recreated_labels
from reconciler.plan.undoing.tasks import deletion
from reconciler.plan.undoing.way import GONE, Way
from reconciler.plan.writes import body_of
from reconciler.snapshots.model import ProjectRecord
from reconciler.wording import listed

_USERS: Final = ("assignee", "owner")


def come_back(way: Way) -> None:
    """The projects that the run deleted are made anew, with their labels and guides. Their tasks are steps."""
    for done in way.of_kind(Do.DELETE_PROJECT):
        there = way.now.project(done.own_id) if done.own_id is not None else None
        if done.own_id is None or (there is not None and there.id == done.own_id):
            continue
        copy = way.copy_for(done)
        if copy is None:
            continue
        record = way.copies.project_record(copy)
        ref = ObjectRef(kind="project", address=done.address, name=str(record.fields["name"]))
        if there is not None:  # made anew already; a rollback that was stopped may not have got to all of it
            ref = ref.model_copy(update={"id": there.id, "name": there.name})
        way.makes["project", done.own_id] = ref
        if there is None:
            way.steps.extend(_recreation(way, done, copy.folder, record))
        known = {label.name for label in way.now.labels("project", there.id)} if there is not None else set()
        lacking = {name: state for name, state in record.labels.items() if name not in known}
        way.steps.extend(recreated_labels(way, ref, lacking))
        if record.guide is not None and (there is None or there.guide_id is None):
            way.steps.append(recreated_guide(way, ref, record.guide.markdown, copy.folder))


def go_away(way: Way) -> None:
    """The projects that the run made are deleted, unless there are tasks in them that stay."""
    for done in way.of_kind(Do.CREATE_PROJECT):
        if done.own_id is None:
            continue
        project = way.now.project(done.own_id)
        if project is None or not way.now.made_for(done.address, project):
            way.over.add(("project", done.own_id))
            continue
        staying = [task for task in way.now.tasks_in(project) if _stays(way, task)]
        if staying and not _with_its_tasks(way, done, staying):
            way.left.add(("project", project.id))
            continue
        going = [way.deletes["task", task.id] for task in way.now.tasks_in(project) if ("task", task.id) in way.deletes]
        way.deletes["project", project.id] = done.address
        way.steps.append(_deletion(way, done, project, tuple(going)))


def patched(way: Way) -> None:
    """The fields that the run changed go back, where they are still as it left them."""
    for done in way.of_kind(Do.PATCH_PROJECT):
        owner = ObjectRef(kind="project", address=done.address, id=done.own_id)
        if way.goes_along(owner):
            continue
        project = way.now.project(done.own_id) if done.own_id is not None else None
        if project is None:
            way.conflict(done, "", impossible=GONE)
        elif restored := _restored(way, done, dict(project_state(project))):
            way.steps.append(_patch(way, done, project, restored))


def _restored(way: Way, done: DoneStep, now: Mapping[str, JsonValue]) -> Image:
    """The fields that go back, with the values they go back to."""
    restored: Image = {}
    for name, before in done.before.items():
        wrote, found = done.left.get(name), now.get(name)
        if before in (wrote, found):
            continue
        if name in _USERS and isinstance(before, str) and before not in way.people:
            why = f"user {before!r} cannot be seen any more"
            way.conflict(done, name, wrote=wrote, found=found, before=before, impossible=why)
        elif found == wrote or way.conflict(done, name, wrote=wrote, found=found, before=before):
            restored[name] = before
    return restored


def _patch(way: Way, done: DoneStep, project: Project, restored: Image) -> Step:
    now = dict(project_state(project))
    return Step(
        address=done.address,
        kind="project",
        do=Do.PATCH_PROJECT,
        action=Action.UPDATE,
        id=project.id,
        name=project.name,
        reason=f"{way.because} changed it",
        fields=way.shown(now, restored),
        body=body_of("project", restored, way.people),
        expect={name: now[name] for name in restored},
        gives=restored,
    )


def _recreation(way: Way, done: DoneStep, folder: str, record: ProjectRecord) -> Iterator[Step]:
    """It is made; whoever makes a project owns it, so it is given to its owner afterwards."""
    fields = {name: value for name, value in record.fields.items() if value not in (None, "")}
    for name in _USERS:
        if (user := fields.get(name)) is not None and str(user) not in way.people:
            del fields[name]
            way.warn(f"{name} {user!r} of the project cannot be seen any more and is not set again", done.address)
    maker = way.now.ref.user
    owner = fields.pop("owner", maker)
    made = Step(
        address=done.address,
        kind="project",
        do=Do.CREATE_PROJECT,
        action=Action.CREATE,
        name=str(record.fields["name"]),
        reason=f"{way.because} deleted it",
        fields=way.shown({}, fields),
        body=body_of("project", fields, way.people),
        expect=None,
        gives=fields,
        copy_of=folder,
    )
    yield made
    if owner != maker:
        given: Image = {"owner": owner}
        yield Step(
            address=done.address,
            kind="project",
            do=Do.PATCH_PROJECT,
            action=Action.UPDATE,
            name=made.name,
            reason=made.reason,
            fields=way.shown({"owner": maker}, given),
            body=body_of("project", given, way.people),
            expect={"owner": maker},
            gives=given,
            needs=(done.address,),
        )


def _deletion(way: Way, done: DoneStep, project: Project, tasks: tuple[str, ...]) -> Step:
    return Step(
        address=done.address,
        kind="project",
        do=Do.DELETE_PROJECT,
        action=Action.DELETE,
        id=project.id,
        name=project.name,
        reason=f"{way.because} made it",
        expect={"name": project.name},
        gives=None,
        destroys=Impact(),
        prevented=way.prevented("project", project.id),
        needs=tasks,
    )


def _stays(way: Way, task: Task) -> bool:
    """Whether a task is still in its project once the way back is gone, as far as it is known by now."""
    moved = any(step.do is Do.MOVE_TASK and step.id == task.id for step in way.steps)
    return not moved and ("task", task.id) not in way.deletes


def _with_its_tasks(way: Way, done: DoneStep, staying: list[Task]) -> bool:
    """Whether the tasks that others have put into a project go with it: only if that is forced."""
    found = listed(f"task {task.id}" for task in staying)
    if not way.conflict(done, "tasks", wrote=None, found=f"{len(staying)} in it: {found}"):
        return False
    for task in staying:
        address = f"{done.address}.task[{task.id}]"
        way.deletes["task", task.id] = address
        way.steps.append(deletion(way, address, task, reason=f"its project was made by {way.because}"))
    return True
