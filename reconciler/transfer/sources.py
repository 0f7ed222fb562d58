"""What is fetched of a task: its annotations in a format, with or without pictures; as CVAT's own JSON; its backup.

Each checks what it got: a file that cannot be opened is not worth having.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from threading import Event
from typing import Final, Protocol

from reconciler.apply.steps.contents import read_contents
from reconciler.cvat.backups import export_backup
from reconciler.cvat.datasets import export_dataset
from reconciler.cvat.details import FileFormat, Formats
from reconciler.cvat.models import Task
from reconciler.cvat.reading import Reader
from reconciler.cvat.session import Session
from reconciler.errors import Location, Problem, ReconcilerError
from reconciler.manifest.on_the_fly import place
from reconciler.manifest.wording import quoted
from reconciler.plan.formats import Verb, find_format, never_imported, unknown_format, wrong_dimension
from reconciler.snapshots.archives import DamagedBackup, is_whole
from reconciler.snapshots.backup_checks import ChangedMeanwhile, problems_of_backup
from reconciler.snapshots.recording import TaskAsItIs
from reconciler.transfer.listing import Purpose

NATIVE: Final = "native"
"""What CVAT's own JSON is called where a format is asked for: annotations as they are, nothing lost, labels by name."""

_ATTEMPTS: Final = 3  # somebody who goes on annotating will not be waited for


class BadFileError(ReconcilerError):
    """What the server gave cannot be used. It is not kept."""


class Source(Protocol):
    """What is fetched, and how."""

    @property
    def purpose(self) -> Purpose:
        """For the folder."""
        ...

    @property
    def ending(self) -> str:
        """Of the files' names."""
        ...

    def problems(self, tasks: Sequence[Task]) -> Iterator[Problem]:
        """What keeps files of tasks from being fetched, before anything is."""
        ...

    def warnings(self) -> Iterator[str]:
        """What a person should know of the files."""
        ...

    def fetch(self, task: Task, to: Path, *, stop: Event) -> None:
        """Put the file of one task there, whole and checked.

        Raises:
            BadFileError, ServerError, Stopped; another ReconcilerError when the file cannot be written.
        """
        ...


@dataclass(frozen=True)
class Datasets:
    """A format of the server's, with the tasks' pictures or without."""

    session: Session
    format: str
    images: bool

    @property
    def ending(self) -> str:
        """As the server says; of what is no format, as most have it."""
        return self._found.ending if self._found is not None else ".zip"

    @property
    def purpose(self) -> Purpose:
        """Annotations, or whole datasets."""
        return Purpose(kind="dataset" if self.images else "annotations", format=self.format, server=self.session.url)

    def problems(self, tasks: Sequence[Task]) -> Iterator[Problem]:
        """Whether the server knows the format, and whether it is for these tasks."""
        yield from format_problems(self.format, self._formats, "exports", place("--format"))
        yield from wrong_dimension(self.format, self._formats, "exports", tasks, place("--format"))
        if self.images and self._found is not None and not self._found.is_zip:
            what = f"{quoted(self.format)} has no pictures: it is one {self._found.ext} file"
            yield Problem(what, place("--images"), "leave out --images, or choose another format")

    def warnings(self) -> Iterator[str]:
        """Whether what is exported can come back."""
        if self._found is not None and never_imported(self.format, self._formats):
            yield f"the server only exports {quoted(self.format)}: these files cannot be imported again"

    def fetch(self, task: Task, to: Path, *, stop: Event) -> None:
        """Export it, and read it through if it is an archive."""
        export_dataset(self.session, task.id, self.format, to, images=self.images, stop=stop)
        if self._found is None or self._found.is_zip:
            _read_through(task, to)
        elif not to.stat().st_size:
            raise BadFileError(f"what the server gave of task {task.id} is empty", hint="run the same command again")

    @cached_property
    def _formats(self) -> Formats:
        return Reader(self.session).formats()

    @property
    def _found(self) -> FileFormat | None:
        return find_format(self.format, self._formats, "exports")


@dataclass(frozen=True)
class Native:
    """CVAT's own JSON: read like any other list, and written here."""

    session: Session
    images: bool = False  # asked for, in vain
    ending: str = ".json"

    @property
    def purpose(self) -> Purpose:
        """Annotations."""
        return Purpose(kind="native", format=NATIVE, server=self.session.url)

    def problems(self, tasks: Sequence[Task]) -> Iterator[Problem]:  # noqa: ARG002 - it is for all of them
        """Whether pictures are asked for; every server gives the annotations."""
        if self.images:
            hint = "leave out --images, or use `backup`"
            yield Problem(f"--format {NATIVE} has no pictures", place("--images"), hint)

    def warnings(self) -> Iterator[str]:
        """None."""
        yield from ()

    def fetch(self, task: Task, to: Path, *, stop: Event) -> None:  # noqa: ARG002 - it takes no time
        """Read a task's annotations. The same annotations make the same file."""
        drawn = read_contents(Reader(self.session), task).whole.task
        try:
            to.write_text(json.dumps(drawn.as_json(), indent=1, ensure_ascii=False, sort_keys=True) + "\n", "utf-8")
        except OSError as error:
            raise ReconcilerError(f"{to} cannot be written: {error.strerror or error}") from error


@dataclass(frozen=True)
class Backups:
    """Full backups, compared with what the task holds: the server may give out an old one (FACTS §4)."""

    session: Session
    ending: str = ".zip"

    @property
    def purpose(self) -> Purpose:
        """Backups."""
        return Purpose(kind="backup", server=self.session.url)

    def problems(self, tasks: Sequence[Task]) -> Iterator[Problem]:  # noqa: ARG002 - it is for all of them
        """None: every server makes them."""
        yield from ()

    def warnings(self) -> Iterator[str]:
        """None."""
        yield from ()

    def fetch(self, task: Task, to: Path, *, stop: Event) -> None:
        """Export it, and compare it with the task."""
        reader = Reader(self.session)
        for _ in range(_ATTEMPTS):
            with suppress(ChangedMeanwhile):
                found = TaskAsItIs(reader, task)
                export_backup(self.session, task.id, to, stop=stop)
                try:
                    problems = problems_of_backup(to, found, reader)
                except DamagedBackup as error:
                    raise BadFileError(f"the backup of task {task.id} cannot be used: {error}") from None
                if problems:
                    hint = "save something in the task: CVAT may give out an old backup"
                    raise BadFileError(f"the backup of task {task.id} is not whole: {'; '.join(problems)}", hint=hint)
                return
        hint = "wait until nobody annotates it, then run the same command again"
        raise BadFileError(f"task {task.id} cannot be backed up: its annotations change all the time", hint=hint)


def format_problems(wanted: str, formats: Formats, verb: Verb, where: Location) -> Iterator[Problem]:
    """What is wrong with a `--format` of files, if it is not one of those that the server has."""
    for problem in unknown_format(wanted, formats, verb, where, besides=[NATIVE]):
        if wanted.lower() in ("json", "cvat"):
            yield replace(problem, hint=f"CVAT's own JSON is --format {NATIVE}; a result for programs is --json")
        else:
            yield problem


def _read_through(task: Task, path: Path) -> None:
    """Read every byte of an archive: each file in it has its checksum."""
    if not is_whole(path):
        what = f"what the server gave of task {task.id} is no readable zip archive: cut off, or damaged"
        raise BadFileError(what, hint="run the same command again")
