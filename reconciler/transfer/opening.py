"""Backups that a person brings: opened, and read whole, before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from reconciler.errors import Problem, ReconcilerError
from reconciler.snapshots.archives import Backup, DamagedBackup, open_backup
from reconciler.transfer.folder import known
from reconciler.transfer.listing import Listing, sha256_of
from reconciler.transfer.matching import files_in

_ADDRESS: Final = "task.restored-"
_DIGITS: Final = 16  # of the digest: enough to tell files apart
_READERS: Final = 4
_CLOUDS: Final = frozenset({".pcd", ".bin"})
"""What point clouds are called; a task of them is 3D (CVAT's source: ValidateDimension)."""
_OF_NO_FRAME: Final = frozenset({"", ".json", ".jsonl"})


@dataclass(frozen=True)
class BackupFile:
    """A backup that could be opened. Restored once more while its task is there, it is another `copy`."""

    path: Path
    sha256: str
    about: Mapping[str, Any]  # what its task.json says; its annotations would fill the memory of many
    dimension: str | None = None  # "2d" or "3d"; None: it holds no frames to tell it by
    copy: int = 1

    @property
    def name(self) -> str:
        """What its task is called."""
        return str(self.about.get("name") or "")

    @property
    def address(self) -> str:
        """Always the same of one content. Restored once more while its task is there, it gets one of its own."""
        copy = f".{self.copy}" if self.copy > 1 else ""
        return f"{_ADDRESS}{self.sha256[:_DIGITS]}{copy}"

    @property
    def frames(self) -> int | None:
        """How many it holds, as far as its jobs tell."""
        jobs = self.about.get("jobs")
        stops = [job.get("stop_frame") for job in jobs if isinstance(job, dict)] if isinstance(jobs, list) else []
        return max((stop + 1 for stop in stops if isinstance(stop, int)), default=None)


def opened_backups(sources: Sequence[Path], problems: list[Problem]) -> Iterator[BackupFile]:
    """Every file, read whole: what is damaged is found before anything is sent."""
    given = list(_paths(sources, problems))
    paths = [path for path, _ in given]
    with ThreadPoolExecutor(max_workers=_READERS, thread_name_prefix="backups") as pool:
        read = list(pool.map(_open, paths))
    seen: dict[str, tuple[Path, Path]] = {}
    listings = {folder: _listing(folder, problems) for folder in dict.fromkeys(path.parent for path in paths)}
    for (path, source), one in zip(given, read, strict=True):
        listing = listings[path.parent]
        listed = next((each for each in listing.files if each.name == path.name), None) if listing else None
        if isinstance(one, Problem):
            if listing is not None and listed is not None and listing.purpose.kind != "backup":
                one = _no_backups(path, listing)
            problems.append(one)
            continue
        if listed is not None and listed.sha256 != one.sha256:
            problems.append(Problem(f"{path} is not what it was when it was fetched (checksums.json)"))
        elif one.sha256 in seen:
            first, named = seen[one.sha256]
            twice = f"{path} is named twice: {_as_given(path, named)} and {_as_given(path, source)}"
            what = twice if path == first else f"{path} is the same backup as {first}"
            problems.append(Problem(what, hint="keep one of them"))
        else:
            seen[one.sha256] = path, source
            yield one


def _as_given(path: Path, source: Path) -> str:
    return f"as {path}" if path == source else f"in {source}"


def _paths(sources: Sequence[Path], problems: list[Problem]) -> Iterator[tuple[Path, Path]]:
    """Each file, and what was named to mean it."""
    for source in sources:
        try:
            if not source.is_dir():
                yield source, source
                continue
            listing = _listing(source, problems)
            listed = [source / one.name for one in listing.files] if listing is not None else []
            found = [one for one in files_in(source) if one.suffix.lower() == ".zip"]
            if listing is not None and listing.purpose.kind != "backup":
                problems.append(_no_backups(source, listing))
            elif not found and not listed:
                problems.append(Problem(f"there are no backups (*.zip) in {source}"))
            else:
                yield from ((one, source) for one in dict.fromkeys([*listed, *found]))
        except OSError as error:
            problems.append(Problem(f"{source} cannot be read: {error.strerror or error}"))


def _listing(folder: Path, problems: list[Problem]) -> Listing | None:
    """What a folder says that it holds; that this cannot be read is a problem, told once."""
    try:
        return known(folder)
    except ReconcilerError as error:
        problem = Problem(error.what, hint=error.hint)
        problems += [problem] if problem not in problems else []
        return None


def _no_backups(source: Path, listing: Listing) -> Problem:
    folder = source if source.is_dir() else source.parent
    what = f"{source} holds {listing.purpose}, no backups"
    return Problem(what, hint=f"import them into tasks that are there: reconciler import-annotations --from {folder}")


def _open(path: Path) -> BackupFile | Problem:
    try:
        backup = open_backup(path)
        one = BackupFile(path, sha256_of(path), backup.about, _dimension_of(backup))
    except DamagedBackup as error:
        return Problem(f"{path} is no backup of a task that can be used: {error}")
    except OSError as error:
        return Problem(f"{path} cannot be read: {error.strerror or error}")
    if wrong := backup.problems(None):
        return Problem(f"{path} is not whole: {'; '.join(wrong)}")
    return one if one.name else Problem(f"{path} does not say what its task is called")


def _dimension_of(backup: Backup) -> str | None:
    """By the names of the frames: task.json does not say it."""
    if backup.of_video:
        return "2d"
    listed = [str(line["extension"]) for line in backup.manifest or () if "extension" in line]
    held = [PurePosixPath(name).suffix for name in backup.files if name.startswith("data/")]
    endings = {ending.lower() for ending in (*listed, *held)} - _OF_NO_FRAME
    if not endings:
        return None
    return "3d" if endings & _CLOUDS else "2d"
