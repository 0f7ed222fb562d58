"""What carries out one kind of step: how it looks, how it decides, what it sends, what has to be copied before."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, ClassVar

from reconciler.apply.steps.images import differing, only, same
from reconciler.apply.steps.site import Site
from reconciler.history.model import Replaced
from reconciler.plan.steps import Image, Step


@dataclass(frozen=True)
class Found:
    """What is there now, in the terms of a step's `expect` and `gives`; None: nothing.

    `all_of_name` are the ids of everything that has the name of what is to be made; `detail` is for the operation.
    """

    image: Image | None
    id: int | None = None
    all_of_name: tuple[int, ...] = ()
    detail: Any = field(default=None, compare=False)


@dataclass(frozen=True)
class Standing:
    """What a look means for a step: already so, or a conflict in words; neither: it can be done."""

    already: bool = False
    conflict: str | None = None


@dataclass(frozen=True)
class Sent:
    """What was made. `note` is told with the result, `short` is what did not arrive though the server took it."""

    id: int | None = None
    replaced: tuple[Replaced, ...] = ()
    note: str | None = None
    short: str | None = None


@dataclass(frozen=True)
class ToCopy:
    """What has to be copied before a step, and whether with a full backup."""

    tasks: tuple[int, ...] = ()
    project: int | None = None
    backup: bool = False

    def __bool__(self) -> bool:
        return bool(self.tasks) or self.project is not None


class Operation:
    """How one kind of step is carried out. Subclasses say how to look and what to send.

    `look` and `send` raise ServerError, and NotMade where what the step belongs to was not made. `in_background`: the
    server works on what is sent after it has answered, and goes on with it whatever becomes of the run.
    """

    in_background: ClassVar[bool] = False
    is_recognised: ClassVar[bool] = True
    """Whether a look tells that it is this step that arrived, and not what somebody else has done meanwhile."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def look(self, step: Step, number: int | None = None, beside: Collection[int] | None = None) -> Found:
        """What is there now.

        Of something made `number` is its id, where it is known.

        `beside` is given once it may have been sent: what had its name before, and so is not it.
        """
        raise NotImplementedError

    def gives(self, step: Step) -> Image | None:
        """What is to be there afterwards, with what only the run knows."""
        return step.gives

    def standing(self, step: Step, found: Found) -> Standing:
        """Whether it is already so, or not as the plan expects."""
        gives = self.gives(step)
        if found.image is None:
            if gives is None and step.expect is not None:
                return Standing(already=True)
            return Standing() if step.expect is None else Standing(conflict="it is gone")
        if gives is not None and same(only(found.image, gives), gives):
            return Standing(already=not same(step.expect, gives))
        if step.expect is None:
            return Standing(conflict=f"it is there already, and different: {differing(found.image, gives or {})}")
        if not same(only(found.image, step.expect), step.expect):
            return Standing(conflict=f"changed by somebody else since the plan: {differing(found.image, step.expect)}")
        return Standing()

    def to_copy(self, step: Step, found: Found) -> ToCopy:
        """What has to be copied first."""
        return ToCopy()

    def send(self, step: Step, found: Found) -> Sent:
        """Do it."""
        raise NotImplementedError

    def request(self, step: Step, number: int | None) -> str:
        """What is sent, for the record: `POST /api/projects`."""
        raise NotImplementedError

    def under_way(self, step: Step) -> tuple[str, ...]:
        """The server's requests that may be at work on what was sent.

        Raises:
            ServerError: it cannot be asked.
        """
        return ()

    def replaced(self, step: Step, number: int) -> tuple[Replaced, ...]:
        """What has got a new id by this step, which made an object with this one."""
        return ()

    def arrived(self, step: Step, found: Found) -> bool:
        """Whether what is there now is what the step gives."""
        gives = self.gives(step)
        if found.image is None or gives is None:
            return found.image is None and gives is None
        return same(only(found.image, gives), gives)

    def untouched(self, step: Step, found: Found) -> bool:
        """Whether it is as before the step."""
        if found.image is None or step.expect is None:
            return found.image is None and step.expect is None
        return same(only(found.image, step.expect), step.expect)

    def gave(self, step: Step, found: Found) -> Image | None:
        """What is there afterwards, for the record."""
        gives = self.gives(step)
        return only(found.image, gives) if found.image is not None and gives is not None else found.image
