"""What the steps that delete will find, once the steps before them are done: labels may be called otherwise by then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.annotations.whole import WholeTask
from reconciler.cvat.models import Task
from reconciler.plan.steps import Do, Step
from reconciler.plan.undoing.way import Way


def as_found_then(way: Way, steps: Iterable[Step]) -> Iterator[Step]:
    """The same steps; those that delete tasks expect the annotations as the other steps leave them."""
    steps = list(steps)
    changes = [step for step in steps if step.do is Do.PATCH_LABEL]
    for step in steps:
        task = way.now.task(step.id) if step.do is Do.DELETE_TASK and step.id is not None else None
        concerned = [one for one in changes if task is not None and _is_of(one, task)]
        yield _expecting(step, way.now.whole(task), concerned) if task is not None and concerned else step


def _is_of(change: Step, task: Task) -> bool:
    """Whether it is about a label that the task's annotations can use."""
    if change.of is None:
        return False
    return change.of.id == (task.project_id if change.of.kind == "project" else task.id)


def _expecting(step: Step, whole: WholeTask, changes: Iterable[Step]) -> Step:
    expect = dict(step.expect or {})
    changes = list(changes)
    if any("attributes" in (one.gives or {}) or "sublabels" in (one.gives or {}) for one in changes):
        del expect["digest"]  # what becomes of values whose attribute changes, only the server knows
    else:
        names = {str((one.expect or {})["name"]): str((one.gives or {})["name"]) for one in changes}
        jobs = {job: content.renamed(names) for job, content in whole.jobs.items()}
        expect["digest"] = WholeTask(whole.task.renamed(names), jobs).digest
    return step.model_copy(update={"expect": expect})
