"""Steps, as short as a test wants them."""

from __future__ import annotations

from typing import Any

from reconciler.plan.frozen import Action
from reconciler.plan.steps import Do, Impact, Kind, ObjectRef, Step

_DOES: dict[Do, tuple[Kind, Action]] = {
    Do.CREATE_PROJECT: ("project", Action.CREATE),
    Do.PATCH_PROJECT: ("project", Action.UPDATE),
    Do.DELETE_PROJECT: ("project", Action.DELETE),
    Do.CREATE_LABEL: ("label", Action.CREATE),
    Do.DELETE_LABEL: ("label", Action.DELETE),
    Do.PUT_GUIDE: ("guide", Action.UPDATE),
    Do.CREATE_TASK: ("task", Action.CREATE),
    Do.MOVE_TASK: ("task", Action.UPDATE),
    Do.DELETE_TASK: ("task", Action.DELETE),
    Do.UPLOAD_DATA: ("data", Action.CREATE),
    Do.PUT_ANNOTATIONS: ("annotations", Action.UPDATE),
}


def step(do: Do, address: str, number: int | None = None, of: ObjectRef | None = None, **more: Any) -> Step:
    """A step that says nothing but what it does to what."""
    kind, action = _DOES[do]
    known = {"reason": "", "expect": None, "gives": None, "destroys": Impact() if action is Action.DELETE else None}
    return Step(**known | {"address": address, "kind": kind, "do": do, "action": action, "id": number, "of": of} | more)


def project(number: int | None = None, address: str = "project.p") -> ObjectRef:
    """A project that a step belongs to; without a number this plan makes it."""
    return ObjectRef(kind="project", address=address, id=number)


def of_task(number: int | None = None, address: str = "task.t") -> ObjectRef:
    """A task that a step belongs to."""
    return ObjectRef(kind="task", address=address, id=number)
