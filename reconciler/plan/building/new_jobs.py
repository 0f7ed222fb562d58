"""What the jobs of a task get that this plan makes: they are not there yet, so no change can name them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from reconciler.manifest.models import JobFields, JobOverride, TaskBlock
from reconciler.plan.building.building import Building
from reconciler.plan.building.data import WantedData
from reconciler.plan.frozen import Action, FieldChange
from reconciler.plan.steps import Do, Image, Step
from reconciler.plan.workflow import JOBS_FOR_STATUS, wanted_position

_NEW: Image = {"stage": "annotation", "state": "new", "assignee": None}
"""What a job is when it is made (CVAT, recorded from 2.54.1)."""


def build_new_jobs(ctx: Building, key: str, block: TaskBlock, data: WantedData) -> list[Step]:
    """The step that puts the jobs where the block wants them, if that is not where they begin."""
    address = f"task.{key}"
    wanted = _of_all(block)
    overrides = list(_overrides(ctx, key, block, data, wanted))
    everywhere = _differing(wanted)
    if not everywhere and not overrides:
        return []
    gives: Image = {"all": everywhere, "overrides": [{"frames": frames, **said} for frames, said in overrides]}
    body: Image = {
        "all": _as_sent(everywhere, ctx.users),
        "overrides": [{"frames": frames, **_as_sent(said, ctx.users)} for frames, said in overrides],
    }
    return [
        Step(
            address=f"{address}.jobs",
            kind="jobs",
            do=Do.SET_JOBS,
            action=Action.UPDATE,
            name=ctx.name_of_new(key),
            of=ctx.task_ref(key),
            reason="its jobs are made with its data",
            fields=tuple(_fields(everywhere, overrides, address)),
            body=body,
            expect={},
            gives=gives,
            needs=(f"{address}.data",),
        )
    ]


def _of_all(block: TaskBlock) -> Image:
    """What every annotation job is to be; a position is always said in full."""
    wanted: Image = dict(JOBS_FOR_STATUS[block.status]) if block.status is not None else {}
    return _complete(wanted | (_said(block.jobs) if block.jobs is not None else {}))


def _overrides(
    ctx: Building, key: str, block: TaskBlock, data: WantedData, wanted: Image
) -> Iterator[tuple[list[JsonValue], Image]]:
    segments = _segments(data)
    for index, override in enumerate(block.job_overrides):
        where = ctx.at("tasks", key, "job_overrides", index)
        frames = override.frame_range
        if frames is None:
            what = f"job {override.job} is not one of this task's: the task is made by this plan, and its jobs with it"
            ctx.problem(what, where, "say which of its jobs by their `frames`")
        elif segments is not None and not any(_lies_within(one, frames) for one in segments):
            listed = ", ".join(f"{first}-{last}" for first, last in segments[:8])
            more = f" and {len(segments) - 8} more" if len(segments) > 8 else ""
            what = f"no job of this task will lie within frames {frames[0]}-{frames[1]}"
            ctx.problem(what, where, f"its jobs will have frames {listed}{more}")
        else:
            said = _override(override)
            if {**_NEW, **wanted, **said} != {**_NEW, **wanted}:
                yield list(frames), said


def _override(override: JobOverride) -> Image:
    return _complete(_said(override))


def _said(block: JobFields) -> Image:
    return {name: getattr(block, name) for name in ("stage", "state", "assignee") if name in block.model_fields_set}


def _complete(said: Image) -> Image:
    """With stage and state together, starting from where a new job is: one without the other means another place."""
    position = wanted_position(said, "annotation", "new")
    return {**position, **({"assignee": said["assignee"]} if "assignee" in said else {})}


def _differing(wanted: Image) -> Image:
    """What is not so from the beginning; stage and state stay together."""
    differing = {name for name, value in wanted.items() if value != _NEW[name]}
    if differing & {"stage", "state"}:
        differing |= {"stage", "state"}
    return {name: value for name, value in wanted.items() if name in differing}


def _as_sent(said: Image, users: Mapping[str, int]) -> Image:
    assignee = said.get("assignee")
    return {**said, "assignee": users.get(assignee)} if isinstance(assignee, str) else said


def _fields(everywhere: Image, overrides: list[tuple[list[JsonValue], Image]], source: str) -> Iterator[FieldChange]:
    for name, value in everywhere.items():
        yield FieldChange(path=("jobs", name), before=_NEW[name], after=value, source=source)
    for (first, last), said in overrides:
        for name, value in said.items():
            before = everywhere.get(name, _NEW[name])
            if value != before:
                yield FieldChange(path=("jobs", f"{first}-{last}", name), before=before, after=value, source=source)


def _segments(data: WantedData) -> list[tuple[int, int]] | None:
    """The frames of the jobs that the server will make, as far as that can be told (CVAT 2.54.1, task creation)."""
    block, size = data.block, data.size
    if not size or block.jobs is not None or block.validation is not None:
        return None
    length = min(block.segment_size or size, size)
    overlap = min(block.overlap or 0, length // 2)
    starts = range(0, max(size - overlap, 1), length - overlap)
    return [(start, min(start + length, size) - 1) for start in starts]


def _lies_within(segment: tuple[int, int], frames: tuple[int, int]) -> bool:
    return frames[0] <= segment[0] and segment[1] <= frames[1]
