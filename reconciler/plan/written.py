"""What a run has written, as its way back looks at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reconciler.history.bindings import Bindings
from reconciler.plan.model import Change, Write
from reconciler.plan.workflow import POSITION


@dataclass(frozen=True)
class Done:
    """One write that a run made, or may have made."""

    change: Change
    write: Write


def as_it_is_called(change: Change, bindings: Bindings, server: str) -> Change:
    """A change of an object that was deleted and restored since is one of what has come in its place."""
    task = bindings.current(server, "task", change.task)
    number = task if change.kind == "task" else bindings.current(server, "job", change.id)
    if (task, number) == (change.task, change.id):
        return change
    return change.model_copy(update={"task": task, "id": number})


def users_restored(done: Iterable[Done]) -> set[str]:
    """The users who would be set again."""
    return {
        value
        for one in done
        for name, value in one.write.expect.items()
        if name in ("assignee", "owner") and isinstance(value, str)
    }


def units(done: Write) -> Iterator[tuple[str, ...]]:
    """What is restored or left together: a job's position, and each other field by itself."""
    if done.gives.keys() >= POSITION:
        yield tuple(name for name in done.gives if name in POSITION)
    for name in done.gives:
        if name not in POSITION:
            yield (name,)
