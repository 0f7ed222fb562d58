"""Whether what a plan writes could make a rule select something else: most plans feed no rule, and are done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.manifest.models import Interval, RuleBlock, Selector
from reconciler.plan.model import Plan
from reconciler.plan.workflow import POSITION


def feeds(plan: Plan, rules: Iterable[RuleBlock]) -> bool:
    """Whether the plan writes a field that one of the rules selects by."""
    return not _written(plan).isdisjoint(name for rule in rules for name in _tested(rule.select))


def tests_status(rules: Iterable[RuleBlock]) -> bool:
    """Whether one of the rules selects by what the server derives from all jobs of a task."""
    return any(name == "task.status" for rule in rules for name in _tested(rule.select))


def _written(plan: Plan) -> set[str]:
    """What changes by this plan: `task.subset`, `job.stage`; a job that moves on may change its task's status."""
    found = {f"{change.kind}.{field.path[0]}" for change in plan.updates for field in change.fields}
    found |= {f"{change.kind}.updated" for change in plan.updates}
    if found & {f"job.{name}" for name in POSITION}:
        found |= {"task.status", "task.updated"}
    return found


def _tested(selector: Selector, *, negated: bool = False) -> Iterator[str]:
    """What a selection looks at and a plan can change. Names hold priorities, too."""
    for name in ("name", "subset", "status", "owner", "assignee"):
        if getattr(selector, name) is not None:
            yield f"task.{name}"
    if selector.name_regex is not None or selector.priority is not None:
        yield "task.name"
    if _takes_what_has_just_changed(selector.updated, negated=negated):
        yield "task.updated"
    if selector.job is not None:
        yield from (f"job.{name}" for name in ("stage", "state", "assignee") if getattr(selector.job, name) is not None)
        if _takes_what_has_just_changed(selector.job.updated, negated=negated):
            yield "job.updated"
    if selector.not_ is not None:
        yield from _tested(selector.not_, negated=not negated)


def _takes_what_has_just_changed(interval: Interval | None, *, negated: bool) -> bool:
    """Whether a write, which makes something updated just now, could bring it in."""
    if interval is None:
        return False
    has_end = interval.before is not None or interval.older_than is not None
    return has_end if negated else interval.after is not None
