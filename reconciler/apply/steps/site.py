"""Where steps are carried out: the server, the store, the plan, and what the run has made so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from threading import Event
from typing import Literal

from reconciler.annotations.content import Annotations
from reconciler.annotations.whole import WholeTask
from reconciler.apply.steps.made import Kind, Made, NotMade
from reconciler.apply.steps.sight import Sight
from reconciler.cvat.objects import Objects
from reconciler.cvat.reading import Reader
from reconciler.cvat.session import Session
from reconciler.history.bindings import Bindings, load_bindings
from reconciler.history.store import StateStore
from reconciler.plan.model import Plan
from reconciler.plan.steps import Do, ObjectRef, Step

OnStep = Callable[[Step, float | None, str], None]
"""Told how far a long step is (None: not known), and what it is doing."""


def _untold(step: Step, fraction: float | None, words: str) -> None:
    """Nobody wants to hear it."""


@dataclass
class Site:
    """What every operation has at hand. `run` is the run's id, which its snapshot of copies has, too."""

    session: Session
    store: StateStore
    plan: Plan
    run: str
    stop: Event = field(default_factory=Event)
    told: OnStep = _untold
    made: Made = field(default_factory=Made)
    reader: Reader = field(init=False)
    objects: Objects = field(init=False)
    sight: Sight = field(init=False)

    def __post_init__(self) -> None:
        self.reader = Reader(self.session)
        self.objects = Objects(self.session)
        self.sight = Sight(self.reader)

    def own(self, step: Step) -> int:
        """The id of the project or task that a step is about itself.

        Raises:
            NotMade: this run was to make it, and has not.
        """
        if step.id is not None:
            return self.current("task" if step.kind == "task" else "project", step.id)
        return self._made(step.address)

    def of(self, ref: ObjectRef) -> int:
        """The id of what a step belongs to.

        Raises:
            NotMade: this run was to make it, and has not.
        """
        return self.current(ref.kind, ref.id) if ref.id is not None else self._made(ref.address)

    def owner(self, step: Step) -> tuple[Kind, int]:
        """The project or task that a label, guide, data, annotations or jobs belong to."""
        assert step.of is not None, f"{step.address} belongs to nothing"
        return step.of.kind, self.of(step.of)

    def resolved(self, step: Step) -> ObjectRef | None:
        """What a step belongs to, with its id as far as it is known."""
        if step.of is None:
            return None
        try:
            return step.of.model_copy(update={"id": self.of(step.of)})
        except NotMade:
            return step.of

    def users(self, name: str) -> int | None:
        """The id of a user whom the plan names."""
        return self.plan.users.get(name)

    def to_be_deleted(self, kind: Kind) -> frozenset[int]:
        """The objects that this plan deletes: what is made in their place may have their name."""
        deleting = Do.DELETE_TASK if kind == "task" else Do.DELETE_PROJECT
        return frozenset(step.id for step in self.plan.steps if step.do is deleting and step.id is not None)

    def with_current_jobs(self, whole: WholeTask) -> WholeTask:
        """A copy's annotations, with the ids that its jobs have now."""

        def now(held: Mapping[int, Annotations]) -> dict[int, Annotations]:
            return {self.current("job", job): one for job, one in held.items()}

        return WholeTask(whole.task, now(whole.jobs), now(whole.sharing))

    def _made(self, address: str) -> int:
        number = self.made.id_of(address)
        if number is None:
            raise NotMade(address)
        return number

    def current(self, kind: Literal["project", "task", "job"], number: int) -> int:
        """The id that an object has now: its own, or that of what was restored in its place, before or by this run."""
        return self.made.successor(kind, self._remembered.current(self.session.url, kind, number))

    @cached_property
    def _remembered(self) -> Bindings:
        return load_bindings(self.store)
