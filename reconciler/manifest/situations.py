"""What rules test of a job and its task, and what they make of it: as far as rules that stand there by themselves tell.

A situation is a job at a position, with the values of those other fields that some rule selects by. Values that no
selection tells apart are one value.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Final

from reconciler.manifest.assigned_stages import assigned_stages
from reconciler.manifest.jobs import Previous
from reconciler.manifest.models import PriorityRange, RuleBlock, Selector
from reconciler.manifest.positions import POSITIONS, Position, position_after

Value = str | int | None
SOMEBODY: Final = "somebody else"
JOBS_ASSIGNEE: Final = "jobs.assignee"
_TASK_FIELDS: Final = ("assignee", "owner", "subset", "priority")
_PEOPLE: Final = (JOBS_ASSIGNEE, "assignee", "owner")


@dataclass(frozen=True)
class Situation:
    """One job in its task."""

    position: Position
    values: tuple[tuple[str, Value], ...] = ()

    def with_changes(self, changes: Mapping[str, Position | Value]) -> Situation:
        """After these changes."""
        position = changes.get("position", self.position)
        assert isinstance(position, Position)
        return Situation(position, tuple((name, _value(changes.get(name, value))) for name, value in self.values))

    def told(self, names: Collection[str]) -> str:
        """What is named of it: `position`, and fields."""
        told = [str(self.position)] if "position" in names else []
        return ", ".join([*told, *(f"{name} {_shown(value)}" for name, value in self.values if name in names)])


def _value(value: Position | Value) -> Value:
    assert not isinstance(value, Position)
    return value


def _shown(value: Value) -> str:
    return "none" if value is None or value == "" else str(value)


@dataclass(frozen=True)
class Situations:
    """All that rules can tell apart. Who has a role is not known offline: `anybody` whom a rule names may have it."""

    rules: tuple[RuleBlock, ...]
    anybody: bool = False

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """Those that some rule selects by."""
        tested = {name for rule in self.rules for name, _ in _tests(rule.select)}
        return tuple(name for name in (JOBS_ASSIGNEE, *_TASK_FIELDS) if name in tested)

    def all(self) -> Iterator[Situation]:
        """Each of them."""
        values = [dict.fromkeys(self.told_apart(name, value) for value in self._known(name)) for name in self.fields]
        for position, *some in product(POSITIONS, *values):
            assert isinstance(position, Position)
            yield Situation(position, tuple(zip(self.fields, map(_value, some), strict=True)))

    @property
    def number(self) -> int:
        """How many, at most."""
        number = len(POSITIONS)
        for name in self.fields:
            number *= len({self.told_apart(name, value) for value in self._known(name)})
        return number

    def annotators(self) -> list[Value]:
        """Who may have annotated a job, where a rule gives it back to them."""
        if not any(_gives_back(rule) for rule in self.rules) or JOBS_ASSIGNEE not in self.fields:
            return [None]
        known = (value for value in self._known(JOBS_ASSIGNEE) if value is not None)
        return list(dict.fromkeys(self.told_apart(JOBS_ASSIGNEE, value) for value in known))

    def told_apart(self, name: str, value: Value) -> Value:
        """The first value that no selection tells apart from this one."""
        if value is None or value == "":
            return value
        mark = self._mark(name, value)
        return next(
            (one for one in self._known(name) if one not in (None, "") and self._mark(name, one) == mark), value
        )

    def changes(self, rule: RuleBlock, now: Situation, annotator: Value) -> list[dict[str, Position | Value]]:
        """What a rule may make of a situation that it selects: one of these."""
        after = position_after(now.position, rule.set)
        known, there = dict(now.values), rule.set.model_fields_set
        changed: dict[str, Position | Value] = {} if after == now.position else {"position": after}
        for name in _TASK_FIELDS:
            if name in there and name in known:
                changed[name] = self.told_apart(name, getattr(rule.set, name))
        jobs = rule.set.jobs
        if jobs is not None and "assignee" in jobs.model_fields_set and JOBS_ASSIGNEE in known:
            who = annotator if isinstance(jobs.assignee, Previous) else jobs.username
            changed[JOBS_ASSIGNEE] = self.told_apart(JOBS_ASSIGNEE, who)
        shared = _shares_out(rule)
        if shared is None or shared not in known:
            return [changed]
        return [{**changed, shared: value} for value in self._given(rule, known[shared], shared, after)]

    def _given(self, rule: RuleBlock, now: Value, name: str, at: Position) -> list[Value]:
        """Who may get it; whoever has it and may keep it does."""
        assign = rule.assign
        assert assign is not None
        stages, job = assigned_stages(rule), rule.select.job
        closed = at.state == "completed" and (job is None or job.state is None)
        if name == JOBS_ASSIGNEE and (closed or (stages is not None and at.stage not in stages)):
            return [now]
        if now is not None and (assign.only_unassigned or assign.to.users is None):
            return [now]
        people: tuple[str, ...] = assign.to.users if assign.to.users is not None else tuple(self._may_have_a_role(name))
        given = list(dict.fromkeys(self.told_apart(name, person) for person in people))
        return [now] if now in given else given

    def _may_have_a_role(self, name: str) -> Iterator[str]:
        yield SOMEBODY
        if self.anybody:
            yield from (one for one in self._known(name) if isinstance(one, str) and one not in ("", SOMEBODY))

    def _mark(self, name: str, value: Value) -> tuple[bool, ...]:
        return tuple(
            holds(name, wanted, value) for rule in self.rules for of, wanted in _tests(rule.select) if of == name
        )

    def _known(self, name: str) -> list[Value]:
        """Every value that a rule names, none, and any other."""
        values: dict[Value, None] = {"" if name == "subset" else None: None}
        for rule in self.rules:
            for of, wanted in _tests(rule.select):
                if of == name:
                    values |= dict.fromkeys(_named(wanted))
            values |= dict.fromkeys(_sets(rule).get(name, ()))
        if name in _PEOPLE:
            values[SOMEBODY] = None
        elif name == "subset":
            values["another"] = None
        return list(values)


def holds(name: str, wanted: tuple[object, ...], value: Value) -> bool:
    """Whether a value is one of those that are selected."""
    if name != "priority" or value is None:
        return value in wanted
    return any(isinstance(one, PriorityRange) and isinstance(value, int) and one.holds(value) for one in wanted)


def _tests(selector: Selector) -> Iterator[tuple[str, tuple[object, ...]]]:
    for name in _TASK_FIELDS:
        if (wanted := getattr(selector, name)) is not None:
            yield name, wanted
    if selector.job is not None and selector.job.assignee is not None:
        yield JOBS_ASSIGNEE, selector.job.assignee
    if selector.not_ is not None:
        yield from _tests(selector.not_)


def _named(wanted: tuple[object, ...]) -> Iterator[Value]:
    for one in wanted:
        if isinstance(one, PriorityRange):
            yield from (bound for bound in (one.min, one.max) if bound is not None)
        elif one is None or isinstance(one, str):
            yield one


def _sets(rule: RuleBlock) -> dict[str, list[Value]]:
    """By field, what the rule may set it to."""
    found: dict[str, list[Value]] = {
        name: [getattr(rule.set, name)] for name in _TASK_FIELDS if name in rule.set.model_fields_set
    }
    jobs = rule.set.jobs
    if jobs is not None and "assignee" in jobs.model_fields_set:
        found[JOBS_ASSIGNEE] = [SOMEBODY if isinstance(jobs.assignee, Previous) else jobs.assignee]
    if (name := _shares_out(rule)) is not None and rule.assign is not None:
        found.setdefault(name, []).extend(rule.assign.to.users or (SOMEBODY,))
    return found


def _shares_out(rule: RuleBlock) -> str | None:
    if rule.assign is None:
        return None
    return JOBS_ASSIGNEE if rule.assign.by == "job" else "assignee"


def _gives_back(rule: RuleBlock) -> bool:
    return rule.set.jobs is not None and isinstance(rule.set.jobs.assignee, Previous)
