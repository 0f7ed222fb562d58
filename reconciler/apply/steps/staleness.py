"""Is the plan still true of what its steps are about? Asked before the first write, in few requests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.apply.steps.made import NotMade
from reconciler.apply.steps.registry import operation_for
from reconciler.apply.steps.sight import Overview
from reconciler.apply.steps.site import Site
from reconciler.plan.steps import Do, Step

_LOOKED_AT_LATER = frozenset(
    {
        Do.PUT_ANNOTATIONS,
        Do.ADD_ANNOTATIONS,
        Do.IMPORT_ANNOTATIONS,
        Do.SET_JOBS,
        Do.RESTORE_TASK,
        Do.REAPPLY,
    }
)
"""What takes long to read is looked at only just before its own step, and what is made by the plan cannot be before."""

_LONG = frozenset({"digest", "tags", "shapes", "tracks"})


@dataclass(frozen=True)
class StaleStep:
    """A step whose object is not as the plan found it."""

    step: Step
    found: str

    def __str__(self) -> str:
        number = f" {self.step.id}" if self.step.id is not None else ""
        return f"{self.step.kind}{number} ({self.step.address}): {self.found}"


def stale_steps(site: Site) -> Iterator[StaleStep]:
    """The steps that would be conflicts now.

    Raises:
        ServerError: the server cannot be read.
    """
    site = Site(site.session, site.store, site.plan, site.run)
    site.sight = Overview(site.reader, site.plan.steps)
    for step in site.plan.steps:
        if step.do in _LOOKED_AT_LATER:
            continue
        expect = step.expect and {key: value for key, value in step.expect.items() if key not in _LONG}
        quick = step.model_copy(update={"expect": expect, "destroys": None})
        operation = operation_for(quick, site)
        try:
            standing = operation.standing(quick, operation.look(quick))
        except NotMade:
            continue  # this plan makes it
        if standing.conflict is not None:
            yield StaleStep(step, standing.conflict)
