"""A snapshot of a selection, at any time: every task with its full backup, and the projects they are in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event

from reconciler.cvat.models import Task
from reconciler.cvat.requests import OnProgress, Stopped
from reconciler.cvat.session import Session
from reconciler.history.lock import locked
from reconciler.history.operator import operator
from reconciler.history.run_ids import new_run_id
from reconciler.history.store import StateStore
from reconciler.snapshots.model import Copy, DataSnapshot
from reconciler.snapshots.pruning import sweep_leftovers
from reconciler.snapshots.taking import CopyError, Taking

OnCopy = Callable[[int, int, str], None]
"""Told before each object: how many are done, of how many, and which is next (`""`: all are)."""


@dataclass
class Created:
    """What came of it."""

    snapshot: DataSnapshot
    failures: list[CopyError] = field(default_factory=list)
    interrupted: bool = False


def create_snapshot(
    session: Session,
    store: StateStore,
    tasks: Sequence[Task],
    *,
    reason: str = "",
    stop: Event,
    on_copy: OnCopy = lambda *_: None,
    on_progress: OnProgress | None = None,
) -> Created:
    """Copy these tasks, one after the other. What cannot be copied is among the failures; the others are listed.

    Raises:
        LockedError, StateError: nothing was taken.
    """
    projects = sorted({task.project_id for task in tasks if task.project_id is not None})
    total = len(projects) + len(tasks)
    with locked(store, operator(), "taking a snapshot"):
        sweep_leftovers(store)
        snapshot_id = new_run_id(datetime.now(UTC))
        taking = Taking(session, store, snapshot_id, reason=reason, stop=stop, on_progress=on_progress)
        created = Created(taking.snapshot)

        def copy(what: str, take: Callable[[], Copy], done: int) -> None:
            if stop.is_set():
                raise Stopped("the snapshot was stopped")
            on_copy(done, total, what)
            try:
                take()
            except CopyError as error:
                created.failures.append(error)

        try:
            for place, project_id in enumerate(projects):
                copy(f"project {project_id}", lambda number=project_id: taking.project(number), place)  # type: ignore[misc]
            for place, task in enumerate(tasks, len(projects)):
                copy(f"task {task.id}", lambda number=task.id: taking.task(number, backup=True), place)  # type: ignore[misc]
            on_copy(total, total, "")
        except Stopped:
            created.interrupted = True
        created.snapshot = taking.snapshot
        return created
