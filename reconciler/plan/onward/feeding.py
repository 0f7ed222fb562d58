"""Whether what a plan writes could make a rule select something else: most plans feed no rule, and are done."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from reconciler.manifest.models import Interval, RuleBlock, Selector
from reconciler.plan.model import Plan
from reconciler.plan.steps import Do
from reconciler.plan.workflow import POSITION


def feeds(plan: Plan, rules: Mapping[str, RuleBlock]) -> bool:
    """Whether the plan writes a field that one of the rules, by their keys, selects by or, sharing out, goes by."""
    if not _written(plan).isdisjoint(name for rule in rules.values() for name in _tested(rule.select)):
        return True
    sharing = {f"rule.{key}": rule.assign.by for key, rule in rules.items() if rule.assign is not None}
    # What they give themselves they have counted: they go one after the other.
    written = _written(plan, but_of=sharing.keys())
    return any(not written.isdisjoint(_COUNTED[by]) for by in sharing.values())


def tests_status(rules: Iterable[RuleBlock]) -> bool:
    """Whether one of the rules selects by what the server derives from all jobs of a task."""
    return any(name == "task.status" for rule in rules for name in _tested(rule.select))


def _written(plan: Plan, but_of: Collection[str] = ()) -> set[str]:
    """What changes by this plan: `task.subset`, `job.stage`; a job that moves on may change its task's status.

    Without what the blocks `but_of` want.
    """
    fields = [(change.kind, field) for change in plan.updates for field in change.fields if field.source not in but_of]
    found = {f"{kind}.{field.path[0]}" for kind, field in fields} | {f"{kind}.updated" for kind, _ in fields}
    if found & {f"job.{name}" for name in POSITION}:
        found |= {"task.status", "task.updated"}
    return found | {_BY_STEP[step.do] for step in plan.steps if step.do in _BY_STEP}


_COUNTED: Final = {
    "job": frozenset({"job.assignee", "job.stage", "job.state"}),
    "task": frozenset({"task.assignee", "task.status", "job.state"}),
}
"""What sharing out goes by besides its selection: who has what, and what of it is open or begun."""

_BY_STEP: Final = {
    Do.MOVE_TASK: "task.project",
    Do.CREATE_LABEL: "task.labels",
    Do.PATCH_LABEL: "task.labels",
    Do.DELETE_LABEL: "task.labels",
}


def _tested(selector: Selector, *, negated: bool = False) -> Iterator[str]:
    """What a selection looks at and a plan can change. Names hold priorities, too."""
    for name in ("name", "subset", "status", "owner", "assignee", "project", "labels"):
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
