"""What the steps that delete tasks will find, once the steps before them are done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.plan.steps import Do, Step
from reconciler.plan.undoing.relabelling import shown_then
from reconciler.plan.undoing.way import Way


def as_found_then(way: Way, steps: Iterable[Step]) -> Iterator[Step]:
    """The same steps; those that delete tasks expect their annotations with the labels as they are by then."""
    for step in steps:
        task = way.now.task(step.id) if step.do is Do.DELETE_TASK and step.id is not None else None
        if task is None:
            yield step
        else:
            expect = {**(step.expect or {}), "digest": shown_then(way, task).digest}
            yield step.model_copy(update={"expect": expect})
