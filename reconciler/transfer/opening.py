"""Backups that a person brings: opened, and read whole, before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from reconciler.errors import Problem
from reconciler.snapshots.archives import DamagedBackup, open_backup
from reconciler.transfer.folder import known
from reconciler.transfer.listing import Listing, sha256_of
from reconciler.transfer.matching import files_in

_ADDRESS: Final = "task.restored-"
_DIGITS: Final = 16  # of the digest: enough to tell files apart
_READERS: Final = 4


@dataclass(frozen=True)
class BackupFile:
    """A backup that could be opened. Restored once more while its task is there, it is another `copy`."""

    path: Path
    sha256: str
    about: Mapping[str, Any]  # what its task.json says; its annotations would fill the memory of many
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
    listings: dict[Path, Listing | None] = {}
    for (path, source), one in zip(given, read, strict=True):
        if isinstance(one, Problem):
            problems.append(one)
            continue
        if path.parent not in listings:
            listings[path.parent] = known(path.parent)
        listing = listings[path.parent]
        listed = next((each for each in listing.files if each.name == path.name), None) if listing else None
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
            listing = known(source)
            listed = [source / one.name for one in listing.files] if listing is not None else []
            found = [one for one in files_in(source) if one.suffix.lower() == ".zip"]
            if listing is not None and listing.purpose.kind != "backup":
                problems.append(Problem(f"{source} holds {listing.purpose}, no backups"))
            elif not found and not listed:
                problems.append(Problem(f"there are no backups (*.zip) in {source}"))
            else:
                yield from ((one, source) for one in dict.fromkeys([*listed, *found]))
        except OSError as error:
            problems.append(Problem(f"{source} cannot be read: {error.strerror or error}"))


def _open(path: Path) -> BackupFile | Problem:
    try:
        backup = open_backup(path)
        one = BackupFile(path, sha256_of(path), backup.about)
    except DamagedBackup as error:
        return Problem(f"{path} is no backup of a task that can be used: {error}")
    except OSError as error:
        return Problem(f"{path} cannot be read: {error.strerror or error}")
    if wrong := backup.problems(None):
        return Problem(f"{path} is not whole: {'; '.join(wrong)}")
    return one if one.name else Problem(f"{path} does not say what its task is called")
