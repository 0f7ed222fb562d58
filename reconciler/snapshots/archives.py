"""A task's backup as CVAT lays it out: is all in it that brings the task back?

`task.json` (settings, labels, jobs), `annotations.json` (one entry a job, in the order of task.json's jobs), and
`data/` with the frames and `manifest.jsonl` (recordings/task_backup.zip; CVAT's cvat/apps/engine/backup.py). A backup
of frames in a cloud storage or on a share may hold links only: `storage` in task.json is then not `local`.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from reconciler.annotations.numbers import Numbers
from reconciler.cvat.capabilities import is_replica
from reconciler.snapshots.ground_truth import beyond_the_task, named_frames, others_than

_TASK, _ANNOTATIONS, _DATA = "task.json", "annotations.json", "data/"
_MANIFEST = f"{_DATA}manifest.jsonl"
_HEADS = 2  # the manifest's first lines: its version and its type
_PIECE = 1 << 20
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
"""What reading an archive raises that is cut off, damaged, encrypted or packed in an unknown way."""
_MOST_NAMED = 3
_LOST_ORDERS = frozenset({"random", "predefined"})

Place = tuple[str, int, int, int]
"""A job in a task: its type, its first and last frame, and which of those that have all three in common."""
Held = Counter[tuple[str, int, str]]
"""Annotations as they can be counted: kind, frame and label of each. (Backups drop some fields, a shape's score.)"""


class DamagedBackup(Exception):  # noqa: N818 - never shown: becomes a line among the problems
    """Why a backup cannot be read."""


@dataclass(frozen=True)
class Backup:
    """A backup that could be opened: what it says, and which files are in it."""

    about: Mapping[str, Any]
    annotations: Sequence[Mapping[str, Any]]
    manifest: tuple[Mapping[str, Any], ...] | None
    files: frozenset[str]

    @property
    def _data(self) -> Mapping[str, Any]:
        data = self.about.get("data")
        return data if isinstance(data, Mapping) else {}

    @property
    def _jobs(self) -> list[Mapping[str, Any]]:
        jobs = self.about.get("jobs")
        return [job for job in jobs if isinstance(job, Mapping)] if isinstance(jobs, list) else []

    @property
    def of_video(self) -> bool:
        """Whether the frames are those of a video, which the manifest does not list one by one."""
        return self.manifest is not None and any(line.get("type") == "video" for line in self.manifest[:_HEADS])

    @cached_property
    def held(self) -> dict[Place, Held]:
        """What each job has."""
        places = numbered((str(job.get("type", "annotation")), *_range(job)) for job in self._jobs)
        return {place: held_in(entry) for place, entry in zip(places, self.annotations, strict=False)}

    def problems(self, size: int | None) -> list[str]:
        """What is missing for a task of so many frames. See also `problems_of_frames` and `problems_of_jobs`."""
        found = []
        if not self._jobs:
            found.append(f"its {_TASK} names no jobs")
        elif len(self.annotations) != len(self._jobs):
            found.append(f"it has {len(self._jobs)} jobs, but the annotations of {len(self.annotations)}")
        found += beyond_the_task(named_frames(self._data, self._jobs), size)
        storage = self._data.get("storage", "local")
        order = self._data.get("sorting_method")
        if self._data.get("storage_method") == "file_system" and order in _LOST_ORDERS:
            # CVAT's source, engine/task.py: the import says so and fails. Servers whose chunks are made when they are
            # asked for (2.54 is set up so) have no such tasks but old ones.
            found.append(f"CVAT does not restore it: its frames are in {order} order, and it was made without a cache")
        if storage != "local":
            return [*found, f"it only names its frames, which are in {str(storage).replace('_', ' ')}; it holds none"]
        return [*found, *self._problems_of_manifest(size)]

    def problems_of_frames(self, names: Sequence[str]) -> list[str]:
        """Which of the frames that the server lists are not in it. Of a video the server names only the file."""
        return self._missing(names)

    def problems_of_jobs(self, jobs: Mapping[Place, Held]) -> list[str]:
        """Which jobs have other annotations in it than on the server: CVAT may give out an old backup (FACTS §4).

        A ground-truth job that it does not have can be made again; others cannot.
        """
        found = []
        for place, wanted in jobs.items():
            kind, start, stop, _ = place
            if place not in self.held:
                if kind != "ground_truth":
                    found.append(f"the {kind} job of frames {start} to {stop} is not in it")
            elif self.held[place] != wanted:
                there, here = (_said(numbers_of(held)) for held in (wanted, self.held[place]))
                what = f"{here} instead of {there}" if here != there else f"other annotations ({here})"
                found.append(f"the {kind} job of frames {start} to {stop} has {what} in it")
        return found

    def problems_of_numbers(self, wanted: Numbers) -> list[str]:
        """Whether all its jobs together hold fewer annotations than were read of the task's jobs."""
        numbers = numbers_of(sum(self.held.values(), Held()))
        if all(getattr(numbers, kind) >= getattr(wanted, kind) for kind in Numbers.model_fields):
            return []
        return [f"it holds {_said(numbers)}, the task had {_said(wanted)}"]

    def problems_of_ground_truth(self, frames: Sequence[int]) -> list[str]:
        """Whether the ground-truth job would come back with the frames that it has."""
        return others_than(named_frames(self._data, self._jobs), frames)

    @property
    def ground_truth(self) -> bool:
        """Whether it has the ground-truth job."""
        return any(kind == "ground_truth" for kind, *_ in self.held)

    def _problems_of_manifest(self, size: int | None) -> list[str]:
        if self.manifest is None:
            held = [name for name in self.files if name.startswith(_DATA)]
            return [] if held else ["there are no frames in it"]
        if self.of_video:
            names = [line["properties"]["name"] for line in self.manifest if "properties" in line]
            return self._missing(names) if names else ["its manifest does not name the video"]
        frames = [line for line in self.manifest[_HEADS:] if "name" in line]
        used = [line for place, line in enumerate(frames) if place in self._used(len(frames))]
        names = [f"{line['name']}{line.get('extension', '')}" for line in used]
        pool = (self._data.get("validation_layout") or {}).get("mode") == "gt_pool"  # its frames come several times
        if size is not None and len(used) != size and not pool:
            return [f"its manifest has {len(used)} frames, the task {size}"]
        related = [name for line in used for name in (line.get("meta") or {}).get("related_images", ())]
        return self._missing([*names, *related])

    def _used(self, count: int) -> range:
        """Which of the frames in the manifest the task has. None are named if it lists no others."""
        step = str(self._data.get("frame_filter") or "").partition("=")[2].strip()
        first, last = self._data.get("start_frame") or 0, self._data.get("stop_frame")
        return range(first, min(count, count if last is None else last + 1), int(step) if step.isdecimal() else 1)

    def _missing(self, names: Sequence[str]) -> list[str]:
        missing = [name for name in dict.fromkeys(names) if f"{_DATA}{name}" not in self.files]
        if missing and self.of_video:  # it is named without the folder that it may lie in
            bare = {name.rpartition("/")[2] for name in self.files}
            missing = [name for name in missing if name.rpartition("/")[2] not in bare]
        if not missing:
            return []
        more = f" and {len(missing) - _MOST_NAMED} more" if len(missing) > _MOST_NAMED else ""
        return [f"frames are missing in it: {', '.join(missing[:_MOST_NAMED])}{more}"]


def open_backup(path: Path) -> Backup:
    """Read what a backup says, and every byte of it: each file has its checksum in the archive.

    Raises:
        DamagedBackup: it is no archive, cut off, damaged, or not a task's backup.
        OSError: the file itself cannot be read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                _check(archive, member)
            files = frozenset(member.filename for member in archive.infolist() if not member.is_dir())
            about, annotations = (_json(archive, name, files) for name in (_TASK, _ANNOTATIONS))
            manifest = _manifest(archive) if _MANIFEST in files else None
    except zipfile.BadZipFile:
        raise DamagedBackup("it is no readable zip archive: cut off, or damaged") from None
    if not isinstance(about, dict) or not isinstance(annotations, list):
        raise DamagedBackup("it is not laid out like the backup of a task")
    return Backup(about, [entry for entry in annotations if isinstance(entry, dict)], manifest, files)


def held_in(annotations: Mapping[str, Any]) -> Held:
    """What a backup's entry for one job holds; also for annotations with label names by any other way."""
    return Held(
        (kind, int(item.get("frame", 0)), str(item.get("label", "")))
        for kind in Numbers.model_fields
        for item in annotations.get(kind) or ()
    )


def numbers_of(held: Held) -> Numbers:
    """How many there are of each kind."""
    by_kind: Counter[str] = Counter()
    for (kind, _, _), number in held.items():
        by_kind[kind] += number
    return Numbers(**by_kind)


def numbered(jobs: Iterator[tuple[str, int, int]]) -> list[Place]:
    """The places of jobs, in order. Replicas, which share the frames of their job, are told apart by counting."""
    seen: Counter[tuple[str, int, int]] = Counter()
    places = []
    for kind, start, stop in jobs:
        key = ("replica" if is_replica(kind) else kind, start, stop)
        places.append((*key, seen[key]))
        seen[key] += 1
    return places


def _range(job: Mapping[str, Any]) -> tuple[int, int]:
    start, stop = job.get("start_frame"), job.get("stop_frame")
    return (start if isinstance(start, int) else -1), (stop if isinstance(stop, int) else -1)


def is_whole(path: Path) -> bool:
    """Whether a file is a zip archive every byte of which can be read. Raises OSError."""
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                read_through(archive, member)
    except UNREADABLE:
        return False
    return True


def read_through(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Read every byte of a file in an archive, which has its checksum; raises one of UNREADABLE."""
    with archive.open(member) as file:
        while file.read(_PIECE):
            pass


def _check(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    try:
        read_through(archive, member)
    except UNREADABLE:
        raise DamagedBackup(f"{member.filename} is damaged in it") from None


def _json(archive: zipfile.ZipFile, name: str, files: frozenset[str]) -> Any:
    if name not in files:
        raise DamagedBackup(f"there is no {name} in it")
    try:
        return json.loads(archive.read(name))
    except ValueError:
        raise DamagedBackup(f"its {name} is not valid JSON") from None


def _manifest(archive: zipfile.ZipFile) -> tuple[Mapping[str, Any], ...]:
    try:
        lines = [json.loads(line) for line in archive.read(_MANIFEST).splitlines() if line.strip()]
    except ValueError:
        raise DamagedBackup(f"its {_MANIFEST} is not valid") from None
    return tuple(line if isinstance(line, dict) else {} for line in lines)


def _said(numbers: Numbers) -> str:
    return f"{numbers.tags} tags, {numbers.shapes} shapes and {numbers.tracks} tracks"
