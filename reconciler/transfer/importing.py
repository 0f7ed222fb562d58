"""Annotations of many tasks from files, as a plan: one block a task, as a manifest would have it.

So it goes the way of every plan: shown before anything is written, destructive only if that is allowed, each task's
annotations copied before, proven, recorded, and taken back by a rollback.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import JsonValue

from reconciler import operations
from reconciler.cvat.details import Formats
from reconciler.cvat.models import Task
from reconciler.cvat.paging import OnPage
from reconciler.cvat.reading import Reader
from reconciler.cvat.session import Session
from reconciler.errors import Location, PlanError, Problem, ProblemsError, ReconcilerError
from reconciler.history.bindings import load_bindings
from reconciler.history.store import StateStore
from reconciler.manifest.data_checks import NEEDS_A_FORMAT
from reconciler.manifest.loading import LoadedManifest, from_document
from reconciler.manifest.on_the_fly import IMPORT, place
from reconciler.plan.formats import importing, wrong_dimension
from reconciler.plan.model import Plan
from reconciler.snapshots.selecting import priorities_kept
from reconciler.transfer.folder import known
from reconciler.transfer.imported_before import as_import, forgetting
from reconciler.transfer.listing import Listing
from reconciler.transfer.matching import Matched, files_in, match
from reconciler.transfer.sources import NATIVE, format_problems
from reconciler.wording import listed

Mode = Literal["append", "replace"]

_FROM: Final = place("--from")
_SHOWN: Final = 3
_ADDRESS: Final = "imported-"
"""How the blocks are called: always the same for one task, so that what was imported into it is remembered."""

_COMMAND: Final = ("reconciler", "import-annotations", "--from")
"""How the source of such a manifest begins."""


@dataclass(frozen=True)
class Import:
    """What is to be imported: a plan, and the tasks of the selection that have no file."""

    plan: Plan
    files: int
    left_out: int  # files of tasks that are not selected
    without: Sequence[Task]


def plan_import(
    session: Session,
    store: StateStore,
    folder: Path,
    tasks: Sequence[Task],
    *,
    data_format: str | None,
    mode: Mode,
    again: bool = False,
    others: Sequence[Task] = (),
    problems: Sequence[Problem] = (),
    settled: Callable[[], None] = lambda: None,
    on_page: OnPage | None = None,
) -> Import:
    """Plan the import of a folder's files into tasks. Writes nothing, but for what `settled` does.

    `data_format` is by default what the folder's list says. `again`: what was imported before is imported once more.
    Files of `others`, tasks that are not selected, are left out. `problems` are those that are known already. `settled`
    is called once nothing is wrong with the files, and before it is looked up what was imported before.

    Raises:
        PlanError: a folder of backups, a file that matches no task or two, two files for one task, a format that is
            unknown or not for these tasks, files that cannot be imported into their tasks; all of it together.
    """
    found = list(problems)
    listing = _listing(folder, found)
    matched = _matched(session, store, folder, tasks, others, listing, found)
    said = data_format or (listing.purpose.format if listing is not None else None)
    chosen = importing(said) if said is not None else None
    if chosen == NATIVE:
        found += _needing_a_format(matched)
    elif chosen is not None:
        where = place("--format" if data_format else "--from")
        meant = [task for task in tasks if task.id in matched.files]
        found += _format_problems(chosen, Reader(session).formats(), meant, where)
    elif not _has_backups(listing):
        hint = f"--format FORMAT, or {NATIVE}"
        found.append(Problem("in which format the files are is not said", place("--format"), hint))
    if any(problem not in matched.problems for problem in found) or chosen is None:
        raise PlanError(found)
    settled()
    try:  # what is wrong with the files that have a task is told along with what is wrong with the others
        manifest = _manifest(folder, matched, chosen, mode)
        plan = _plan(session, store, manifest, matched.files, again=again, on_page=on_page)
    except ProblemsError as error:
        raise PlanError([*found, *error.problems]) from None
    if found:
        raise PlanError(found)
    without = [task for task in tasks if task.id not in matched.files]
    return Import(plan, len(matched.files), matched.left_out, without)


def _listing(folder: Path, problems: list[Problem]) -> Listing | None:
    """What the folder says that it holds."""
    if folder.is_file():
        problems.append(Problem(f"{folder} is a file, not a folder", _FROM, "name the folder that it is in"))
        return None
    try:
        listing = known(folder)
    except ReconcilerError as error:
        problems.append(Problem(error.what, _FROM, error.hint))
        return None
    if listing is not None and _has_backups(listing):
        hint = f"make tasks of them: reconciler restore {folder}"
        problems.append(Problem(f"{folder} holds {listing.purpose}, no annotations", _FROM, hint))
    return listing


def _has_backups(listing: Listing | None) -> bool:
    return listing is not None and listing.purpose.kind == "backup"


def _matched(
    session: Session,
    store: StateStore,
    folder: Path,
    tasks: Sequence[Task],
    others: Sequence[Task],
    listing: Listing | None,
    problems: list[Problem],
) -> Matched:
    """Which file is for which task; nothing where it is told already why there are no files, or no tasks."""
    nothing = Matched({}, ())
    if _has_backups(listing) or folder.is_file():
        return nothing
    try:
        files = files_in(folder)
    except OSError as error:
        what = f"{folder} cannot be read: {error.strerror or error}"
        problems.append(Problem(what, _FROM, "name a folder with --from"))
        return nothing
    if not files:
        problems.append(Problem(f"there are no files in {folder}", _FROM, "name a folder with --from"))
    if not files or not tasks:
        return nothing
    matched = match(files, tasks, listing, session.url, priorities_kept(session, store).bare, others)
    problems += matched.problems
    return matched


def _needing_a_format(matched: Matched) -> Iterator[Problem]:
    """Files that cannot be CVAT's own JSON."""
    if others := sorted(file for file in matched.files.values() if file.suffix.lower() in NEEDS_A_FORMAT):
        are = "is" if len(others) == 1 else "are"
        what = f"{listed(others, _SHOWN)} {are} not CVAT's own JSON ({NATIVE})"
        yield Problem(what, place("--format"), 'say in which format with --format: "CVAT 1.1", "COCO 1.0", …')


def _plan(
    session: Session,
    store: StateStore,
    manifest: LoadedManifest,
    tasks: Iterable[int],
    *,
    again: bool,
    on_page: OnPage | None,
) -> Plan:
    known = load_bindings(store)
    if again:
        addresses = frozenset(f"task.{_ADDRESS}{task_id}" for task_id in tasks)
        known = forgetting(known, session.url, session.organization, addresses)
    return as_import(operations.plan(manifest, session, store, bindings=known, on_page=on_page), known)


def _format_problems(chosen: str, formats: Formats, tasks: Sequence[Task], where: Location) -> Iterator[Problem]:
    yield from format_problems(chosen, formats, "imports", where)
    yield from wrong_dimension(chosen, formats, "imports", tasks, where)


def _manifest(folder: Path, matched: Matched, data_format: str, mode: Mode) -> LoadedManifest:
    tasks: dict[str, JsonValue] = {}
    for task_id, file in sorted(matched.files.items()):
        block: dict[str, JsonValue] = {"file": str(file), "mode": mode}
        if data_format != NATIVE:
            block["format"] = data_format
        tasks[f"{_ADDRESS}{task_id}"] = {"id": task_id, "annotations": block}
    # Not the folder itself: manifests may lie in it, and this is none of them.
    return from_document({"version": 1, "tasks": tasks}, [shlex.join([*IMPORT.split(), "--from", str(folder)])])
