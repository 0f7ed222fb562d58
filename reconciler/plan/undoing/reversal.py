"""The way back of a run's steps, whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from reconciler.cvat.capabilities import Capabilities
from reconciler.history.bindings import Bindings
from reconciler.plan.model import Conflict, ServerRef, Warning_
from reconciler.plan.observing import Observed, People
from reconciler.plan.steps import BindingWish, Do, Step
from reconciler.plan.undoing import annotations as drawn
from reconciler.plan.undoing import guides, labels, moves, projects, tasks
from reconciler.plan.undoing.copies import Copies
from reconciler.plan.undoing.done import DoneStep
from reconciler.plan.undoing.expecting import as_found_then
from reconciler.plan.undoing.losses import Losses
from reconciler.plan.undoing.now import Now
from reconciler.plan.undoing.people import usernames
from reconciler.plan.undoing.relabelling import labels_came_last
from reconciler.plan.undoing.way import Way
from reconciler.plan.undoing.wishes import binding_wishes

_STAGES: Final = (
    # What comes back, in the order in which one needs the other, ...
    frozenset({Do.CREATE_PROJECT, Do.CREATE_LABEL}),
    frozenset({Do.RESTORE_TASK, Do.MOVE_TASK, Do.REAPPLY}),
    frozenset({Do.PUT_ANNOTATIONS, Do.ADD_ANNOTATIONS}),
    # ... then what was before it in the run: names and guides ...
    frozenset({Do.PATCH_PROJECT, Do.PATCH_LABEL, Do.PUT_GUIDE, Do.DELETE_GUIDE}),
    # ... and at last what goes: tasks first, so that their backups are whole.
    frozenset({Do.DELETE_TASK}),
    frozenset({Do.DELETE_LABEL}),
    frozenset({Do.DELETE_PROJECT}),
)


@dataclass(frozen=True)
class Reversed:
    """The steps back, what is left alone, what a person should know; and whom and what it is about."""

    steps: tuple[Step, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    warnings: tuple[Warning_, ...] = ()
    bindings: tuple[BindingWish, ...] = ()
    users: Mapping[str, int] = field(default_factory=dict)
    """The ids of those whom it sets again."""
    gone: frozenset[int] = frozenset()
    """Tasks (by the ids that the run knew) whose fields are no longer turned round: they go, or come back whole."""


@dataclass(frozen=True)
class StepReversal:
    """Plans the way back of one run's steps.

    Args:
        run: its id.
        done: the steps that it carried out or may have carried out, in the order of its plan.
        server: as it can be read now.
        copies: those in the state store.
        bindings: what addresses and old ids lead to.
        ref: the server.
        people: who can be seen.
        capabilities: what the server can do.
        force: restore also what others have changed since.
    """

    run: str
    done: Sequence[DoneStep]
    server: Observed
    copies: Copies
    bindings: Bindings
    ref: ServerRef
    people: People
    capabilities: Capabilities
    force: bool = False

    def reverse(self) -> Reversed:
        """The steps, laid out in the order in which they are carried out."""
        if not self.done:
            return Reversed()
        way = Way(
            run=self.run,
            done=self.done,
            now=Now(self.server, self.bindings, self.ref, self.capabilities),
            copies=self.copies,
            people=self.people.resolve(usernames(self.done, self.copies)),
            force=self.force,
        )
        losses = Losses(way.people)
        labels.note_left(way)
        # What is gone comes back first: everything else may need it. What goes is found out before what changes,
        # for nothing of it has to be changed; labels come last, for they go only if nothing uses them.
        projects.come_back(way)
        labels.come_back(way)
        tasks.come_back(way, losses)
        tasks.go_away(way)
        moves.move_back(way)
        projects.go_away(way)
        labels_first = labels_came_last(way)
        if labels_first:
            labels.changed_back(way)
        drawn.put_back(way)
        drawn.of_removed_labels(way)
        tasks.filled(way)
        if not labels_first:
            labels.changed_back(way)
        labels.go_away(way)
        guides.come_back(way)
        projects.patched(way)
        losses.tell(way)
        steps = tuple(as_found_then(way, in_order(way.steps)))
        return Reversed(
            steps=steps,
            conflicts=tuple(way.conflicts),
            warnings=tuple(way.warnings),
            bindings=tuple(binding_wishes(way, steps)),
            users=dict(way.people),
            gone=way.tasks_gone(),
        )


def in_order(steps: Iterable[Step]) -> list[Step]:
    """Steps in the order in which they are carried out; within a stage as they came."""
    return sorted(steps, key=_stage)


def _stage(step: Step) -> int:
    # Annotations that need a label as it was come after it.
    do = Do.PATCH_LABEL if step.do is Do.PUT_ANNOTATIONS and step.needs else step.do
    return next(place for place, stage in enumerate(_STAGES) if do in stage)
