"""What of some annotations is not there, and where: compared by content, told in numbers and frames."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from reconciler.annotations.content import Annotations
from reconciler.annotations.cutting import without_parts
from reconciler.annotations.items import KINDS
from reconciler.annotations.whole import WholeTask
from reconciler.wording import listed

_MOST_FRAMES = 10

Parts = Sequence[tuple[int | None, Annotations]]
"""Annotations of the task (None), or of a job that holds its own."""


def held_by(whole: WholeTask, job: int | None) -> Annotations:
    """What the task (None) or one of its jobs holds."""
    if job is None:
        return whole.task
    return whole.sharing.get(job) or whole.jobs.get(job) or Annotations()


def lacking_in(wanted: WholeTask, now: WholeTask) -> Parts:
    """What is missing, and where. A track that the server has cut at the bounds of jobs is there in its parts."""
    found: list[tuple[int | None, Annotations]] = []
    for job, part in wanted.parts:
        held = held_by(now, job)
        some = part.minus(held)
        some = replace(some, tracks=tuple(without_parts(some.tracks, held.tracks)))
        if some:
            found.append((job, some))
    return found


def dropped(lacking: Parts, wanted: WholeTask) -> str:
    """What the server took and did not keep."""
    frames = {item["frame"] for _, some in lacking for _, items in some.of_kinds() for item in items}
    where = listed(sorted(frames), _MOST_FRAMES)
    return f"{short_of(lacking, wanted)} did not arrive, though the server took them: on frames {where}"


def short_of(some: Parts, of: WholeTask) -> str:
    """`3 of 120 shapes`."""
    lacking = Counter(dict.fromkeys(KINDS, 0))
    whole = Counter(lacking)
    for parts, counter in ((some, lacking), (of.parts, whole)):
        for _, held in parts:
            counter.update({kind: len(items) for kind, items in held.of_kinds()})
    return " and ".join(f"{lacking[kind]} of {whole[kind]} {kind}" for kind in KINDS if lacking[kind])


def outside_of(outside: Annotations, size: int) -> str:
    """Which frames a task of this size does not have."""
    if not size:
        return "the task has no data"
    frames = {item["frame"] for _, items in outside.of_kinds() for item in items}
    are = "frame {} is" if len(frames) == 1 else "frames {} are"
    return f"{are.format(listed(sorted(frames), _MOST_FRAMES))} outside the task, which has {size}"
