"""What labels are, and what annotations look like, once the steps that have been planned so far are done."""

from __future__ import annotations

from reconciler.annotations.labels import LabelIds
from reconciler.annotations.whole import WholeTask
from reconciler.cvat.models import Task
from reconciler.plan.labels import label_state
from reconciler.plan.steps import ANNOTATING, Do, Image
from reconciler.plan.undoing.now import Owner
from reconciler.plan.undoing.way import Way


def note_change(way: Way, owner: tuple[Owner, int], before: Image, after: Image) -> None:
    """A label of a project or task goes from one state to another."""
    way.relabelled.setdefault(owner, []).append((str(before["name"]), after))


def states_then(way: Way, owner: tuple[Owner, int]) -> dict[str, Image]:
    """The labels of a project or task by their names."""
    states = {label.name: label_state(label) for label in way.now.labels(*owner)}
    for name, after in way.relabelled.get(owner, ()):
        states.pop(name, None)
        states[str(after["name"])] = after
    return states


def shown_then(way: Way, task: Task) -> WholeTask:
    """A task's annotations as the server shows them: labels may have other names, and other attributes."""
    owner, whole = owner_of(task), way.now.whole(task)
    changes = way.relabelled.get(owner, ())
    if not changes:
        return whole
    for name, after in changes:
        whole = whole.renamed({name: str(after["name"])})
    return whole.fitted(LabelIds.of_states(states_then(way, owner)))


def is_as_left(way: Way, task: Task, left: object) -> bool:
    """Whether a task's annotations are what the run left (their digest then).

    Later runs may have added attributes to its labels: as long as nobody has given them a value, nothing was drawn.
    """
    whole = shown_then(way, task)
    if whole.digest == left:
        return True
    owner = owner_of(task)
    now = states_then(way, owner)
    then = {name: way.states_left.get((owner[0], name), state) for name, state in now.items()}
    before = whole.fitted(LabelIds.of_states(then))
    return before.digest == left and before.fitted(LabelIds.of_states(now)).digest == whole.digest


def changes_of(way: Way, task: Task) -> tuple[str, ...]:
    """The addresses of the steps that have changed labels back which a task's annotations use."""
    kind, number = owner_of(task)
    patches = (step for step in way.steps if step.do is Do.PATCH_LABEL and step.of is not None)
    return tuple(
        step.address for step in patches if step.of is not None and (step.of.kind, step.of.id) == (kind, number)
    )


def labels_came_last(way: Way) -> bool:
    """Whether the run changed labels after it had annotated, as rollbacks do: then they go back first."""
    order = [done.do for done in way.done if done.do is Do.PATCH_LABEL or done.do in ANNOTATING]
    return bool(order) and order[-1] is Do.PATCH_LABEL and order[0] is not Do.PATCH_LABEL


def owner_of(task: Task) -> tuple[Owner, int]:
    """Whose labels a task's annotations use."""
    return ("task", task.id) if task.project_id is None else ("project", task.project_id)
