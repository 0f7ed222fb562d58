"""Moving a task into another project: what it takes there is checked before, for the server would refuse half way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.cvat.models import Task
from reconciler.manifest.models import TaskBlock
from reconciler.manifest.wording import did_you_mean
from reconciler.plan.building.building import Building
from reconciler.plan.frozen import Action, FieldChange
from reconciler.plan.labels import label_state, table
from reconciler.plan.model import Warning_
from reconciler.plan.moved_labels import missing_for
from reconciler.plan.steps import Do, Image, ObjectRef, Step
from reconciler.wording import organization_words


def is_moved(block: TaskBlock, found: Task, place: ObjectRef | None) -> bool:
    """Whether a task has to go into another project."""
    if place is None or "project" in block.lifecycle.ignore:
        return False
    return place.id is None or place.id != found.project_id  # without an id, this plan makes it


def build_move(ctx: Building, key: str, block: TaskBlock, found: Task) -> Iterator[Step]:
    """The step that moves a task: a request of its own, what else is in it would be ignored (FACTS §4)."""
    place = ctx.lies_in.get(key)
    if place is None or not is_moved(block, found, place):
        return
    _check_organization(ctx, key, found, place)
    _check_dimension(ctx, key, found, place)
    needs = [place.address] if place.id is None else []
    needs += _check_labels(ctx, key, block, found, place, _labels_there(ctx, place))
    names = {label.name for label in ctx.labels_for(found)}
    address = f"task.{key}"
    if found.project_id is None:
        text = "is in no project now, and CVAT takes no task out of a project again: this cannot be rolled back"
        ctx.warnings.append(Warning_(text=text, address=address))
    yield Step(
        address=address,
        kind="task",
        do=Do.MOVE_TASK,
        action=Action.UPDATE,
        id=found.id,
        name=found.name,
        of=place,
        reason="its block says another project",
        fields=(FieldChange(path=("project",), before=_from(ctx, found), after=place.name, source=address),),
        body={"labels": {old: there for old, there in block.move_labels.items() if old in names and old != there}},
        expect={"project": found.project_id},
        gives={"project": place.id},
        needs=tuple(dict.fromkeys(needs)),
    )


def _from(ctx: Building, found: Task) -> str | None:
    return ctx.project_name(found.project_id) or (str(found.project_id) if found.project_id is not None else None)


def _check_organization(ctx: Building, key: str, found: Task, place: ObjectRef) -> None:
    """A move leaves the task in its organization, and in a project it cannot be transferred to another any more.

    CVAT's source, TaskWriteSerializer: `update_project` sets the project alone.
    """
    project = ctx.project_seen(place.id)
    if project is not None:
        there = project.organization_id
    elif place.id is None and not ctx.ref.organization:
        there = None  # made without a context: in the personal workspace
    else:
        return  # it cannot be seen; or it is made in the context, which holds all that is found in it
    if there == found.organization_id:
        return
    here, other = organization_words(found.organization_id), organization_words(there)
    ctx.problem(
        f"task {found.id} ({found.name!r}) is in {here} and cannot be moved to project {place.name!r}, which is in "
        f"{other}: CVAT would leave the task in {here}",
        ctx.at("tasks", key, "project"),
        f"transfer the task to {other} in CVAT first, or name a project of {here}",
    )


def _check_dimension(ctx: Building, key: str, found: Task, place: ObjectRef) -> None:
    """All tasks of a project are of one dimension; the server refuses another (CVAT's source, TaskWriteSerializer)."""
    project = ctx.project_seen(place.id)
    there = project.dimension if project is not None else None
    if there and found.dimension and there != found.dimension:
        ctx.problem(
            f"task {found.id} ({found.name!r}) is {found.dimension.upper()} and cannot be moved to project "
            f"{place.name!r}, whose tasks are {there.upper()}",
            ctx.at("tasks", key, "project"),
            "a project holds tasks of one dimension: name another project",
        )


def _check_labels(
    ctx: Building, key: str, block: TaskBlock, found: Task, place: ObjectRef, there: Mapping[str, Image]
) -> list[str]:
    """Note what the target lacks; give the addresses of the labels that this plan makes there and that are needed."""
    labels = ctx.labels_for(found)
    if missing := missing_for(map(label_state, labels), there, block.move_labels):
        meant = did_you_mean(missing.labels[0], there) if missing.labels else None
        hint = "say with `move_labels` which of its labels becomes which there, or add what is missing to the project"
        where = ctx.at("tasks", key, "move_labels") if block.move_labels else ctx.at("tasks", key, "project")
        ctx.problem(
            f"task {found.id} ({found.name!r}) cannot be moved to project {place.name!r}, which has not {missing}",
            where,
            f"{hint}; {meant}" if meant else hint,
        )
    for old in block.move_labels:
        if old not in {label.name for label in labels}:
            ctx.problem(
                f"task {found.id} has no label {old!r} to be moved",
                ctx.key_at("tasks", key, "move_labels", old),
                did_you_mean(old, [label.name for label in labels]),
            )
    needed = [block.move_labels.get(label.name, label.name) for label in labels]
    addresses = [f"{place.address}.label[{name}]" for name in needed if name in there]
    return [address for address in addresses if address in ctx.label_steps]


def _labels_there(ctx: Building, place: ObjectRef) -> dict[str, Image]:
    """The labels of a project once this plan is applied: it may rename, make and delete some."""
    there = {label.name: label_state(label) for label in ctx.labels_of("project", place.id)} if place.id else {}
    for step in ctx.label_steps.values():
        if step.of is None or step.of.address != place.address:
            continue
        before = there.pop(str(step.expect.get("name", step.name)), {}) if step.expect is not None else {}
        if step.gives is not None:
            there[str(step.gives.get("name", step.name))] = _changed(before, step.gives)
    return there


def _changed(before: Image, gives: Image) -> Image:
    """A label as a step leaves it, which says of attributes and parts only those that change."""
    attributes = {**table(before.get("attributes")), **table(gives.get("attributes"))}
    parts = table(before.get("sublabels"))
    changed = {
        name: _changed(table(parts.get(name)), table(one)) for name, one in table(gives.get("sublabels")).items()
    }
    return {**before, **gives, "attributes": attributes, "sublabels": {**parts, **changed}}
