"""Fields set back one object at a time: what the server refuses is a warning, and the rest is set all the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reconciler.cvat.objects import Objects
from reconciler.cvat.session import Session
from reconciler.cvat.writing import Writer
from reconciler.errors import ServerError
from reconciler.plan.state import State
from reconciler.plan.workflow import POSITION
from reconciler.plan.writes import Kind, body_of

_PEOPLE = ("assignee", "owner")


@dataclass
class RestoredFields:
    """Sets fields back; `people` are the ids of all who can be seen, `warnings` what could not be set."""

    session: Session
    people: Mapping[str, int]
    warnings: list[str]

    def restore(self, kind: Kind, number: int, now: State, wanted: State) -> None:
        """Set the fields that differ, in one PATCH if the server takes them together.

        Raises:
            ServerError: it cannot be reached.
        """
        changed = {name: value for name, value in wanted.items() if now.get(name) != value}
        for name in _PEOPLE:
            who = changed.get(name)
            if isinstance(who, str) and who not in self.people:
                self.warnings.append(f"the {name} of {kind} {number} was {who}, who cannot be seen any more")
                del changed[name]
        if changed.keys() & POSITION:  # a stage alone resets the state (FACTS §2)
            changed |= {name: wanted[name] for name in POSITION}
        if not changed:
            return
        try:
            self._send(kind, number, changed)
        except ServerError as error:
            if not error.status:
                raise
            for part in _parts(changed):
                self._try(kind, number, part)

    def _try(self, kind: Kind, number: int, values: State) -> None:
        try:
            self._send(kind, number, values)
        except ServerError as refused:
            if not refused.status:
                raise
            self.warnings.append(f"{' and '.join(sorted(values))} could not be set: {refused.what}")

    def _send(self, kind: Kind, number: int, values: State) -> None:
        body = body_of(kind, values, self.people)
        if kind == "job":
            Writer(self.session).patch_job(number, body)
        elif kind == "task":
            Writer(self.session).patch_task(number, body)
        else:
            Objects(self.session).patch_project(number, body)


def _parts(changed: State) -> Iterator[State]:
    """One field at a time, but a stage with its state."""
    position = {name: value for name, value in changed.items() if name in POSITION}
    yield from ([position] if position else [])
    yield from ({name: value} for name, value in changed.items() if name not in POSITION)
