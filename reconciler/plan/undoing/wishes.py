"""What is to be remembered of addresses once the way back is gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.plan.steps import BindingWish, Do, ObjectRef, Step
from reconciler.plan.undoing.now import Owner
from reconciler.plan.undoing.way import Way


def binding_wishes(way: Way, steps: Iterable[Step]) -> Iterator[BindingWish]:
    """Addresses of the manifest that stand for something that nothing is remembered of, or that was made of no file.

    What is remembered of a deleted object goes over to what comes in its place. What goes is not remembered. A task
    whose annotations went back is not remembered as annotated from a file: the same file may be wanted once more.
    """
    for step in steps:
        if step.do in (Do.CREATE_PROJECT, Do.RESTORE_TASK) and _is_new(way, step.address):
            kind: Owner = "project" if step.kind == "project" else "task"
            yield BindingWish(address=step.address, kind=kind, id=None, name=step.name)
        elif step.do is Do.PUT_ANNOTATIONS and step.of is not None and "[" not in step.of.address:
            yield _unannotated(way, step.of)


def _is_new(way: Way, address: str) -> bool:
    ref = way.now.ref
    return "[" not in address and way.now.bindings.find(ref.url, ref.organization, address) is None


def _unannotated(way: Way, task: ObjectRef) -> BindingWish:
    """What is remembered of a task already, but for its annotations."""
    known = way.now.bindings.find(way.now.ref.url, way.now.ref.organization, task.address)
    return BindingWish(
        address=task.address,
        kind="task",
        id=task.id,
        name=task.name,
        prevent_delete=known is not None and known.prevent_delete,
        data=known.data if known is not None else None,
    )
