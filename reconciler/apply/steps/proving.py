"""Applied means proven, for steps: what arrived is looked at once more when all is done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from pydantic import JsonValue

from reconciler.apply.steps.executing import ARRIVED
from reconciler.apply.steps.images import only, same
from reconciler.apply.steps.made import NotMade
from reconciler.apply.steps.registry import operation_for
from reconciler.apply.steps.result import StepResult
from reconciler.apply.steps.site import Site
from reconciler.errors import ReconcilerError, ServerError
from reconciler.history.model import Unproven
from reconciler.plan.model import Change, Plan
from reconciler.plan.steps import ANNOTATING, MAKING_TASKS, Do, Image, ObjectRef, Step

_PROVEN_ALREADY = ANNOTATING | {Do.REAPPLY}
"""Read again whole when they were written: annotators may have gone on since."""

_BY_ID = frozenset({Do.CREATE_PROJECT, Do.CREATE_TASK, Do.PATCH_LABEL, Do.DELETE_LABEL})
"""Others may have got the name since."""

Object = tuple[str, int]


def unproven_steps(site: Site, results: Sequence[StepResult], *, parallelism: int) -> list[Unproven]:
    """The steps that arrived and do not hold what they gave.

    Raises:
        ServerError: something cannot be read.
    """
    gone = {
        (one.step.kind, one.id) for one in results if one.outcome in ARRIVED and one.step.deletes and one.id is not None
    }
    to_look = [
        one
        for one in results
        if one.outcome in ARRIVED and one.step.do not in _PROVEN_ALREADY and (one.step.deletes or not _of(one) & gone)
    ]
    with ThreadPoolExecutor(max_workers=parallelism, thread_name_prefix="proving") as pool:
        return [found for found in pool.map(lambda one: _looked_at(site, one), to_look) if found is not None]


def _looked_at(site: Site, result: StepResult) -> Unproven | None:
    step = result.step
    operation = operation_for(step, site)
    try:
        found = operation.look(step, result.id if step.do in _BY_ID else None)
        if operation.arrived(step, found):
            return None
        gives = operation.gives(step)
    except NotMade:
        return None
    except ServerError:
        raise
    except ReconcilerError as error:
        return _one(result, step.do, step.reason, error.what)
    if found.image is None or gives is None:
        return _one(result, step.do, gives, found.image, missing=found.image is None)
    now = only(found.image, gives)
    field = next((key for key in gives if not _same(gives[key], now[key])), str(step.do))
    return _one(result, field, gives.get(field), now.get(field))


def planned_again_steps(again: Plan, results: Sequence[StepResult]) -> tuple[list[Unproven], list[str]]:
    """What a second plan would do again of the objects that the run has touched: it must be nothing.

    What rules would do to tasks that this run has made is another matter: the plan could not know the tasks, and has
    said so. It is told, for the next apply.
    """
    behind = {subject for one in results if one.outcome not in ARRIVED for subject in _subjects(one)}
    touched = {subject for one in results if one.outcome in ARRIVED for subject in _subjects(one)} - behind
    made = {one.id for one in results if one.outcome in ARRIVED and one.step.do in MAKING_TASKS}
    found = [_again(step) for step in again.steps if touched & set(_of_step(step)) and not behind & set(_of_step(step))]
    further: dict[str, set[int]] = {}
    for change in again.updates:
        if change.task not in made or ("task", change.task) in behind:
            continue
        if rules := _rules(change):
            for rule in rules:
                further.setdefault(rule, set()).add(change.task)
        else:
            found.extend(
                Unproven(
                    address=change.address,
                    kind=change.kind,
                    id=change.id,
                    task=change.task,
                    field=".".join(one.path),
                    wanted=one.after,
                    found=one.before,
                )
                for one in change.fields
            )
    return found, [
        f"{rule} selects {len(tasks)} of the tasks that this run has made: apply once more"
        for rule, tasks in further.items()
    ]


def _rules(change: Change) -> set[str]:
    """The rules that want a change, if only rules do."""
    sources = {one.source for one in change.fields}
    return sources if sources and all(source.startswith("rule.") for source in sources) else set()


def _again(step: Step) -> Unproven:
    return Unproven(
        address=step.address,
        kind=step.kind,
        id=step.id or 0,
        task=_task_of(step, step.id, step.of),
        field=str(step.do),
        wanted=step.gives,
        found=step.expect,
    )


def _subjects(result: StepResult) -> Iterable[Object | str]:
    """What a step was about: by address, and by id."""
    yield from _of_step(result.step)
    if result.id is not None and result.step.kind in ("project", "task"):
        yield result.step.kind, result.id
    if result.of is not None and result.of.id is not None and result.step.kind != "task":
        yield result.of.kind, result.of.id


def _of_step(step: Step) -> Iterable[Object | str]:
    if step.kind in ("project", "task"):
        yield step.address
        if step.id is not None:
            yield step.kind, step.id
    elif step.of is not None:
        yield step.of.address
        if step.of.id is not None:
            yield step.of.kind, step.of.id


def _of(result: StepResult) -> set[Object]:
    """The objects whose deletion makes a look at a step pointless."""
    found: set[Object] = set()
    if result.id is not None:
        found.add((result.step.kind, result.id))
    if result.of is not None and result.of.id is not None and result.step.kind not in ("task", "project"):
        found.add((result.of.kind, result.of.id))
    return found


def _one(
    result: StepResult, field: str, wanted: JsonValue | Image, found: JsonValue | Image, *, missing: bool = False
) -> Unproven:
    step = result.step
    return Unproven(
        address=step.address,
        kind=step.kind,
        id=result.id or 0,
        task=_task_of(step, result.id, result.of),
        field=field,
        wanted=wanted,
        found=found,
        missing=missing,
    )


def _task_of(step: Step, number: int | None, owner: ObjectRef | None) -> int:
    if step.kind == "task":
        return number or 0
    return (owner.id or 0) if owner is not None and owner.kind == "task" else 0


def _same(one: JsonValue, other: JsonValue) -> bool:
    return same({"value": one}, {"value": other})
