"""Ground truth: which ways of choosing its frames go together (CVAT, ValidationParamsSerializer)."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Problem
from reconciler.manifest.locations import Locations
from reconciler.manifest.models import DataBlock, ValidationBlock
from reconciler.manifest.wording import either, quoted

_IN_ALL = ("frame_count", "frame_share")
_PER_JOB = ("frames_per_job_count", "frames_per_job_share")


def validation_problems(data: DataBlock, locations: Locations, *path: str) -> Iterator[Problem]:
    """What the choice of frames lacks, or says twice."""
    if data.validation is None:
        return
    at = (*path, "validation")
    yield from _choice(data.validation, locations, *at)
    yield from _not_meant(data.validation, locations, *at)
    if data.validation.mode == "gt_pool":
        yield from _pool(data, data.validation, locations, *path)
    per_job = data.validation.frames_per_job_count
    if data.validation.mode == "gt" and per_job and data.segment_size and per_job >= data.segment_size:
        what = f"a job has {data.segment_size} frames, and {per_job} of them cannot be ground truth"
        yield Problem(what, locations.at(*at, "frames_per_job_count"), "write fewer than `segment_size`")


def _choice(validation: ValidationBlock, locations: Locations, *path: str) -> Iterator[Problem]:
    if validation.select == "manual":
        if not validation.frames:
            yield Problem("`select: manual` needs `frames`", locations.at(*path, "select"), "name the files")
        yield from _frames_twice(validation, locations, *path)
    elif validation.select == "random_uniform":
        yield from _exactly_one(validation, _IN_ALL, "`select: random_uniform`", locations, *path)
    elif validation.mode == "gt":
        yield from _exactly_one(validation, _PER_JOB, "`select: random_per_job`", locations, *path)


def _frames_twice(validation: ValidationBlock, locations: Locations, *path: str) -> Iterator[Problem]:
    frames = validation.frames or ()
    for index, name in enumerate(frames):
        if name in frames[:index]:
            yield Problem(f"{quoted(name)} stands here twice", locations.at(*path, "frames", index), "leave one out")


def _exactly_one(
    validation: ValidationBlock, fields: tuple[str, ...], whose: str, locations: Locations, *path: str
) -> Iterator[Problem]:
    given = [field for field in fields if getattr(validation, field) is not None]
    if not given:
        yield Problem(f"{whose} needs {either(quoted(field) for field in fields)}", locations.at(*path))
    for field in given[1:]:
        what = f"{quoted(given[0])} and {quoted(field)} say the same in two ways"
        yield Problem(what, locations.at(*path, field), "keep one of them")


def _not_meant(validation: ValidationBlock, locations: Locations, *path: str) -> Iterator[Problem]:
    """Fields that this way of choosing does not look at."""
    meant = {
        "manual": {"frames"},
        "random_uniform": {*_IN_ALL, "random_seed"},
        "random_per_job": {*_PER_JOB, "random_seed"},
    }[validation.select]
    if validation.mode == "gt_pool":
        meant |= set(_PER_JOB)
    for field in ("frames", *_IN_ALL, *_PER_JOB, "random_seed"):
        if getattr(validation, field) is not None and field not in meant:
            what = f"{quoted(field)} does nothing with `select: {validation.select}`"
            yield Problem(what, locations.key(*path, field), "leave it out, or choose another `select`")


def _pool(data: DataBlock, validation: ValidationBlock, locations: Locations, *path: str) -> Iterator[Problem]:
    at = (*path, "validation")
    if validation.select == "random_per_job":
        where = locations.at(*at, "select")
        yield Problem("a pool is chosen from all frames, not job by job", where, "write manual or random_uniform")
    yield from _exactly_one(validation, _PER_JOB, "`mode: gt_pool`", locations, *at)
    if data.sorting != "random":
        where = locations.at(*path, "sorting") if data.sorting else locations.at(*at, "mode")
        yield Problem("a pool needs frames in random order", where, "write `sorting: random` in `data`")
    for field in ("overlap", "jobs"):
        if getattr(data, field):
            what = f"{quoted(field)} and a pool of ground truth cannot be used together"
            yield Problem(what, locations.key(*path, field), "keep one of them")
