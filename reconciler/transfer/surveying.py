"""What has to be fetched: of each task whether its file is there, whole, and of the task as it is now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from reconciler.cvat.models import Task
from reconciler.errors import PlanError, Problem, ReconcilerError
from reconciler.manifest.on_the_fly import place
from reconciler.transfer.folder import known, problems_of
from reconciler.transfer.listing import Entry, Listing, Standing, standing
from reconciler.transfer.names import file_name
from reconciler.transfer.sources import Source


class Why(StrEnum):
    """Why a file is fetched, or is not."""

    NEW = "new"
    MISSING = "missing"  # it was there once
    DAMAGED = "damaged"
    CHANGED = "changed"  # the task has changed since it was fetched
    INTACT = "intact"
    EMPTY = "empty"  # the task has no data, and so no file


TO_FETCH = frozenset({Why.NEW, Why.MISSING, Why.DAMAGED, Why.CHANGED})


@dataclass(frozen=True)
class Item:
    """One task, and its file."""

    task: Task
    name: str
    why: Why
    entry: Entry | None = None  # what is there of it

    @property
    def is_to_fetch(self) -> bool:
        """Whether it is to be fetched."""
        return self.why in TO_FETCH


def survey(tasks: Sequence[Task], folder: Path, source: Source, *, parallelism: int) -> list[Item]:
    """Look at what is there. Every file that is listed is read whole.

    Raises:
        PlanError: the folder is for something else, the format is unknown or not for these tasks, or somebody
            else's files have the names of those that are to come; all of it together. Nothing was written.
    """
    problems = [*source.problems(tasks)]
    listing: Listing | None = None
    try:
        problems += problems_of(folder, source.purpose)
        listing = known(folder) if folder.is_dir() else None
    except ReconcilerError as error:
        problems.append(Problem(error.what, place("--out"), error.hint))
    with ThreadPoolExecutor(max_workers=parallelism, thread_name_prefix="survey") as pool:
        items = list(pool.map(lambda task: _item(task, folder, source, listing), tasks))
    problems += _strangers(items, folder, listing)
    problems += _folders(items, folder)
    if problems:
        raise PlanError(problems)
    return items


def _item(task: Task, folder: Path, source: Source, listing: Listing | None) -> Item:
    name = file_name(task.id, task.name, source.ending)
    if not task.size:
        return Item(task, name, Why.EMPTY)
    entry = listing.of_task(task.id) if listing is not None else None
    if entry is None:
        return Item(task, name, Why.NEW)
    found = standing(folder, entry)
    if found is not Standing.WHOLE:
        return Item(task, name, Why.MISSING if found is Standing.MISSING else Why.DAMAGED, entry)
    # Saving annotations moves a task's own date, and so does whatever else an export shows of it (FACTS §3).
    if entry.updated != task.updated_date:
        return Item(task, name, Why.CHANGED, entry)
    return Item(task, entry.name, Why.INTACT, entry)


def _strangers(items: Sequence[Item], folder: Path, listing: Listing | None) -> Iterator[Problem]:
    """Files that this program has not put there, under names that it needs."""
    ours = {one.name for one in listing.files} if listing is not None else set()
    wanted = [one.name for one in items if one.is_to_fetch and one.name not in ours]
    strange = [name for name in wanted if _exists(folder / name) and not (folder / name).is_dir()]
    if strange:
        more = f" and {len(strange) - 3} more" if len(strange) > 3 else ""
        what = f"{folder} has files that are not listed in it, and would be overwritten: {', '.join(strange[:3])}{more}"
        yield Problem(what, place("--out"), "move them away, or name another folder")


def _folders(items: Sequence[Item], folder: Path) -> Iterator[Problem]:
    for one in items:
        if one.is_to_fetch and (folder / one.name).is_dir():
            yield Problem(f"{folder / one.name} is a folder, and a file is to come there", hint="move it away")


def _exists(path: Path) -> bool:
    try:
        return path.exists() or path.is_symlink()
    except OSError:
        return False
