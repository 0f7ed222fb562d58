"""Which frames a new ground truth job has: the rules, and where they are known the words, of CVAT's JobWriteSerializer.

Where a real server chooses by chance, the frames are spread evenly: the same ones every time.
"""

from __future__ import annotations

from typing import Any

from reconciler.sandbox.answers import crash, invalid, refuse
from reconciler.sandbox.links import Doc
from reconciler.sandbox.new_jobs import segments, spread

UNIFORM, PER_JOB, MANUAL = "random_uniform", "random_per_job", "manual"
METHODS = (UNIFORM, PER_JOB, MANUAL)
_ONE_OF = {
    UNIFORM: ("frame_count", "frame_share"),
    PER_JOB: ("frames_per_job_count", "frames_per_job_share"),
    MANUAL: ("frames",),
}


def check_choice(data: Doc) -> None:
    """Refuse a request whose fields do not go with the way of choosing."""
    method = data.get("frame_selection_method")
    if method is not None and not any(name in data for name in _ONE_OF[method]):
        names = " or ".join(f"'{name}'" for name in _ONE_OF[method])
        raise _refused(f"{names} must be specified")  # our words
    if "frames" in data and method != MANUAL:
        raise _refused(f'"frames" can only be used when "frame_selection_method" is "{MANUAL}"')
    if method is None:
        raise crash()  # nothing checks that it is there


def _refused(message: str) -> Exception:
    return refuse(400, {"non_field_errors": [message]})


def chosen_frames(data: Doc, task: Doc) -> list[int]:
    """Choose the frames of a task that has data."""
    method, size = data["frame_selection_method"], int(task["size"])
    if method == MANUAL:
        return _named(data["frames"], size)
    if method == PER_JOB:
        return _per_job(data, task, size)
    count = data.get("frame_count") or max(1, int(data["frame_share"] * size))
    if count > size:
        message = f"must not be greater than the number of the task frames ({size})"
        raise invalid(f"The number of frames requested ({count}) {message}")
    return spread(0, size - 1, count)


def _named(frames: Any, size: int) -> list[int]:
    if not isinstance(frames, list) or not all(isinstance(frame, int) for frame in frames):
        raise refuse(400, {"frames": ["A valid integer is required."]})
    if not frames:
        raise refuse(400, {"frames": ["This list may not be empty."]})
    if len(set(frames)) < len(frames):
        raise invalid("Frames must not repeat")
    if strange := sorted(set(frames) - set(range(size))):
        raise invalid(f"The following frames do not exist in the task: {', '.join(map(str, strange))}")
    return sorted(frames)


def _per_job(data: Doc, task: Doc, size: int) -> list[int]:
    segment = task["segment_size"] or size
    count = data.get("frames_per_job_count") or min(max(1, int(data["frames_per_job_share"] * segment)), size)
    if count > size:
        message = f"must be not be greater than the segment size ({segment})"
        raise invalid(f"The number of frames requested ({count}) {message}")
    ranges = segments(size, segment, task["overlap"] or 0)
    parts = (spread(start, stop, min(count, stop - start + 1)) for start, stop in ranges)
    return sorted({frame for part in parts for frame in part})
