"""What became of one step."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.history.model import Replaced, WriteOutcome
from reconciler.plan.steps import Image, ObjectRef, Step


@dataclass(frozen=True)
class StepResult:
    """What became of one step. `status` is the HTTP status of a refusal, `message` the server's own words, or ours.

    `id` is the object's own id as soon as it is known, `of` what it belongs to with its id, `gave` what was there
    afterwards in the terms of the step's `gives`, `copied` the folder of the copy that was taken before, and `beside`
    the ids of others of the same name that were there before something was made. `answered`: it failed, but not for
    want of a server. `unsettled`: the server was still at work on it when the run stopped, by the requests `under_way`.
    """

    step: Step
    outcome: WriteOutcome
    id: int | None = None
    of: ObjectRef | None = None
    status: int | None = None
    message: str | None = None
    gave: Image | None = None
    copied: str | None = None
    replaced: tuple[Replaced, ...] = ()
    beside: tuple[int, ...] = ()
    request: str = ""
    answered: bool = False
    unsettled: bool = False
    under_way: tuple[str, ...] = ()
