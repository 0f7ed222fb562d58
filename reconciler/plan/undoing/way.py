"""What the way back goes by, and what it has come to so far: its steps, and what is left alone and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pydantic import JsonValue

from reconciler.annotations.whole import WholeTask
from reconciler.cvat.models import Project, Task
from reconciler.plan.frozen import FieldChange
from reconciler.plan.labels import label_state
from reconciler.plan.model import Conflict, Warning_
from reconciler.plan.remembered import Remembered
from reconciler.plan.steps import Do, Image, ObjectRef, Step
from reconciler.plan.undoing.copies import Copies
from reconciler.plan.undoing.done import DoneStep
from reconciler.plan.undoing.now import Now, Owner
from reconciler.snapshots.model import Copy

GONE: Final = "is gone, or you cannot see it"


@dataclass
class Way:
    """One run's way back, while it is worked out.

    `makes` has what this plan makes anew, by kind and the id that it had; `deletes` the ids of what this plan deletes,
    with the addresses of the steps; `left` the ids of what the run made and this plan leaves alone, `over` of
    what the run made and is not there any more. `settled` has the
    annotations that tasks will have which are put back, `restored` those of tasks that come back, by their old ids.
    `relabelled` has by project or task the labels that have been changed back so far (see `relabelling`), and
    `states_left` what the run left of the labels that it made.
    """

    run: str
    done: Sequence[DoneStep]
    now: Now
    copies: Copies
    people: Mapping[str, int]
    force: bool = False
    makes: dict[tuple[Owner, int], ObjectRef] = field(default_factory=dict)
    deletes: dict[tuple[Owner, int], str] = field(default_factory=dict)
    left: set[tuple[Owner, int]] = field(default_factory=set)
    over: set[tuple[Owner, int]] = field(default_factory=set)
    settled: dict[int, WholeTask] = field(default_factory=dict)
    restored: dict[int, WholeTask] = field(default_factory=dict)
    relabelled: dict[tuple[Owner, int], list[tuple[str, Image]]] = field(default_factory=dict)
    states_left: dict[tuple[Owner, str], Image] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    warnings: list[Warning_] = field(default_factory=list)

    @property
    def because(self) -> str:
        """Where every step of it comes from."""
        return f"run {self.run}"

    def of_kind(self, *operations: Do) -> Iterator[DoneStep]:
        """What the run did of this kind, the last first."""
        return (done for done in reversed(self.done) if done.do in operations)

    # What steps belong to

    def find(self, kind: Owner, number: int) -> Project | Task | None:
        """A project or task, by the id that it had."""
        return self.now.project(number) if kind == "project" else self.now.task(number)

    def ref(self, owner: ObjectRef | None) -> ObjectRef | None:
        """What a step belonged to, as it is now or as this plan makes it; None: it is gone."""
        if owner is None or owner.id is None:
            return None
        if (made := self.makes.get((owner.kind, owner.id))) is not None:
            return made
        found = self.find(owner.kind, owner.id)
        return owner.model_copy(update={"id": found.id, "name": found.name}) if found is not None else None

    def labels_made(self, owner: ObjectRef) -> list[Step]:
        """The labels that this plan has made so far of a project or task."""

        def is_owner(of: ObjectRef | None) -> bool:
            return of is not None and (of.id == owner.id if owner.id is not None else of.address == owner.address)

        return [step for step in self.steps if step.do is Do.CREATE_LABEL and is_owner(step.of)]

    def labels_there(self, owner: ObjectRef) -> dict[str, Image]:
        """The labels of a project or task by their names, with those that this plan has made so far."""
        there = {label.name: label_state(label) for label in self.now.labels(owner.kind, owner.id or 0)}
        return there | {step.name: step.gives or {} for step in self.labels_made(owner)}

    def goes_along(self, owner: ObjectRef | None) -> bool:
        """Whether it comes, goes or stays as a whole: what belongs to it is not turned round by itself."""
        if owner is None or owner.id is None:
            return False
        key = owner.kind, owner.id
        current = owner.kind, self.now.current(owner.kind, owner.id)
        return key in self.makes or key in self.over or current in self.deletes or current in self.left

    def prevented(self, kind: Owner, number: int) -> str | None:
        """The `lifecycle.prevent_delete` that forbids to delete it. It holds for a rollback as well."""
        found = self.find(kind, number)
        binding = Remembered(self.now.bindings, self.now.ref).protecting(found) if found is not None else None
        return f"lifecycle.prevent_delete of {binding.address}" if binding is not None else None

    def put_by_run(self, task: int) -> WholeTask:
        """What the run had brought back into a task because it used a label; it goes with the label again."""
        found = WholeTask()
        for done in self.of_kind(Do.ADD_ANNOTATIONS):
            labels, folder = done.step.body.get("labels"), done.step.copy_of
            if not isinstance(labels, list) or folder is None or done.owner is None or done.owner.id is None:
                continue
            copy = self.copies.find(folder)
            if self.now.current("task", done.owner.id) == task and copy is not None and not self.copies.damage(copy):
                own = self.copies.annotations(copy).using([str(label) for label in labels])
                found = WholeTask(found.task.plus(own.task), {**found.jobs, **own.jobs})
        return found

    def tasks_gone(self) -> frozenset[int]:
        """Tasks that this plan deletes or makes anew, by all the ids that the run may know them by."""
        made = {number for kind, number in self.makes if kind == "task"}
        made |= {self.now.current("task", number) for number in made}
        deleted = {number for kind, number in self.deletes if kind == "task"}
        return frozenset(made | deleted)

    # What is told

    def conflict(
        self,
        done: DoneStep,
        what: str,
        *,
        wrote: JsonValue = None,
        found: JsonValue = None,
        before: JsonValue = None,
        impossible: str | None = None,
    ) -> bool:
        """Somebody else has changed what the run did. Tells whether it is restored all the same.

        Args:
            done: the step that cannot be turned round just so.
            what: the field, or what is in the way.
            wrote: what the run left.
            found: what is there now.
            before: what would be restored.
            impossible: why not even `--force` restores it.
        """
        forced = self.force and impossible is None
        kind = done.step.kind
        self.conflicts.append(
            Conflict(
                address=done.address,
                kind=kind if kind not in ("data", "jobs") else "task",
                id=self._id_of(done),
                task=self._task_of(done),
                field=what,
                wrote=wrote,
                found=found,
                before=before,
                forced=forced,
                note=impossible,
            )
        )
        return forced

    def warn(self, text: str, address: str | None = None) -> None:
        """Note something that a person should know; the same is said once."""
        warning = Warning_(text=text, address=address)
        if warning not in self.warnings:
            self.warnings.append(warning)

    def copy_for(self, done: DoneStep, *, backup: bool = False) -> Copy | None:
        """The copy that was taken before a step, if it is whole. Else it is told, and nothing is restored of it."""
        folder = done.record.copied
        copy = self.copies.find(folder) if folder is not None else None
        if copy is None:
            wrong: str | None = f"its copy {folder} is not there any more" if folder else "no copy of it was taken"
        elif backup and not copy.backup and copy.frames:
            wrong = f"its copy {copy.folder} has no backup"
        else:
            wrong = self.copies.damage(copy)
            wrong = wrong and f"its copy {copy.folder} is damaged: {wrong}"
        if wrong is None:
            return copy
        self.conflict(done, "", before=done.step.name or None, impossible=wrong)
        return None

    def shown(self, before: Mapping[str, JsonValue], after: Mapping[str, JsonValue]) -> tuple[FieldChange, ...]:
        """Fields for a person: from what they are now to what they will be."""
        return tuple(
            FieldChange(path=(name,), before=before.get(name), after=value, source=self.because)
            for name, value in after.items()
            if before.get(name) != value
        )

    def _id_of(self, done: DoneStep) -> int:
        if done.step.kind in ("project", "task"):
            number = done.own_id
            kind: Owner = "project" if done.step.kind == "project" else "task"
        elif done.owner is not None:
            number, kind = done.owner.id, done.owner.kind
        else:
            return 0
        return self.now.current(kind, number) if number is not None else 0

    def _task_of(self, done: DoneStep) -> int:
        if done.step.kind == "task":
            return self._id_of(done)
        return self._id_of(done) if done.owner is not None and done.owner.kind == "task" else 0
