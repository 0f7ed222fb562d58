"""Copies taken: of a task with its annotations (and a full backup), of a project. Listed only when they are whole."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from reconciler.cvat.backups import export_backup
from reconciler.cvat.reading import Reader
from reconciler.cvat.requests import OnProgress, Stopped
from reconciler.cvat.session import Session
from reconciler.errors import InterruptedRunError, ReconcilerError
from reconciler.history.documents import encode
from reconciler.history.operator import operator
from reconciler.history.store import StateStore
from reconciler.plan.model import ServerRef
from reconciler.snapshots.archives import DamagedBackup
from reconciler.snapshots.backup_checks import ChangedMeanwhile, problems_of_backup
from reconciler.snapshots.model import CopiedFile, Copy, DataSnapshot
from reconciler.snapshots.reading import ANNOTATIONS, ASSETS, BACKUP, FOLDER, RECORD, find_snapshot, list_name
from reconciler.snapshots.recording import Assets, TaskAsItIs, guide_of, project_record

_ATTEMPTS = 3  # somebody who goes on annotating will not be waited for


class CopyError(ReconcilerError):
    """A copy that could not be taken, or does not check out. Nothing of it is listed; nothing may be destroyed."""


class Taking:
    """Takes the copies of one snapshot. Safe to use from several threads."""

    def __init__(
        self,
        session: Session,
        store: StateStore,
        snapshot_id: str,
        *,
        run: str | None = None,
        reason: str = "",
        stop: threading.Event,
        on_progress: OnProgress | None = None,
    ) -> None:
        self._session, self._store = session, store
        self._reader = Reader(session)
        self._stop, self._on_progress = stop, on_progress
        self._listing = threading.Lock()
        self._given: set[str] = set()
        server = ServerRef(
            url=session.url,
            version=str(session.version),
            organization=session.organization,
            user=session.user.username,
        )
        self.snapshot = find_snapshot(store, snapshot_id) or DataSnapshot(
            id=snapshot_id, taken=datetime.now(UTC), server=server, operator=operator(), run=run, reason=reason
        )
        """What has been taken so far."""

    def task(self, task_id: int, *, backup: bool) -> Copy:
        """Copy a task: its annotations and all that CVAT's backup forgets; with `backup`, the full backup as well.

        A task without data has no backup.

        Raises:
            CopyError: it cannot be copied, or the copy does not check out.
            Stopped: the stop event was set.
        """
        with self._explained(f"task {task_id}"):
            for _ in range(_ATTEMPTS):
                with suppress(ChangedMeanwhile):
                    return self._copy_task(task_id, backup=backup)
        hint = "Wait until nobody annotates it, then run the same command again."
        raise CopyError(f"task {task_id} cannot be copied: its annotations change all the time", hint=hint)

    def project(self, project_id: int) -> Copy:
        """Copy a project without its tasks: fields, labels, guide.

        Raises:
            CopyError: it cannot be copied.
        """
        with self._explained(f"project {project_id}"):
            project = self._reader.project(project_id)
            if project is None:
                raise CopyError("it is not there any more")
            guide, assets = guide_of(self._reader, project)
            record = project_record(self._reader, project, guide)
            with self._folder("project", project_id) as folder:
                files = [self._write(folder, RECORD, encode(record)), *self._pictures(folder, assets)]
                return self._listed(
                    Copy(
                        kind="project",
                        id=project_id,
                        name=project.name,
                        taken=datetime.now(UTC),
                        folder=folder,
                        files=tuple(files),
                    )
                )

    def _copy_task(self, task_id: int, *, backup: bool) -> Copy:
        task = self._reader.task(task_id)
        if task is None:
            raise CopyError("it is not there any more")
        found = TaskAsItIs(self._reader, task)
        guide, assets = guide_of(self._reader, task)
        record = found.record(guide)
        with self._folder("task", task_id) as folder:
            files = [
                self._write(folder, RECORD, encode(record)),
                self._write(folder, ANNOTATIONS, found.whole.encoded()),
                *self._pictures(folder, assets),
            ]
            if backup and task.size:
                files.append(self._backup(folder, found))
            return self._listed(
                Copy(
                    kind="task",
                    id=task_id,
                    name=task.name,
                    project=task.project_id,
                    taken=datetime.now(UTC),
                    folder=folder,
                    files=tuple(files),
                    frames=task.size or 0,
                    annotations=found.whole.numbers,
                    backup=bool(backup and task.size),
                )
            )

    def _backup(self, folder: str, found: TaskAsItIs) -> CopiedFile:
        """The server's full backup. It is given its name only when all that was read of the task is in it."""
        with self._store.receive(f"{folder}/{BACKUP}") as path:
            export_backup(self._session, found.task.id, path, stop=self._stop, on_progress=self._on_progress)
            self._check(path, found)
        return self._fingerprint(folder, BACKUP)

    def _check(self, path: Path, found: TaskAsItIs) -> None:
        try:
            problems = problems_of_backup(path, found, self._reader)
        except DamagedBackup as error:
            raise CopyError(f"the backup that the server gave cannot be used: {error}") from None
        if problems:
            hint = (
                "Save something in the task (CVAT may give out an old backup), or look into one made by hand in CVAT."
            )
            raise CopyError(f"the backup that the server gave is not whole: {'; '.join(problems)}", hint=hint)

    def _pictures(self, folder: str, assets: Assets) -> Iterator[CopiedFile]:
        for uuid, asset in assets.items():
            yield self._write(folder, f"{ASSETS}/{uuid}", asset.data)

    def _write(self, folder: str, name: str, data: bytes) -> CopiedFile:
        self._store.write(f"{folder}/{name}", data)
        return self._fingerprint(folder, name)

    def _fingerprint(self, folder: str, name: str) -> CopiedFile:
        """What is on the disk: it is read again."""
        found = self._store.fingerprint(f"{folder}/{name}")
        if found is None:
            raise CopyError(f"{self._store.path(f'{folder}/{name}')} is gone")
        return CopiedFile(name=name, sha256=found[0], size=found[1])

    @contextmanager
    def _folder(self, kind: Literal["task", "project"], number: int) -> Iterator[str]:
        """A folder for one copy's files; an earlier copy of the same object in this snapshot keeps its own."""
        folder = self._new_folder(f"{FOLDER}/{self.snapshot.id}/{kind}-{number}")
        self._store.remove_folder(folder)  # what a killed process left
        try:
            yield folder
        except BaseException:
            with suppress(ReconcilerError):  # swept later
                self._store.remove_folder(folder)
            raise

    def _new_folder(self, first: str) -> str:
        with self._listing:
            taken = {copy.folder for copy in self.snapshot.copies} | self._given
            folder, number = first, 1
            while folder in taken:
                number += 1
                folder = f"{first}.{number}"
            self._given.add(folder)
        return folder

    def _listed(self, copy: Copy) -> Copy:
        with self._listing:
            snapshot = self.snapshot.model_copy(update={"copies": (*self.snapshot.copies, copy)})
            self._store.write(list_name(snapshot.id), encode(snapshot))
            self.snapshot = snapshot
        return copy

    @contextmanager
    def _explained(self, what: str) -> Iterator[None]:
        """Whatever goes wrong says of which object, and that there is no copy of it."""
        try:
            yield
        except (Stopped, InterruptedRunError):
            raise
        except ReconcilerError as error:
            raise CopyError(f"{what} cannot be copied: {error.what}", hint=error.hint) from error
