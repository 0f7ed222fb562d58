"""The files that a manifest names: whether they are there, can be read, and hold something."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from reconciler.errors import Location, Problem
from reconciler.manifest.file_patterns import MatchedFile, found, matched
from reconciler.manifest.locations import Locations
from reconciler.manifest.media_checks import media_problems
from reconciler.manifest.models import AnnotationsBlock, GuideBlock, Manifest, TaskBlock
from reconciler.manifest.nodes import Scalar
from reconciler.manifest.wording import did_you_mean, file_meant, quoted

LARGEST_GUIDE = 1024 * 1024
_MAGIC = set("*?[")


def file_problems(manifest: Manifest, locations: Locations) -> Iterator[Problem]:
    """What keeps a file from being used, at the place that names it. Blocks that are to be absent need none."""
    for key, project in manifest.projects.items():
        if project.ensure == "present":
            yield from _guide(project.guide, locations, "projects", key)
    for key, task in manifest.tasks.items():
        if task.ensure == "present":
            yield from _guide(task.guide, locations, "tasks", key)
            yield from _annotations(task.annotations, locations, "tasks", key)
            yield from _data(task, locations, key)


def _guide(guide: GuideBlock | None, locations: Locations, *path: str) -> Iterator[Problem]:
    if guide is None or guide.file is None:
        return
    named = _Named.at(locations, guide.file, *path, "guide", "file")
    problem = _unusable(named)
    yield from [problem] if problem else _not_text(named)


def _not_text(named: _Named) -> Iterator[Problem]:
    try:
        with Path(named.path).open("rb") as stream:
            raw = stream.read(LARGEST_GUIDE + 1)
        text = raw.decode("utf-8-sig") if len(raw) <= LARGEST_GUIDE else None
    except OSError as error:
        yield named.problem(f"cannot read {named.shown}: {error.strerror}")
    except UnicodeDecodeError:
        yield named.problem(f"{named.shown} is not UTF-8 text", "a guide is Markdown; save the file as UTF-8")
    else:
        if text is None:
            yield named.problem(f"{named.shown} is larger than 1 MB", "a guide is Markdown text")
        elif "\0" in text:
            yield named.problem(f"{named.shown} is a binary file", "a guide is Markdown text")
        elif not text.strip():
            yield named.problem(f"{named.shown} is empty", "write `guide: null` for no guide")


def _annotations(annotations: AnnotationsBlock | None, locations: Locations, *path: str) -> Iterator[Problem]:
    if annotations is None:
        return
    problem = _unusable(_Named.at(locations, annotations.file, *path, "annotations", "file"))
    yield from [problem] if problem else ()


def _data(task: TaskBlock, locations: Locations, key: str) -> Iterator[Problem]:
    if task.data is None or not task.data.files:
        return
    problems: list[Problem] = []
    files: list[MatchedFile] = []
    if not any(found(pattern) for pattern in task.data.files):
        for index, pattern in enumerate(task.data.files):
            yield _not_here(_Named.at(locations, pattern, "tasks", key, "data", "files", index))
        return
    for index, pattern in enumerate(task.data.files):
        named = _Named.at(locations, pattern, "tasks", key, "data", "files", index)
        files = matched([pattern])
        problems += _each_usable(named, files) if files else [_no_files(named)]
    yield from problems
    if not problems:
        files = files if len(task.data.files) == 1 else matched(task.data.files)
        yield from _of_one_name(files, locations, key)
        yield from media_problems(task.data, files, locations, key)


def _of_one_name(files: list[MatchedFile], locations: Locations, key: str) -> Iterator[Problem]:
    for one, other in pairwise(files):
        if one.name == other.name:
            what = f"two files would be called {quoted(one.name)} on the server: {one.path} and {other.path}"
            hint = "CVAT keeps no folders of files that are sent to it: rename one of them, or send a zip archive"
            yield Problem(what, locations.at("tasks", key, "data", "files"), hint)
            return  # there may be thousands


def _not_here(named: _Named) -> Problem:
    """Of a task that has its data, the files may have been cleaned away: only a plan can tell that they are missing."""
    missing = _missing(named)
    hint = f"{missing.hint}; " if missing.hint else ""
    return Problem(missing.what, missing.where, f"{hint}a task that has its data needs them no more", "warning")


def _no_files(named: _Named) -> Problem:
    hits = found(named.path)
    if not hits:
        return _missing(named)
    if not any(Path(path).is_dir() for path in hits):
        return _special(named)
    what = "is a folder" if hits == [named.path] else "matches only folders"
    hint = "for the files in a folder write `folder/*`, for those of the folders in it, too, `folder/**`"
    return named.problem(f"{named.shown} {what}", hint)


def _each_usable(named: _Named, files: list[MatchedFile]) -> Iterator[Problem]:
    """The first file that cannot be used, and how many more."""
    wrong = [problem for file in files if (problem := _unusable(named.one(file)))]
    if wrong:
        more = f" (and {len(wrong) - 1} more like it)" if len(wrong) > 1 else ""
        yield Problem(f"{wrong[0].what}{more}", wrong[0].where, wrong[0].hint)


def _unusable(named: _Named) -> Problem | None:
    try:
        named.path.encode()  # a name of odd bytes is kept as text that cannot be encoded
        about = os.stat(named.path)  # noqa: PTH116 - a task can have 100,000 files
    except UnicodeEncodeError:
        return named.problem(f"the name {named.shown} is not UTF-8", "the server cannot keep it: rename the file")
    except (FileNotFoundError, NotADirectoryError):
        return _missing(named)
    except (OSError, ValueError) as error:
        return named.problem(f"cannot read {named.shown}: {getattr(error, 'strerror', None) or error}")
    if stat.S_ISDIR(about.st_mode):
        return named.problem(f"{named.shown} is a folder, not a file")
    if not stat.S_ISREG(about.st_mode):
        return _special(named)
    if not os.access(named.path, os.R_OK):
        return named.problem(f"cannot read {named.shown}: permission denied")
    return named.problem(f"{named.shown} is empty") if about.st_size == 0 else None


def _special(named: _Named) -> Problem:
    return named.problem(f"{named.shown} is not a regular file")


def _missing(named: _Named) -> Problem:
    is_pattern = bool(_MAGIC & set(named.path))
    what = f"no file matches {named.shown}" if is_pattern else f"there is no file {named.shown}"
    return named.problem(what, _what_may_be_wrong(named))


def _what_may_be_wrong(named: _Named) -> str | None:
    if named.is_secretive:
        return None
    if "{" in named.path:
        return "{a,b} is no pattern here: write one item for each"
    if named.written.startswith("~"):
        return "~ is not known here: write ${env.HOME}/…"
    *folders, name = Path(named.path).parts
    there = Path()
    for folder in folders:
        if _MAGIC & set(folder):
            return None
        if not (there / folder).is_dir():
            meant = did_you_mean(folder, _names_in(there))
            return f"there is no folder {quoted(str(there / folder))}" + (f"; {meant}" if meant else "")
        there /= folder
    return file_meant(name, _names_in(there)) if not _MAGIC & set(name) else None


def _names_in(folder: Path) -> list[str]:
    try:
        return sorted(path.name for path in folder.iterdir())
    except OSError:
        return []


class _Named:
    """A path, and the place that names it."""

    def __init__(self, path: str, written: str, where: Location | None) -> None:
        self.path = path
        self.written = written
        self.where = where

    @classmethod
    def at(cls, locations: Locations, path: str, *at: str | int) -> _Named:
        node = locations.node(*at)
        return cls(path, node.written if isinstance(node, Scalar) else path, locations.at(*at))

    @property
    def is_secretive(self) -> bool:
        """Whether a variable is part of it: what the environment holds is not shown."""
        return "${" in self.written

    @property
    def shown(self) -> str:
        return quoted(self.written if self.is_secretive else self.path)

    def one(self, file: MatchedFile) -> _Named:
        """One of the files that it matches."""
        return _Named(str(file.path), file.name if self.is_secretive else str(file.path), self.where)

    def problem(self, what: str, hint: str | None = None) -> Problem:
        return Problem(what, self.where, hint)
