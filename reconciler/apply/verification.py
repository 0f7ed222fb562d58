"""Applied means proven: everything written is read again and compared."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from pydantic import JsonValue

from reconciler.apply.one_write import Result
from reconciler.apply.rereading import Reread
from reconciler.history.model import Unproven, WriteOutcome
from reconciler.plan.diff import differences
from reconciler.plan.model import Change, Plan
from reconciler.plan.state import State

ARRIVED = frozenset({WriteOutcome.WRITTEN, WriteOutcome.ALREADY})


def unproven(plan: Plan, results: Sequence[Result], now: Reread) -> list[Unproven]:
    """Fields that were written but do not hold their values now, and task statuses that did not follow.

    A second plan over what was written, in other words: it must be empty. A status is expected only where all of the
    task's writes arrived; elsewhere the failure already says why.
    """
    arrived = [result for result in results if result.outcome in ARRIVED]
    held_back = {result.change.task for result in results if result.outcome not in ARRIVED}
    found = [one for result in arrived for one in _compare(result.change, result.write.gives, now)]
    for change in plan.updates:
        if change.task not in held_back:
            found.extend(_compare(change, _derived(change), now))
    return found


def _derived(change: Change) -> State:
    """What no write carries but must hold: the status that a task derives from its jobs."""
    written = {field for write in change.writes for field in write.gives}
    return {field.path[0]: field.after for field in change.fields if field.path[0] not in written}


def _compare(change: Change, wanted: State, now: Reread) -> Iterator[Unproven]:
    if not wanted:
        return
    state = now.state(change)
    if state is None:
        yield _one(change, "", None, None, missing=True)
        return
    for path, found, value in differences(wanted, state):
        yield _one(change, ".".join(path), value, found)


def _one(change: Change, field: str, wanted: JsonValue, found: JsonValue, *, missing: bool = False) -> Unproven:
    return Unproven(
        address=change.address,
        kind=change.kind,
        id=change.id,
        task=change.task,
        field=field,
        wanted=wanted,
        found=found,
        missing=missing,
    )


def touched(results: Iterable[Result]) -> list[Change]:
    """The changes of which at least one write arrived or may have arrived."""
    reached = [result.change for result in results if result.outcome not in (WriteOutcome.SKIPPED, WriteOutcome.FAILED)]
    return list({(change.kind, change.id): change for change in reached}.values())


def planned_again(again: Plan, results: Iterable[Result], moved: Collection[int] = ()) -> list[Unproven]:
    """What a second plan would change of the tasks that were just written, or `moved`: it must be nothing.

    So rules that feed each other, or two blocks that undo each other, are seen at once. Tasks of which something did
    not arrive are left out, the failure says why; so are tasks that the run had nothing to do with.
    """
    results = list(results)
    held_back = {result.change.task for result in results if result.outcome not in ARRIVED}
    written = {*moved, *(result.change.task for result in results)} - held_back
    return [
        _one(change, ".".join(field.path), field.after, field.before)
        for change in again.updates
        if change.task in written
        for field in change.fields
    ]
