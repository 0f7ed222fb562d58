"""Rules of mode always that chase each other round: each selects what the other one has just made.

Found by trying: each situation that rules can tell apart, and what all rules that select it make of it together. What
brings a job back to where it was goes round for ever, at every apply. Rules that wait (`updated: {older_than: 14d}`)
are left out: their own change makes them wait again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Final

from reconciler.errors import Problem
from reconciler.manifest.locations import Locations
from reconciler.manifest.meeting import implies, may_meet
from reconciler.manifest.models import Manifest, RuleBlock
from reconciler.manifest.positions import Position
from reconciler.manifest.selectors import Selector, waits
from reconciler.manifest.situations import JOBS_ASSIGNEE, Situation, Situations, Value, holds

_MOST: Final = 5000
"""Situations that are tried; rules that tell more apart are not written by hand."""
NARROW: Final = "narrow one of the selections, so that it does not take what the others leave, or write `mode: once`"

_Step = tuple[Situation, tuple[str, ...]]
"""A situation, and the rules that made it of the one before."""


def circles(manifest: Manifest, locations: Locations) -> Iterator[Problem]:
    """An error for rules that certainly meet on some task; a warning where that hangs on names, roles and the like."""
    rules = {key: rule for key, rule in manifest.rules.items() if rule.mode == "always" and not waits(rule.select)}
    told: set[frozenset[str]] = set()
    tried: set[tuple[bool, tuple[str, ...]]] = set()
    for certain in (True, False):
        for rule in rules.values():
            meeting = {
                other: one
                for other, one in rules.items()
                if (
                    implies(manifest, rule.select, one.select)
                    if certain
                    else may_meet(manifest, rule.select, one.select)
                )
            }
            # What was tried before is tried again only where somebody may have a role.
            key = (not certain and any(map(_by_role, meeting.values())), tuple(meeting))
            path = _circle(meeting, anybody=key[0]) if len(meeting) > 1 and key not in tried else None
            tried.add(key)
            if path is None:
                continue
            named = frozenset(name for _, names in path for name in names)
            if not any(known <= named for known in told):
                told.add(named)
                yield _problem(
                    path, locations, next(iter(sorted(named, key=list(rules).index))), certain=certain, roles=key[0]
                )


def _problem(path: list[_Step], locations: Locations, first: str, *, certain: bool, roles: bool) -> Problem:
    changing = _changing(path)
    *_, (begin, _) = path
    steps = "; ".join(f"{_listed(names)} {_makes(names)} it {there.told(changing)}" for there, names in path)
    named = list(dict.fromkeys(f"rule.{name}" for _, names in path for name in names))
    what = f"{' and '.join(named)} chase each other in a circle" if len(named) > 1 else f"{named[0]} chases itself"
    by_role = ", and people the roles" if roles else ""
    may = "" if certain else f", where a task has all that they select by{by_role}"
    return Problem(
        f"{what}, at every apply{may}: of a job with {begin.told(changing)}, {steps}, and so on",
        locations.key("rules", first),
        NARROW,
        "error" if certain else "warning",
    )


def _changing(path: list[_Step]) -> list[str]:
    """What goes round."""
    seen: dict[str, set[Position | Value]] = {}
    for there, _ in path:
        for name, value in (("position", there.position), *there.values):
            seen.setdefault(name, set()).add(value)
    return [name for name, values in seen.items() if len(values) > 1]


def _listed(names: tuple[str, ...]) -> str:
    return " and ".join(f"rule.{name}" for name in names)


def _makes(names: tuple[str, ...]) -> str:
    return "makes" if len(names) == 1 else "make"


def _by_role(rule: RuleBlock) -> bool:
    return rule.assign is not None and rule.assign.to.users is None


def _circle(rules: Mapping[str, RuleBlock], *, anybody: bool) -> list[_Step] | None:
    """The shortest way round, if there is any: what the rules make, step by step, ending where it begins."""
    situations = Situations(tuple(rules.values()), anybody)
    if situations.number > _MOST:
        return None
    found: list[list[_Step]] = []
    for annotator in situations.annotators():

        def following(now: Situation, annotator: Value = annotator) -> list[_Step]:
            return list(_following(rules, situations, now, annotator))

        on_it = _on_a_circle(situations, following)
        found += [path for start in on_it if (path := _way_back(start, following)) is not None]
    return min(found, key=len, default=None)


def _following(
    rules: Mapping[str, RuleBlock], situations: Situations, now: Situation, annotator: Value
) -> Iterator[_Step]:
    """What all rules that select a situation make of it; nothing where they contradict each other."""
    acting = [
        (key, situations.changes(rule, now, annotator)) for key, rule in rules.items() if _selects(rule.select, now)
    ]
    for chosen in product(*(options for _, options in acting)):
        together: dict[str, Position | Value] = {}
        names = []
        for (key, _), changes in zip(acting, chosen, strict=True):
            if any(together.get(name, value) != value for name, value in changes.items()):
                break
            together |= changes
            if now.with_changes(changes) != now:
                names.append(key)
        else:
            if (after := now.with_changes(together)) != now:
                yield after, tuple(names)


def _on_a_circle(situations: Situations, following: Callable[[Situation], list[_Step]]) -> list[Situation]:
    """Situations that come back; found by taking away, again and again, those from which nothing goes on."""
    going = {one: {after for after, _ in following(one)} for one in situations.all()}
    leading: dict[Situation, set[Situation]] = {}
    for one, after in going.items():
        for other in after:
            leading.setdefault(other, set()).add(one)
    ended = deque(one for one, after in going.items() if not after)
    while ended:
        last = ended.popleft()
        del going[last]
        for before in leading.get(last, ()):
            if before in going:
                going[before].discard(last)
                if not going[before]:
                    ended.append(before)
    return list(going)


def _way_back(start: Situation, following: Callable[[Situation], list[_Step]]) -> list[_Step] | None:
    """The shortest way from a situation to itself."""
    came: dict[Situation, tuple[Situation, tuple[str, ...]]] = {}
    waiting = deque([start])
    while waiting:
        now = waiting.popleft()
        for after, names in following(now):
            if after not in came:
                came[after] = (now, names)
                waiting.append(after)
            if after == start:
                return _steps(start, came)
    return None


def _steps(start: Situation, came: Mapping[Situation, _Step]) -> list[_Step]:
    path: list[_Step] = []
    there = start
    while not path or there != start:
        before, names = came[there]
        path.append((there, names))
        there = before
    return path[::-1]


def _selects(selector: Selector, now: Situation) -> bool:
    """Whether what is modelled of a selection holds; the rest is said to hold of some task."""
    values, job = dict(now.values), selector.job
    if selector.status is not None and now.position.status not in selector.status:
        return False
    if job is not None and job.stage is not None and now.position.stage not in job.stage:
        return False
    if job is not None and job.state is not None and now.position.state not in job.state:
        return False
    for name, value in values.items():
        wanted = (job.assignee if job is not None else None) if name == JOBS_ASSIGNEE else getattr(selector, name)
        if wanted is not None and not holds(name, wanted, value):
            return False
    return selector.not_ is None or not _negates(selector.not_, now)


def _negates(inner: Selector, now: Situation) -> bool:
    """Whether a `not` leaves a situation out: only where all that it holds is modelled."""
    modelled = {"status", "job", "not_", *(name for name, _ in now.values)}
    of_jobs = {"stage", "state", *(("assignee",) if JOBS_ASSIGNEE in dict(now.values) else ())}
    if inner.model_fields_set - modelled or (inner.job is not None and inner.job.model_fields_set - of_jobs):
        return False
    return _selects(inner, now)
