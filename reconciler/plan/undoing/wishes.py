"""What is to be remembered of addresses once the way back is gone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from reconciler.plan.steps import BindingWish, Do, ObjectRef, Step
from reconciler.plan.undoing.now import Owner
from reconciler.plan.undoing.way import Way

_REPLACED: Final = ".replaced["


def binding_wishes(way: Way, steps: Iterable[Step]) -> Iterator[BindingWish]:
    """Addresses of the manifest that stand for something that nothing is remembered of, or that was made of no file.

    What is remembered of a deleted object goes over to what comes in its place. What goes is not remembered. A task
    whose annotations went back is not remembered as annotated from a file: the same file may be wanted once more.
    """
    steps = list(steps)
    going = {(step.address, step.id) for step in steps if step.deletes}
    deleted = {number for _, number in going}
    for step in steps:
        if step.do in (Do.CREATE_PROJECT, Do.RESTORE_TASK) and _is_new(way, step.address, deleted):
            kind: Owner = "project" if step.kind == "project" else "task"
            yield BindingWish(address=step.address, kind=kind, id=None, name=step.name)
        elif step.do is Do.RESTORE_TASK and step.address.partition(_REPLACED)[0] in {address for address, _ in going}:
            yield from _in_its_place_again(way, step)
        elif step.do is Do.PUT_ANNOTATIONS and step.of is not None and "[" not in step.of.address:
            yield _unannotated(way, step.of)


def _is_new(way: Way, address: str, deleted: Collection[int | None]) -> bool:
    ref = way.now.ref
    known = way.now.bindings.find(ref.url, ref.organization, address)
    return "[" not in address and (known is None or known.id in deleted)


def _in_its_place_again(way: Way, step: Step) -> Iterator[BindingWish]:
    """A task in whose place another was made, which goes: the address stands for it as before."""
    old = next(
        (number for (kind, number), ref in way.makes.items() if kind == "task" and ref.address == step.address), 0
    )
    known = way.now.bindings.find(way.now.ref.url, way.now.ref.organization, step.address)
    same = known if known is not None and known.id == old else None
    if old:
        yield BindingWish(
            address=step.address.partition(_REPLACED)[0],
            kind="task",
            id=old,
            name=step.name,
            data=same.data if same is not None else None,
            annotations=same.annotations.wish if same is not None and same.annotations is not None else None,
        )


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
