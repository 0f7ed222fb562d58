"""The way back of a run's steps: what it made is deleted, what it deleted comes back, what it changed is turned round.

Three-way like the way back of fields (`plan.reversal`): what others have done since is a conflict, named and left
alone. Strictly the other way round, though all that makes comes before all that destroys, as in every plan.
"""

from reconciler.plan.undoing.copies import Copies
from reconciler.plan.undoing.done import DoneStep
from reconciler.plan.undoing.joining import joined
from reconciler.plan.undoing.reversal import Reversed, StepReversal

__all__ = ["Copies", "DoneStep", "Reversed", "StepReversal", "joined"]
