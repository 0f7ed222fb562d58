"""A step that a run carried out, or may have carried out."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.history.model import StepRecord
from reconciler.plan.steps import Do, Image, ObjectRef, Step


@dataclass(frozen=True)
class DoneStep:
    """A step and the last that was recorded of it."""

    step: Step
    record: StepRecord

    @property
    def do(self) -> Do:
        """What it did."""
        return self.step.do

    @property
    def address(self) -> str:
        """What it did it to."""
        return self.step.address

    @property
    def before(self) -> Image:
        """What was there before; nothing if the object was not."""
        return self.step.expect or {}

    @property
    def left(self) -> Image:
        """What was there afterwards: as it was read then, else as it was planned."""
        return self.record.gave or self.step.gives or {}

    @property
    def own_id(self) -> int | None:
        """The id that the project, task or guide had then."""
        return self.record.id if self.record.id is not None else self.step.id

    @property
    def owner(self) -> ObjectRef | None:
        """What it belongs to, with the id that this had then."""
        return self.record.of or self.step.of
