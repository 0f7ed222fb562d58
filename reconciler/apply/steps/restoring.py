"""Deleted tasks brought back: their backup is imported, then they get what CVAT's backup forgets."""

from __future__ import annotations

from collections.abc import Collection
from threading import Event

from reconciler.apply.steps.operation import Found, Operation, Sent, Standing
from reconciler.cvat.backups import RESTORING
from reconciler.cvat.requests import running_requests
from reconciler.history.model import Replaced
from reconciler.plan.state import task_state
from reconciler.plan.steps import Image, Step
from reconciler.snapshots.model import Copy
from reconciler.snapshots.reading import find_copy
from reconciler.snapshots.restoring import Restoring


class RestoreTask(Operation):
    """A backup is imported: a new task, in no project. One that has come back already is not brought back again."""

    in_background = True

    def look(self, step: Step, number: int | None = None, beside: Collection[int] | None = None) -> Found:
        """The task that came of the copy, if there is one: its successor, or one of its name that is new."""
        reader, copy = self.site.reader, self.copy(step)
        if number is None:
            current = self.site.current("task", copy.id)
            number = current if current != copy.id else None
        if number is not None and (task := reader.task(number)) is not None:
            return Found(dict(task_state(task)), number)
        named = [task.id for task in self.site.sight.tasks_called(copy.name, None)]
        new = [one for one in named if one not in beside] if beside is not None else []
        if new:
            task = reader.task(new[-1])
            return Found(dict(task_state(task)) if task is not None else None, new[-1], tuple(named))
        return Found(None, None, tuple(named))

    def send(self, step: Step, found: Found) -> Sent:
        """Import the backup. Once it is under way it is not stopped: the next run could not tell what became of it."""
        copy = self.copy(step)
        told = self.site.told
        restoring = Restoring(
            self.site.session,
            self.site.store,
            Event(),
            on_progress=lambda fraction: told(step, fraction, "restoring the backup"),
        )
        number = restoring.restore_backup(copy)
        return Sent(number, self.replaced(step, number))

    def replaced(self, step: Step, number: int) -> tuple[Replaced, ...]:
        """The old task's place is taken."""
        return (Replaced(kind="task", old=self.copy(step).id, new=number),)

    def request(self, step: Step, number: int | None) -> str:
        """What is sent."""
        return "POST /api/tasks/backup/"

    def under_way(self, step: Step) -> tuple[str, ...]:
        """All restores of this account: the server gives them no name to know this one by."""
        return tuple(running_requests(self.site.session, operation=RESTORING))

    def copy(self, step: Step) -> Copy:
        """What it is restored from."""
        assert step.copy_of is not None, f"{step.address} has no copy"
        return find_copy(self.site.store, step.copy_of)


class Reapply(Operation):
    """A restored task gets its people, jobs, guide, issues and settings again; its annotations are compared."""

    def look(self, step: Step, number: int | None = None, beside: Collection[int] | None = None) -> Found:
        """Whether the task is there."""
        number = self.site.own(step)
        task = self.site.sight.task(number)
        return Found(dict(task_state(task)) if task is not None else None, number)

    def standing(self, step: Step, found: Found) -> Standing:
        """It is safe to repeat: what is there already is left."""
        return Standing(conflict="the task is gone") if found.image is None else Standing()

    def send(self, step: Step, found: Found) -> Sent:
        """Write what differs from the copy; what still differs then is told."""
        assert step.copy_of is not None, f"{step.address} has no copy"
        number = self.site.own(step)
        restoring = Restoring(self.site.session, self.site.store, self.site.stop)
        labels = step.body.get("labels")
        done = restoring.reapply(
            find_copy(self.site.store, step.copy_of),
            number,
            labels={old: str(new) for old, new in labels.items()} if isinstance(labels, dict) else None,
        )
        short = None
        if done.differences:
            listed = "; ".join(done.differences[:3]) + ("; …" if len(done.differences) > 3 else "")
            short = f"its annotations are not as they were: {listed}"
        return Sent(
            number,
            tuple(Replaced(kind="job", old=old, new=new) for old, new in done.replaced.items()),
            note="; ".join(done.warnings) or None,
            short=short,
        )

    def arrived(self, step: Step, found: Found) -> bool:
        """The task is there; what it has was compared when it was written."""
        return found.image is not None

    def untouched(self, step: Step, found: Found) -> bool:
        """Nobody can say: part of it may have been written. It can be done again."""
        return False

    def gave(self, step: Step, found: Found) -> Image | None:
        """What the task is like now."""
        return found.image

    def request(self, step: Step, number: int | None) -> str:
        """What is sent."""
        return f"PATCH /api/tasks/{number} and what belongs to it"
