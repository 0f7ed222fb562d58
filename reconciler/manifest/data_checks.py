"""What a task's data and annotations say that the server would refuse, or quietly make something else of.

The rules are those of CVAT's own checks (DataSerializer, ValidationParamsSerializer, _validate_job_file_mapping,
_validate_validation_params, _get_task_segment_data); there they come after an upload, here before.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from reconciler.errors import Problem
from reconciler.manifest.locations import Locations
from reconciler.manifest.models import AnnotationsBlock, DataBlock, Manifest
from reconciler.manifest.validation_checks import validation_problems
from reconciler.manifest.wording import either, quoted

_SOURCES = ("files", "remote", "share", "cloud_storage")
_NOT_WITH_JOBS = ("segment_size", "overlap", "sorting", "start_frame", "stop_frame", "step", "exclude")
NEEDS_A_FORMAT = (".zip", ".xml", ".txt", ".tar", ".gz")


def data_problems(manifest: Manifest, locations: Locations) -> Iterator[Problem]:
    """Every block of data and annotations that does not hold together."""
    for key, task in manifest.tasks.items():
        if task.data is not None:
            path = ("tasks", key, "data")
            yield from _one_source(task.data, locations, *path)
            yield from _names_of_remote_files(task.data, locations, *path)
            yield from _exclusion(task.data, locations, *path)
            yield from _cut_into_jobs(task.data, locations, *path)
            yield from _named_jobs(task.data, locations, *path)
            yield from validation_problems(task.data, locations, *path)
        if task.annotations is not None:
            yield from _format(task.annotations, locations, "tasks", key, "annotations")


def _one_source(data: DataBlock, locations: Locations, *path: str) -> Iterator[Problem]:
    given = [source for source in _SOURCES if getattr(data, source)]
    if not given:
        hint = 'write `files: ["images/*.jpg"]`, or `remote`, `share` or `cloud_storage`'
        yield Problem("`data` does not say where its files are", locations.key(*path), hint)
    for source in given[1:]:
        what = f"{quoted(given[0])} and {quoted(source)} together: data comes from one place"
        yield Problem(what, locations.key(*path, source), "keep one of them")
    cloud = data.cloud_storage
    if cloud is None:
        return
    if not cloud.files and cloud.pattern is None:
        where = locations.key(*path, "cloud_storage")
        yield Problem("`cloud_storage` does not say which files", where, "add `files` or `pattern`")
    where = locations.at(*path, "cloud_storage", "pattern")
    if cloud.pattern is not None and any(not name.endswith(".jsonl") for name in cloud.files):
        yield Problem("`pattern` chooses among what a manifest (*.jsonl) lists", where, "keep `files` or `pattern`")
    if cloud.pattern is not None and data.exclude:
        yield Problem("`pattern` and `exclude` cannot be used together", where, "keep one of them")


def _names_of_remote_files(data: DataBlock, locations: Locations, *path: str) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for index, address in enumerate(data.remote):
        name = PurePosixPath(unquote(urlsplit(address).path)).name
        if name and seen.setdefault(name, address) != address:
            what = f"two addresses of a file called {quoted(name)}: the server would take one for the other"
            yield Problem(what, locations.at(*path, "remote", index), f"the other one is {seen[name]}")


def _exclusion(data: DataBlock, locations: Locations, *path: str) -> Iterator[Problem]:
    if data.exclude and not data.share and data.cloud_storage is None:
        what = "`exclude` is about the folders of `share` and `cloud_storage`"
        yield Problem(what, locations.key(*path, "exclude"), "leave those files out of the list")
    if data.copy_data and not data.share:
        what = "`copy_data` is about files of `share`, and does nothing here"
        yield Problem(what, locations.at(*path, "copy_data"), "leave it out", "warning")


def _cut_into_jobs(data: DataBlock, locations: Locations, *path: str) -> Iterator[Problem]:
    if data.start_frame is not None and data.stop_frame is not None and data.start_frame > data.stop_frame:
        what = f"the first frame, {data.start_frame}, comes after the last, {data.stop_frame}"
        yield Problem(what, locations.at(*path, "stop_frame"))
    if not data.overlap or data.jobs is not None:
        return
    where = locations.at(*path, "overlap")
    if not data.segment_size:
        yield Problem("`overlap` does nothing in a task of one job", where, "add `segment_size`", "warning")
    elif data.overlap > data.segment_size // 2:
        what = f"neighbouring jobs can share at most half of their frames: {data.segment_size // 2}, not {data.overlap}"
        yield Problem(what, where, "the server would take the half without a word")


def _named_jobs(data: DataBlock, locations: Locations, *path: str) -> Iterator[Problem]:
    if data.jobs is None:
        return
    for field in _NOT_WITH_JOBS:
        if getattr(data, field):
            what = f"{quoted(field)} and `jobs` together: `jobs` already says which files, in which order"
            yield Problem(what, locations.key(*path, field), "keep one of them")
    if not data.jobs:
        yield Problem("`jobs` names no job", locations.key(*path, "jobs"), "leave it out for one job")
    seen: dict[str, int] = {}
    for number, files in enumerate(data.jobs):
        if not files:
            yield Problem("a job without files", locations.at(*path, "jobs", number), "leave it out")
        for index, name in enumerate(files):
            if name in seen:
                where = locations.at(*path, "jobs", number, index)
                yield Problem(f"{quoted(name)} is in the jobs twice", where, "each file belongs to one job")
            seen[name] = number


def _format(annotations: AnnotationsBlock, locations: Locations, *path: str) -> Iterator[Problem]:
    ending = PurePosixPath(annotations.file).suffix.lower()
    if annotations.format is None and ending in NEEDS_A_FORMAT:
        what = f"a {ending} file is not CVAT's own JSON, so it needs a `format`"
        formats = either(quoted(name) for name in ("CVAT 1.1", "COCO 1.0", "YOLO 1.1"))
        yield Problem(
            what, locations.at(*path, "file"), f"add `format:` with one that the server imports: {formats}, …"
        )
