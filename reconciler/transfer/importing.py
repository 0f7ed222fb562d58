"""Annotations of many tasks from files, as a plan: one block a task, as a manifest would have it.

So it goes the way of every plan: shown before anything is written, destructive only if that is allowed, each task's
annotations copied before, proven, recorded, and taken back by a rollback.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import JsonValue

from reconciler import operations
from reconciler.cvat.models import Task
from reconciler.cvat.reading import Reader
from reconciler.cvat.session import Session
from reconciler.errors import PlanError, Problem, ProblemsError
from reconciler.history.bindings import load_bindings
from reconciler.history.store import StateStore
from reconciler.manifest.data_checks import NEEDS_A_FORMAT
from reconciler.manifest.loading import LoadedManifest, from_document
from reconciler.manifest.on_the_fly import IMPORT
from reconciler.plan.formats import importing
from reconciler.plan.model import Plan
from reconciler.snapshots.selecting import priorities_kept
from reconciler.transfer.folder import known
from reconciler.transfer.imported_before import as_import, forgetting
from reconciler.transfer.listing import Listing
from reconciler.transfer.matching import Matched, files_in, match
from reconciler.transfer.sources import NATIVE, format_problems
from reconciler.wording import listed

Mode = Literal["append", "replace"]

_SHOWN: Final = 3
_ADDRESS: Final = "imported-"
"""How the blocks are called: always the same for one task, so that what was imported into it is remembered."""


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
) -> Import:
    """Plan the import of a folder's files into tasks. Writes nothing.

    `data_format` is by default what the folder's list says. `again`: what was imported before is imported once more.
    Files of `others`, tasks that are not selected, are left out. `problems` are those that are known already.

    Raises:
        PlanError: a file that matches no task or two, two files for one task, an unknown format, files that cannot be
            imported into their tasks; all of it together.
    """
    found = list(problems)
    matched, listing = Matched({}, ()), None
    try:
        listing = known(folder)
        matched = _matched(session, store, folder, tasks, others, listing)
        found += matched.problems
    except OSError as error:
        found.append(Problem(f"{folder} cannot be read: {error.strerror or error}", hint="name a folder with --from"))
    except ProblemsError as error:
        found += error.problems
    said = data_format or _format_of(listing)
    chosen = importing(said) if said is not None else None
    if chosen is None:
        found.append(Problem("in which format the files are is not said", hint=f"--format FORMAT, or {NATIVE}"))
    elif chosen == NATIVE:
        found += _needing_a_format(matched)
    else:
        found += format_problems(chosen, Reader(session).formats().importers, "imports")
    if any(problem not in matched.problems for problem in found) or chosen is None:
        raise PlanError(found)
    try:  # what is wrong with the files that have a task is told along with what is wrong with the others
        plan = _plan(session, store, _manifest(folder, matched, chosen, mode), matched.files, again=again)
    except ProblemsError as error:
        raise PlanError([*found, *error.problems]) from None
    if found:
        raise PlanError(found)
    without = [task for task in tasks if task.id not in matched.files]
    return Import(plan, len(matched.files), matched.left_out, without)


def _matched(
    session: Session,
    store: StateStore,
    folder: Path,
    tasks: Sequence[Task],
    others: Sequence[Task],
    listing: Listing | None,
) -> Matched:
    files = files_in(folder)
    if not files:
        raise PlanError([Problem(f"there are no files in {folder}", hint="name a folder with --from")])
    if not tasks:
        return Matched({}, ())  # why nothing is selected is told already
    return match(files, tasks, listing, session.url, priorities_kept(session, store).bare, others)


def _needing_a_format(matched: Matched) -> Iterator[Problem]:
    """Files that cannot be CVAT's own JSON."""
    if others := sorted(file for file in matched.files.values() if file.suffix.lower() in NEEDS_A_FORMAT):
        are = "is" if len(others) == 1 else "are"
        what = f"{listed(others, _SHOWN)} {are} not CVAT's own JSON ({NATIVE})"
        yield Problem(what, hint='say in which format with --format: "CVAT 1.1", "COCO 1.0", …')


def _plan(session: Session, store: StateStore, manifest: LoadedManifest, tasks: Iterable[int], *, again: bool) -> Plan:
    known = load_bindings(store)
    if again:
        addresses = frozenset(f"task.{_ADDRESS}{task_id}" for task_id in tasks)
        known = forgetting(known, session.url, session.organization, addresses)
    return as_import(operations.plan(manifest, session, store, bindings=known), known)


def _format_of(listing: Listing | None) -> str | None:
    """Of what the folder says that it holds."""
    return listing.purpose.format if listing is not None else None


def _manifest(folder: Path, matched: Matched, data_format: str, mode: Mode) -> LoadedManifest:
    tasks: dict[str, JsonValue] = {}
    for task_id, file in sorted(matched.files.items()):
        block: dict[str, JsonValue] = {"file": str(file), "mode": mode}
        if data_format != NATIVE:
            block["format"] = data_format
        tasks[f"{_ADDRESS}{task_id}"] = {"id": task_id, "annotations": block}
    return from_document({"version": 1, "tasks": tasks}, [shlex.join([*IMPORT.split(), "--from", str(folder)])])
