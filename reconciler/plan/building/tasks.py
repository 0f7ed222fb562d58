"""Tasks that are made, and what belongs to one: labels of its own, guide, data, annotations, jobs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from reconciler.manifest.models import TaskBlock
from reconciler.plan.building.annotations_together import AnnotationsTogether
from reconciler.plan.building.building import Building
from reconciler.plan.building.data import WantedData
from reconciler.plan.building.guides import build_task_guide
from reconciler.plan.building.labels import build_task_labels
from reconciler.plan.building.moving import build_move
from reconciler.plan.building.new_jobs import build_new_jobs
from reconciler.plan.frozen import Action, FieldChange
from reconciler.plan.steps import Do, Image, Step
from reconciler.plan.writes import SENT_AS

_FIELDS = ("subset", "bug_tracker", "assignee", "owner", "source_storage", "target_storage")
_UNSET: Mapping[str, JsonValue] = {"subset": "", "bug_tracker": ""}
"""What a task has that is made without a word about it; null where it is not listed here."""


def build_tasks(ctx: Building, wanted: Mapping[str, WantedData]) -> list[Step]:
    """The steps of all task blocks that are there or are made, block by block.

    `wanted` has the data of the blocks that say any. Which of them are uploaded is in `ctx.uploads`.
    """
    annotations = AnnotationsTogether(ctx)
    steps: list[Step] = []
    for key in ctx.tasks:
        steps += _of_task(ctx, key, wanted.get(key), annotations)
    return steps


def _of_task(ctx: Building, key: str, data: WantedData | None, annotations: AnnotationsTogether) -> Iterator[Step]:
    block, found = ctx.manifest.tasks[key], ctx.tasks[key]
    if found is None:
        assert data is not None  # else it was not to be made
        yield _creation(ctx, key, block, data)
    yield from build_task_labels(ctx, key)
    if found is not None:
        yield from build_move(ctx, key, block, found)
    yield from build_task_guide(ctx, key)
    if key in ctx.uploads and data is not None:
        yield _upload(ctx, key, data)
    yield from annotations.steps(key)
    if key in ctx.uploads and data is not None:
        yield from build_new_jobs(ctx, key, block, data)


def _creation(ctx: Building, key: str, block: TaskBlock, data: WantedData) -> Step:
    place = ctx.lies_in.get(key)
    name = ctx.name_of_new(key)
    gives: Image = {"name": name, **{field: _wanted(block, field) for field in _FIELDS if _said(block, field)}}
    body: Image = {"name": name}
    for field in gives:
        if field != "name":
            sent_as, value = _sent(ctx, field, gives[field])
            body[sent_as] = value
    body |= data.for_creation(ctx.capabilities)
    address = f"task.{key}"
    shown: Image = {**gives, **data.for_creation(ctx.capabilities)}
    if place is not None:
        shown = {"name": name, "project": place.name, **shown}
    return Step(
        address=address,
        kind="task",
        do=Do.CREATE_TASK,
        action=Action.CREATE,
        name=name,
        of=place,
        reason=_why_made(ctx, key),
        fields=tuple(
            FieldChange(path=(field,), before=None, after=value, source=address) for field, value in shown.items()
        ),
        body=body,
        expect=None,
        gives=gives,
        needs=(place.address,) if place is not None and place.id is None else (),
    )


def _why_made(ctx: Building, key: str) -> str:
    old = ctx.replaced.get(key)
    if old is None:
        return "it is not there"
    if old.id in ctx.given_up:
        return f"task {old.id} is empty, and holds files of an upload that was not finished: made anew in its place"
    return f"its data has changed: made anew in the place of task {old.id}"


def _said(block: TaskBlock, field: str) -> bool:
    return field in block.model_fields_set and _wanted(block, field) != _UNSET.get(field)


def _wanted(block: TaskBlock, field: str) -> JsonValue:
    """As plans compare it."""
    if field.endswith("_storage"):
        storage = block.source_storage if field == "source_storage" else block.target_storage
        return storage.state if storage is not None else None
    value: str | None = getattr(block, field)
    return value or "" if field in _UNSET else value


def _sent(ctx: Building, field: str, value: JsonValue) -> tuple[str, JsonValue]:
    """Under which name a field is sent, and how: users as ids. An unknown user is among the problems already."""
    if field in ("assignee", "owner"):
        return SENT_AS["task"][field], ctx.users.get(str(value))
    return field, value


def _upload(ctx: Building, key: str, data: WantedData) -> Step:
    address = f"task.{key}"
    found = ctx.tasks[key]
    return Step(
        address=f"{address}.data",
        kind="data",
        do=Do.UPLOAD_DATA,
        action=Action.CREATE,
        name=found.name if found is not None else ctx.name_of_new(key),
        of=ctx.task_ref(key),
        reason="the task has no data yet" if found is not None else "the task is made from it",
        fields=tuple(
            FieldChange(path=("data", name), before=None, after=value, source=address) for name, value in data.described
        ),
        body=data.request(),
        expect={"size": None},
        gives={"size": data.size},
        needs=(address,) if found is None else (),
    )
