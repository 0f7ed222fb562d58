"""The way back: a run's writes turned round, as a plan.

Three-way: a field is restored only where the server still holds what the run wrote. What others have changed since is a
conflict, named and left alone. A job's stage and state are one position: if either was changed, both are left, and both
are named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pydantic import JsonValue

from reconciler.cvat.models import Job, Task
from reconciler.history.bindings import Bindings
from reconciler.plan.model import (
    Action,
    Change,
    Conflict,
    FieldChange,
    Limits,
    Plan,
    ServerRef,
    TaskLabel,
    Warning_,
)
from reconciler.plan.state import State, job_state, task_state, users_of
from reconciler.plan.summary import named_users, summarise
from reconciler.plan.task_status import planned_statuses, statuses_after
from reconciler.plan.workflow import POSITION, task_status
from reconciler.plan.writes import write
from reconciler.plan.written import Done, as_it_is_called, units

GONE: Final = "is gone, or you cannot see it"


@dataclass
class Reversal:
    """Plans the way back of one run.

    Args:
        run: its id.
        plan: what it applied.
        done: the writes it made or may have made.
        tasks: the tasks concerned, as they are now.
        jobs: all jobs of those tasks, as they are now.
        people: ids of the users to be restored, of those who are still visible.
        server: the server, as seen now.
        force: restore also what others have changed since.
        bindings: what became of tasks and jobs that were deleted and restored since.
    """

    run: str
    plan: Plan
    done: Sequence[Done]
    tasks: Iterable[Task]
    jobs: Iterable[Job]
    people: Mapping[str, int]
    server: ServerRef
    force: bool = False
    bindings: Bindings = field(default_factory=Bindings)
    _conflicts: list[Conflict] = field(default_factory=list)
    _warnings: list[Warning_] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._tasks = {task.id: task for task in self.tasks}
        self._jobs = {job.id: job for job in self.jobs}
        self._done = [Done(self._now(done.change), done.write) for done in self.done]
        self._statuses = planned_statuses(tuple(map(self._now, self.plan.updates)))

    def reverse(self) -> Plan:
        """The plan that takes the run back. Objects are in the order in which the run had them."""
        by_task: dict[int, list[Change]] = {}
        for done in self._done:
            by_task.setdefault(done.change.task, []).append(self._restore(done))
        changes = [change for task_id, restored in by_task.items() for change in self._with_status(task_id, restored)]
        labels = {self.bindings.current(self.server.url, "task", label.id): label for label in self.plan.tasks}
        return Plan(
            kind="rollback",
            of_run=self.run,
            server=self.server,
            limits=Limits(max_deletes=self.plan.limits.max_deletes),
            tasks=tuple(self._label(task_id, labels) for task_id in by_task),
            changes=tuple(changes),
            conflicts=tuple(self._conflicts),
            users=named_users(changes, self._known_users()),
            warnings=tuple(self._warnings),
            summary=summarise(changes, list({(one.kind, one.id, one.forced): one for one in self._conflicts}.values())),
        )

    def _restore(self, done: Done) -> Change:
        """One write turned round, for the fields that can be."""
        state = self._state(done.change)
        if state is None:
            self._conflict(done, "", None, GONE)
            return self._no_op(done.change, GONE)
        fields: list[str] = []
        reasons: dict[str, list[str]] = {}
        for unit in units(done.write):
            outcome = self._unit(done, unit, state)
            if outcome is None:
                fields.extend(unit)
            else:
                reasons.setdefault(outcome, []).append("position" if POSITION & set(unit) else unit[0])
        if not fields:
            return self._no_op(done.change, _joined(reasons) or "nothing to restore")
        now = {name: state[name] for name in fields}
        before = {name: done.write.expect[name] for name in fields}
        return Change(
            address=done.change.address,
            kind=done.change.kind,
            id=done.change.id,
            task=done.change.task,
            action=Action.UPDATE,
            reason=f"run {self.run} changed it",
            fields=tuple(
                FieldChange(path=(name,), before=now[name], after=before[name], source=f"run {self.run}")
                for name in fields
                if now[name] != before[name]
            ),
            writes=(write(done.change.kind, now, before, self.people),),
        )

    def _unit(self, done: Done, unit: tuple[str, ...], state: State) -> str | None:
        """None if the unit is to be restored, else why not."""
        now, before, after = (
            {name: source[name] for name in unit} for source in (state, done.write.expect, done.write.gives)
        )
        if before == after:
            return "nothing was changed in it"
        if now == before:
            return "is as it was before the run"
        lost = [value for value in before.values() if value != "" and self._is_unknown_user(unit, value)]
        if lost:
            self._conflict(done, unit[0], now[unit[0]], f"user {lost[0]!r} cannot be seen any more")
            return f"user {lost[0]!r} cannot be seen any more"
        if now == after:
            return None
        for name in unit:
            self._conflict(done, name, now[name], None)
        return None if self.force else "somebody else changed it since"

    def _is_unknown_user(self, unit: tuple[str, ...], value: JsonValue) -> bool:
        return unit[0] in ("assignee", "owner") and isinstance(value, str) and value not in self.people

    def _conflict(self, done: Done, name: str, found: JsonValue, impossible: str | None) -> None:
        self._conflicts.append(
            Conflict(
                address=done.change.address,
                kind=done.change.kind,
                id=done.change.id,
                task=done.change.task,
                field=name,
                wrote=done.write.gives.get(name),
                found=found,
                before=done.write.expect.get(name),
                forced=self.force and impossible is None,
                note=impossible,
            )
        )

    def _no_op(self, change: Change, reason: str) -> Change:
        return Change(
            address=change.address,
            kind=change.kind,
            id=change.id,
            task=change.task,
            action=Action.NO_OP,
            reason=reason,
        )

    def _with_status(self, task_id: int, changes: list[Change]) -> Iterator[Change]:
        """The task's status follows its jobs; say so where the run had changed it, and it will come back."""
        original, task = self._statuses.get(task_id), self._tasks.get(task_id)
        if original is None or task is None:
            yield from changes
            return
        saved = any(change.kind == "job" and change.writes for change in changes)
        jobs = [job for job in self._jobs.values() if job.task_id == task_id]
        reached = task_status(statuses_after(jobs, changes).values()) if saved and jobs else task.status
        own = next((change for change in changes if change.kind == "task"), None)
        if reached != task.status:
            status = FieldChange(path=("status",), before=task.status, after=reached, source=f"run {self.run}")
            yield self._carrying(own, original, status)
        elif own is not None:
            yield own
        if reached != original.fields[-1].before:
            text = f"task {task_id} will have status {reached}, not {original.fields[-1].before} as before the run"
            self._warnings.append(Warning_(text=text, address=original.address))
        yield from (change for change in changes if change is not own)

    def _carrying(self, own: Change | None, original: Change, status: FieldChange) -> Change:
        """The task's own change with the status that follows, or one that only tells of it."""
        if own is not None and own.action is Action.UPDATE:
            return own.model_copy(update={"fields": (*own.fields, status)})
        return Change(
            address=original.address,
            kind="task",
            id=original.id,
            task=original.task,
            action=Action.UPDATE,
            reason=f"run {self.run} changed it",
            fields=(status,),
        )

    def _now(self, change: Change) -> Change:
        return as_it_is_called(change, self.bindings, self.server.url)

    def _state(self, change: Change) -> State | None:
        if change.kind == "task":
            task = self._tasks.get(change.id)
            return task_state(task) if task is not None else None
        job = self._jobs.get(change.id)
        return job_state(job) if job is not None else None

    def _label(self, task_id: int, labels: Mapping[int, TaskLabel]) -> TaskLabel:
        label = labels.get(task_id, TaskLabel(id=task_id, name="")).model_copy(update={"id": task_id})
        task = self._tasks.get(task_id)
        if task is None:
            return label
        moved = {"project": task.project_id, "project_name": None} if task.project_id != label.project else {}
        return label.model_copy(update={"name": task.name, **moved})

    def _known_users(self) -> dict[str, int]:
        shown = dict(self.people)
        for task in self._tasks.values():
            shown |= users_of(task)
        for job in self._jobs.values():
            shown |= users_of(job)
        return shown


def _joined(reasons: Mapping[str, Sequence[str]]) -> str:
    """Why nothing is restored; where fields differ in it, of which each is said."""
    if len(reasons) <= 1:
        return "".join(reasons)
    return "; ".join(f"{', '.join(names)}: {reason}" for reason, names in reasons.items())
