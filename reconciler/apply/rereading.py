"""Reading again, in bulk, everything that a plan touches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import JsonValue

from reconciler.cvat.reading import Reader
from reconciler.plan.begun import BEGUN, begun_tasks, resting_on_it
from reconciler.plan.model import Change
from reconciler.plan.state import State, job_seen, task_state

Key = tuple[Literal["task", "job"], int]


class Reread:
    """The touched tasks and jobs as they are now; what is not there is gone, or hidden from us."""

    def __init__(self, states: Mapping[Key, State]) -> None:
        self._states = states

    def state(self, change: Change) -> State | None:
        """The object that a change is about."""
        return self._states.get((change.kind, change.id))

    def task(self, task_id: int) -> State | None:
        """A task."""
        return self._states.get(("task", task_id))

    def items(self) -> Iterable[tuple[Key, State]]:
        """All objects that are there, with their managed fields."""
        for key, state in self._states.items():
            yield key, {name: value for name, value in state.items() if name not in ("updated", BEGUN)}


def reread(changes: Iterable[Change], reader: Reader) -> Reread:
    """Read the tasks and jobs of these changes in few requests, however many there are. Other jobs stay where they are.

    Raises:
        ServerError: the server refuses, fails or cannot be reached.
    """
    changes = list(changes)
    states: dict[Key, State] = {}
    for task in reader.tasks_by_id({change.task for change in changes}):
        states["task", task.id] = task_state(task)
    asked = resting_on_it(changes)
    begun = begun_tasks(reader, asked)
    for number in asked:
        if ("task", number) in states:
            states["task", number][BEGUN] = number in begun
    for job in reader.jobs_by_id({change.id for change in changes if change.kind == "job"}):
        states["job", job.id] = job_seen(job)
    return Reread(states)


def only(state: Mapping[str, JsonValue], fields: Iterable[str]) -> State:
    """The named fields of a state."""
    return {field: state.get(field) for field in fields}
