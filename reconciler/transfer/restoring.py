"""Backups made into tasks again, many at once, as a plan: each file a new task, moved into a project if one is named.

A file is known by its content. What it was made into is remembered in the state store as soon as it is there, so that
the same command again, after whatever broke it off, makes no task twice; a rollback deletes what was made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reconciler.around import server_ref
from reconciler.cvat.models import Project, Task
from reconciler.cvat.reading import Reader
from reconciler.cvat.session import Session
from reconciler.errors import PlanError, Problem
from reconciler.history.bindings import Bindings, load_bindings
from reconciler.history.store import StateStore
from reconciler.manifest.on_the_fly import place
from reconciler.manifest.wording import did_you_mean, quoted
from reconciler.plan.frozen import Action, FieldChange
from reconciler.plan.model import Plan
from reconciler.plan.steps import BindingWish, Content, Do, Image, ObjectRef, Step
from reconciler.plan.summary import summarise
from reconciler.transfer.fitting import misfits, stranded
from reconciler.transfer.opening import BackupFile, opened_backups


@dataclass(frozen=True)
class Restore:
    """What is to be restored, and the files whose tasks are there already."""

    plan: Plan
    files: int
    there: Mapping[Path, Task]


def plan_restore(
    session: Session,
    store: StateStore,
    sources: Sequence[Path],
    *,
    project: str | None,
    again: bool,
    problems: Sequence[Problem] = (),
    settled: Callable[[], None] = lambda: None,
) -> Restore:
    """Plan the restoring of backups: files, or all of a folder. Writes nothing, but for what `settled` does.

    `project` is a name or an id; `again` restores also what has been restored before, and is still there. `problems`
    are those that are known already. `settled` is called once nothing is wrong, and before it is looked up what was
    restored before: see `settle`.

    Raises:
        PlanError: files that are no whole backups, or twice the same; an unknown project, or one that their tasks
            cannot go into; all of it together.
    """
    reader = Reader(session)
    wrong = list(problems)
    given = list(opened_backups(sources, wrong))
    into = _project(reader, project, wrong) if project is not None else None
    found = _found(reader, session, store, given, again=again)
    if into is not None:
        labels = reader.labels_of("project", into.id)
        wrong += misfits(into, labels, [*found.to_do, *(one for one, _ in found.outside)])
        wrong += [one for file, task in found.outside if (one := stranded(into, file.path, task)) is not None]
    if wrong:
        raise PlanError(wrong)
    settled()
    found = _found(reader, session, store, given, again=again)
    ref = ObjectRef(kind="project", address=f"project[{into.id}]", id=into.id, name=into.name) if into else None
    body: Image = {"organization": into.organization_id} if into else {}
    steps = [step for several in _by_name(found.to_do) for step in _steps_of(several, ref, body)]
    if ref is not None:
        steps += [_moved(one, ref, task) for one, task in found.outside]
    plan = Plan(
        kind="apply",
        server=server_ref(session),
        steps=tuple(steps),
        bindings=tuple(BindingWish(address=one.address, kind="task", id=None, name=one.name) for one in found.to_do),
        summary=summarise([], steps=steps),
    )
    return Restore(plan, len(given), found.there)


@dataclass(frozen=True)
class _Found:
    """Of which files there are tasks already, and which of these are in no project."""

    files: Sequence[BackupFile]
    there: Mapping[Path, Task]

    @property
    def to_do(self) -> list[BackupFile]:
        """The files to be restored."""
        return [one for one in self.files if one.path not in self.there]

    @property
    def outside(self) -> list[tuple[BackupFile, Task]]:
        """A command that was broken off between the two has restored them, and moved them nowhere."""
        there = [(one, self.there[one.path]) for one in self.files if one.path in self.there]
        return [(one, task) for one, task in there if task.project_id is None]


def _found(reader: Reader, session: Session, store: StateStore, files: Sequence[BackupFile], *, again: bool) -> _Found:
    bindings = load_bindings(store)
    there = _there(reader, bindings, session, files)
    while again and there:  # each gets the first place that is free
        files = [replace(one, copy=one.copy + 1) if one.path in there else one for one in files]
        there = _there(reader, bindings, session, files)
    return _Found(files, there)


def _project(reader: Reader, wanted: str, problems: list[Problem]) -> Project | None:
    projects, where = reader.projects(), place("--project")
    if wanted.isascii() and wanted.isdecimal():
        found = [one for one in projects if one.id == int(wanted)]
    else:
        found = [one for one in projects if one.name == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(str(one.id) for one in found)
        problems.append(Problem(f"{len(found)} projects are called {quoted(wanted)}: {ids}", where, "say its id"))
    else:
        hint = did_you_mean(wanted, [one.name for one in projects])
        problems.append(Problem(f"there is no project {quoted(wanted)}, or you cannot see it", where, hint))
    return None


def _there(reader: Reader, bindings: Bindings, session: Session, files: Sequence[BackupFile]) -> dict[Path, Task]:
    """The tasks that came of files before, if they are still there."""
    bound = {one.path: bindings.find(session.url, session.organization, one.address) for one in files}
    tasks = {task.id: task for task in reader.tasks_by_id([one.id for one in bound.values() if one is not None])}
    return {
        path: tasks[one.id]
        for path, one in bound.items()
        if one is not None and one.id in tasks and one.created in (None, tasks[one.id].created_date)
    }


def _by_name(files: Sequence[BackupFile]) -> list[list[BackupFile]]:
    groups: dict[str, list[BackupFile]] = defaultdict(list)
    for one in files:
        groups[one.name].append(one)
    return list(groups.values())


def _steps_of(files: Sequence[BackupFile], project: ObjectRef | None, body: Image) -> Iterator[Step]:
    """Files whose tasks have one name go one after the other: after a crash a new task is known by nothing else."""
    before: tuple[str, ...] = ()
    for file in files:
        yield Step(
            address=file.address,
            kind="task",
            do=Do.RESTORE_TASK,
            action=Action.CREATE,
            name=file.name,
            reason=str(file.path),
            fields=tuple(
                FieldChange(path=(name,), before=None, after=value, source=file.address)
                for name, value in (("file", str(file.path)), ("frames", file.frames))
            ),
            body=body,
            expect=None,
            gives={"name": file.name},
            content=Content(where="file", name=str(file.path), sha256=file.sha256, size=file.path.stat().st_size),
            needs=before,
        )
        before = (file.address,)
        if project is not None:
            yield _moved(file, project)


def _moved(file: BackupFile, project: ObjectRef, there: Task | None = None) -> Step:
    """What the file becomes, or became before, goes into the project."""
    return Step(
        address=file.address,
        kind="task",
        do=Do.MOVE_TASK,
        action=Action.UPDATE,
        id=there.id if there is not None else None,
        name=there.name if there is not None else file.name,
        of=project,
        reason="--project",
        fields=(FieldChange(path=("project",), before=None, after=project.name, source=file.address),),
        body={"labels": {}},
        expect={"project": None},
        gives={"project": project.id},
    )
