"""A ground-truth job in a backup: does CVAT give it back the frames that it has?

CVAT names its frames by their numbers in the source, and reads them back as numbers in the task; the two differ where a
task was made with a `start_frame` or a step (CVAT's source, engine/backup.py: serialize_segment, _import_gt_jobs). The
frames of a pool go by their files, and come back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_MOST_NAMED = 3


def named_frames(data: Mapping[str, Any], jobs: Sequence[Mapping[str, Any]]) -> list[int] | None:
    """The frames of the ground-truth job as a backup names them; None: there is none, or they go by their files."""
    if data.get("validation_layout"):
        return None
    named = [job["frames"] for job in jobs if job.get("type") == "ground_truth" and "frames" in job]
    return sorted(frame for frames in named for frame in frames) if named else None


def beyond_the_task(named: Sequence[int] | None, size: int | None) -> list[str]:
    """Whether the job is refused, and with it the whole backup."""
    beyond = [frame for frame in named or () if size is not None and frame >= size]
    if not beyond:
        return []
    return [
        f"CVAT does not restore it: the ground-truth job's frames ({_listed(beyond)}) are named as they are counted in "
        f"the source, and read as frames of the task, which has {size}"
    ]


def others_than(named: Sequence[int] | None, frames: Sequence[int]) -> list[str]:
    """Whether the job comes back with other frames."""
    if named is None or list(named) == sorted(frames):
        return []
    return [f"CVAT would restore the ground-truth job with frames {_listed(named)} instead of {_listed(frames)}"]


def _listed(frames: Sequence[int]) -> str:
    shown = ", ".join(map(str, sorted(frames)[:_MOST_NAMED]))
    return f"{shown} and {len(frames) - _MOST_NAMED} more" if len(frames) > _MOST_NAMED else shown
