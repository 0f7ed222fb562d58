"""Whether local files make a task together, as far as their names tell."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator, Sequence

from reconciler.errors import Problem
from reconciler.manifest.file_patterns import MatchedFile
from reconciler.manifest.locations import Locations
from reconciler.manifest.models import DataBlock
from reconciler.manifest.wording import did_you_mean, quoted


def media_problems(data: DataBlock, files: Sequence[MatchedFile], locations: Locations, key: str) -> Iterator[Problem]:
    """More than one video, and names of frames that are not among the files."""
    path = ("tasks", key, "data")
    names = {file.name for file in files}
    videos = [name for name in sorted(names) if _kind(name) == "video"]
    if videos and len(names) > 1:
        # CVAT's server takes one video or many images (_validate_data of its task creation).
        what = (
            f"{quoted(videos[0])} is a video, and there are {len(names) - 1} more files: a video is a task of its own"
        )
        yield Problem(what, locations.at(*path, "files"), "write a task for each video")
    if any(_kind(name) != "image" for name in names):
        return  # what is in an archive or a video has names that only the server will know
    for job, wanted in enumerate(data.jobs or ()):
        yield from _unknown(wanted, names, locations, *path, "jobs", job)
    if data.validation is not None:
        yield from _unknown(data.validation.frames or (), names, locations, *path, "validation", "frames")


def _unknown(wanted: Sequence[str], names: set[str], locations: Locations, *path: str | int) -> Iterator[Problem]:
    for index, name in enumerate(wanted):
        if name not in names:
            what = f"{quoted(name)} is not one of this task's files"
            hint = did_you_mean(name, sorted(names)) or f"they are called {_a_few(names)}"
            yield Problem(what, locations.at(*path, index), hint)


def _a_few(names: set[str]) -> str:
    first = sorted(names)[:3]
    return ", ".join(quoted(name) for name in first) + (", …" if len(names) > len(first) else "")


def _kind(name: str) -> str | None:
    guessed, _ = mimetypes.guess_type(name)
    return guessed.partition("/")[0] if guessed else None
