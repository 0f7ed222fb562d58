"""Where a job can be in the workflow, and where what a rule sets would put it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Final, get_args

from reconciler.manifest.models import Stage, State, TaskFields

STAGES: Final[tuple[str, ...]] = get_args(Stage)
STATES: Final[tuple[str, ...]] = get_args(State)
_STAGE_OF_STATUS: Final = {"annotation": "annotation", "validation": "validation", "completed": "acceptance"}


@dataclass(frozen=True)
class Position:
    """Where a job is in the workflow."""

    stage: str
    state: str

    @property
    def status(self) -> str:
        """What CVAT makes of it (FACTS §2)."""
        if self.stage == "annotation":
            return "annotation"
        return "completed" if (self.stage, self.state) == ("acceptance", "completed") else "validation"

    def __str__(self) -> str:
        return f"stage {self.stage}, state {self.state}"


# The furthest first: the example that a message shows is then the one that hurts most.
POSITIONS: Final = [
    Position(stage, state) for state, stage in product(dict.fromkeys(("completed", *STATES)), reversed(STAGES))
]


def position_after(position: Position, fields: TaskFields) -> Position:
    """Where a rule puts a job that is at `position`."""
    if fields.status == "completed":
        position = Position("acceptance", "completed")
    elif fields.status is not None:
        position = _moved(position, _STAGE_OF_STATUS[fields.status])
    if fields.jobs is not None and fields.jobs.stage is not None:
        position = _moved(position, fields.jobs.stage)
    if fields.jobs is not None and fields.jobs.state is not None:
        position = Position(position.stage, fields.jobs.state)
    return position


def _moved(position: Position, stage: str) -> Position:
    """A job that changes stage starts there anew; one that is there already stays as it is."""
    return position if position.stage == stage else Position(stage, "new")
