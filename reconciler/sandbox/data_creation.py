"""Giving a task its frames and jobs from the files that were sent, as its data request says."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from reconciler.sandbox import archives, media, new_jobs, pictures, workflow
from reconciler.sandbox.links import Doc
from reconciler.sandbox.media import Frame, Media
from reconciler.sandbox.store import Store

_SEED = 7  # for the order that is called random: the same every time
_MOST_IN_A_CHUNK = 72
_PIXELS_IN_A_CHUNK = 36 * 1920 * 1080


@dataclass
class Request:
    """What a data request says, and the files it is about: in the order in which they came."""

    files: dict[str, bytes]
    image_quality: int = 70
    start_frame: int = 0
    stop_frame: int | None = None
    frame_filter: str = ""
    chunk_size: int | None = None
    sorting_method: str = "lexicographical"
    storage: str = "local"
    cloud: int | None = None
    storage_method: str = "cache"
    job_file_mapping: list[list[str]] | None = None
    order: list[str] = field(default_factory=list)
    validation: Doc | None = None


def create_data(store: Store, task: Doc, request: Request) -> None:
    """Give a task its frames and jobs, or raise what a real server's work raises."""
    files = _pictures(request.files)
    names = _ordered(list(files), request)
    sources: list[Frame] = [(name, *pictures.size_of(files[name])) for name in names]
    step = _step(request.frame_filter)
    end = len(sources) if request.stop_frame is None else request.stop_frame + 1
    size = len(sources[request.start_frame : end : step])
    if not size:
        raise ValueError("No media data found")
    made = Media(
        sources,
        request.start_frame,
        step,
        size,
        request.chunk_size or _chunk_size(sources[0]),
        request.frame_filter,
        request.storage,
        request.storage_method,
        request.sorting_method,
        store.clock.now(),
        custom_segments=request.job_file_mapping is not None,
    )
    media.add_files(store, task["id"], files)
    media.save_media(store, task["id"], made)
    _fill(store, task, made, request)


def _pictures(sent: dict[str, bytes]) -> dict[str, bytes]:
    """Give the pictures among the files, those in zip archives too; what is neither is skipped."""
    found: dict[str, bytes] = {}
    for name, content in sent.items():
        if pictures.is_video(name):
            raise ValueError(f"{name}: the sandbox has no decoder for videos")
        if name.lower().endswith(".zip"):
            inside = archives.members(content)
            found |= {inner: inside[inner] for inner in inside if pictures.is_picture(inner)}
        elif pictures.is_picture(name):
            found[name] = content
    if not found:
        # The words and the type are recorded from CVAT 2.54.1.
        raise ValueError("No media data found")
    return found


def _ordered(names: list[str], request: Request) -> list[str]:
    if request.job_file_mapping is not None:
        wanted = [name for job in request.job_file_mapping for name in job]
        if len(wanted) != len(set(wanted)) or set(wanted) - set(names):
            raise ValueError("job_file_mapping: every file must be there, and only once")
        return wanted
    match request.sorting_method:
        case "natural":
            return sorted(names, key=_naturally)
        case "predefined":
            places = {PurePosixPath(name).name: place for place, name in enumerate(request.order)}
            return sorted(names, key=lambda name: places.get(PurePosixPath(name).name, len(places)))
        case "random":
            return random.Random(_SEED).sample(sorted(names), len(names))  # noqa: S311 - an order, no secret
    return sorted(names)


def _naturally(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]


def _step(frame_filter: str) -> int:
    if not frame_filter:
        return 1
    found = re.search(r"step\s*=\s*([1-9]\d*)", frame_filter)
    if found is None:
        raise ValueError(f"Invalid frame filter expression: {frame_filter}")
    return int(found[1])


def _chunk_size(frame: Frame) -> int:
    _, width, height = frame
    return max(2, min(_MOST_IN_A_CHUNK, _PIXELS_IN_A_CHUNK // (width * height)))


def _fill(store: Store, task: Doc, made: Media, request: Request) -> None:
    if request.job_file_mapping is not None:
        ranges, last = [], -1
        for job in request.job_file_mapping:
            ranges.append((last + 1, last + len(job)))
            last += len(job)
        segment, overlap = 0, 0
    else:
        segment = min(task["segment_size"] or made.size, made.size)
        overlap = min(task["overlap"] or 0, segment // 2)
        ranges = list(new_jobs.segments(made.size, segment, overlap))
    task.update(
        data_cloud_storage_id=request.cloud,
        mode="annotation",
        segment_size=segment,
        overlap=overlap,
        data_chunk_size=made.chunk_size,
        data_original_chunk_type="imageset",
        data_compressed_chunk_type="imageset",
        size=made.size,
        image_quality=request.image_quality,
        data=store.next_id("data"),
    )
    store.save("tasks", task)
    new_jobs.add_jobs(store, task, ranges)
    task.update(jobs=workflow.summary(store, task["id"]), updated_date=store.clock.now())
    store.save("tasks", task)
    if request.validation:
        new_jobs.add_ground_truth(store, task, _validation_frames(made, ranges, request.validation))
    workflow.jobs_follow(store, task)


def _validation_frames(made: Media, ranges: list[tuple[int, int]], wanted: Doc) -> list[int]:
    if wanted.get("frames"):
        numbers = {name: number for number, (name, _, _) in enumerate(made.frames)}
        return sorted(numbers[name] for name in wanted["frames"])
    if per_job := int(wanted.get("frames_per_job_count") or 0):
        chosen = (new_jobs.spread(start, stop, min(per_job, stop - start + 1)) for start, stop in ranges)
        return sorted({frame for frames in chosen for frame in frames})
    return new_jobs.spread(0, made.size - 1, min(int(wanted.get("frame_count") or 1), made.size))
