"""Backups that a person brings, made into tasks: they stand for no earlier task here, known by their content."""

from __future__ import annotations

from collections.abc import Collection
from threading import Event

from reconciler.apply.steps.contents import read_contents
from reconciler.apply.steps.loading import file_of
from reconciler.apply.steps.operation import Found, Operation, Sent
from reconciler.cvat.backups import RESTORING, restore_backup
from reconciler.cvat.models import Task
from reconciler.cvat.requests import running_requests
from reconciler.history.bindings import load_bindings
from reconciler.plan.state import task_state
from reconciler.plan.steps import Image, Step


class RestoreFile(Operation):
    """A backup is imported: a new task, in no project, but in the organization of the one that it is to go into."""

    in_background = True

    def look(self, step: Step, number: int | None = None, beside: Collection[int] | None = None) -> Found:
        """The task that came of the file, if there is one: what its address stands for, or one of its name, new."""
        task = self.site.reader.task(number) if number is not None else self._bound(step)
        if task is not None:
            return Found(dict(task_state(task)), task.id)
        named = [one.id for one in self.site.sight.tasks_called(step.name, None)]
        new = [one for one in named if one not in beside] if beside is not None else []
        task = self.site.reader.task(new[-1]) if new else None
        return Found(dict(task_state(task)) if task is not None else None, new[-1] if new else None, tuple(named))

    def send(self, step: Step, found: Found) -> Sent:
        """Import the backup. Once it is under way it is not stopped: the next run could not tell what became of it."""
        path = file_of(self.site.store, step)
        told = self.site.told

        def on_progress(fraction: float | None) -> None:
            told(step, fraction, "restoring the backup")

        # A task that is moved into a project stays in the organization that it was restored in (CVAT's source).
        where = step.body.get("organization")
        organization = where if isinstance(where, int) else None
        number = restore_backup(
            self.site.session, path, stop=Event(), on_progress=on_progress, organization=organization
        )
        return Sent(number)

    def gave(self, step: Step, found: Found) -> Image | None:
        """With what came of it: nothing else tells, when it is taken back, whether somebody has annotated it."""
        gave = super().gave(step, found)
        task = self.site.reader.task(found.id) if gave is not None and found.id is not None else None
        return {**(gave or {}), **read_contents(self.site.reader, task).image} if task is not None else gave

    def request(self, step: Step, number: int | None) -> str:
        """What is sent."""
        return "POST /api/tasks/backup/"

    def under_way(self, step: Step) -> tuple[str, ...]:
        """All restores of this account: the server gives them no name to know this one by."""
        return tuple(running_requests(self.site.session, operation=RESTORING))

    def _bound(self, step: Step) -> Task | None:
        session = self.site.session
        bound = load_bindings(self.site.store).find(session.url, session.organization, step.address)
        task = self.site.reader.task(bound.id) if bound is not None else None
        same = bound is not None and task is not None and bound.created in (None, task.created_date)
        return task if same else None
