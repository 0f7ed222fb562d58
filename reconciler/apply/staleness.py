"""Is the plan still true? Asked before the first write, of everything the plan touches."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from reconciler.apply.rereading import Reread
from reconciler.apply.steps.staleness import StaleStep
from reconciler.errors import ConflictError
from reconciler.plan.model import Change, Plan


@dataclass(frozen=True)
class Stale:
    """One value that the plan was computed from and that no longer holds."""

    change: Change
    field: str
    planned: JsonValue
    found: JsonValue
    gone: bool = False

    @property
    def about(self) -> tuple[str, int, str]:
        """Which field of which object: what a task's selection rested on is said once, not for each of its jobs."""
        kind, dot, field = self.field.rpartition(".")
        owner = kind if dot else self.change.kind
        return owner, self.change.task if owner == "task" else self.change.id, field

    def __str__(self) -> str:
        what = f"{self.change.kind} {self.change.id} ({self.change.address})"
        if self.gone:
            return f"{what} is gone"
        return f"{what}: {self.field} was {self.planned!r} when planned, now it is {self.found!r}"


@dataclass(frozen=True)
class StaleShare:
    """Somebody who was to get some work, and would not now: what the others have counts, and who is in the team."""

    kind: str
    id: int
    planned: JsonValue
    now: JsonValue

    def __str__(self) -> str:
        what = f"{self.kind} {self.id} was to go to {_who(self.planned)}, now it would to {_who(self.now)}"
        return f"{what}: who has how much has changed, or who may"


class StalePlanError(ConflictError):
    """The server changed since the plan. Nothing was written."""

    def __init__(self, stale: Sequence[Stale | StaleStep | StaleShare]) -> None:
        self.stale = tuple(stale)
        listed = [f"  {one}" for one in stale[:10]]
        if len(stale) > len(listed):
            listed.append(f"  and {len(stale) - len(listed)} more")
        super().__init__(
            "\n".join(["the server changed since this plan was made; nothing was written", *listed]),
            hint="look at what the plan would be now, then plan again",
        )


def check_still_true(plan: Plan, now: Reread, steps: Iterable[StaleStep] = ()) -> None:
    """Refuse a plan whose before-values, or what its selections rested on, no longer hold; nor what its steps expect.

    Raises:
        StalePlanError: exit code 4, with every difference.
    """
    stale: dict[tuple[str, int, str], Stale] = {}
    for change in plan.updates:
        for one in _stale(change, now):
            stale.setdefault(one.about, one)
    found: list[Stale | StaleStep] = [*stale.values(), *steps]
    if found:
        raise StalePlanError(found)


def check_shared_out_alike(plan: Plan, again: Plan) -> None:
    """Refuse a plan whose rules would share the work out otherwise by now: they count what everybody has to do.

    Raises:
        StalePlanError: exit code 4, with every difference.
    """
    rules = {load.rule for load in plan.assignments}
    planned, now = _given(plan, rules), _given(again, rules)
    stale = [
        StaleShare(*key, planned.get(key), now.get(key))
        for key in sorted({**planned, **now})
        if key not in planned or key not in now or planned[key] != now[key]
    ]
    if stale:
        raise StalePlanError(stale)


def _given(plan: Plan, rules: Collection[str]) -> dict[tuple[str, int], JsonValue]:
    return {
        (change.kind, change.id): one.after
        for change in plan.updates
        for one in change.fields
        if one.path == ("assignee",) and one.source in rules
    }


def _who(person: JsonValue) -> str:
    return str(person) if person is not None else "whoever has it"


def _stale(change: Change, now: Reread) -> Iterator[Stale]:
    state = now.state(change)
    task = now.task(change.task)
    if state is None or task is None:
        yield Stale(change, "", None, None, gone=True)
        return
    planned: dict[str, JsonValue] = {field.path[0]: field.before for field in change.fields}
    for write in change.writes:
        planned |= write.expect
    for field, value in planned.items():
        if state.get(field) != value:
            yield Stale(change, field, value, state.get(field))
    for tested, value in change.rests_on.items():
        kind, _, field = tested.partition(".")
        found = (task if kind == "task" else state).get(field)
        if found != value and not (kind == change.kind and field in planned):
            yield Stale(change, tested, value, found)
