"""Rules of mode always that would send finished work back, again and again (DESIGN, rule 8).

Annotators move jobs on; a rule that selects what they finished and sets it back undoes their work at every apply. That
is found by trying: each position a job can have, whether the rule may select it, and where the rule would put it.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.errors import Problem
from reconciler.manifest.locations import Locations
from reconciler.manifest.models import JobSelector, Manifest, RuleBlock, Selector, TaskFields
from reconciler.manifest.positions import POSITIONS, STAGES, Position, position_after

_ONCE = "write `mode: once`: it takes what it finds when first applied, and leaves alone what is finished later"


def jumping_back(manifest: Manifest, locations: Locations) -> Iterator[Problem]:
    """An error for each rule that selects finished work and sends it back; a warning where it does so unawares."""
    for key, rule in manifest.rules.items():
        if rule.mode == "once":
            continue
        move = next(_moves_back(rule), None)
        if move is None:
            continue
        before, after = move
        where = locations.at("rules", key, "set", *_workflow_path(rule.set))
        if _tests_workflow(rule.select):
            what = f"every apply would send finished work back: this rule selects jobs at {before}"
            yield Problem(f"{what} and sets them to {after}", where, _ONCE)
        else:
            what = f"every apply sends finished work in the selection back, from {before} to {after}"
            yield Problem(what, where, _ONCE, "warning")


def is_jump_back(problem: Problem) -> bool:
    """Whether this is what is wrong, or doubtful."""
    return problem.hint == _ONCE


def _moves_back(rule: RuleBlock) -> Iterator[tuple[Position, Position]]:
    for before in POSITIONS:
        after = position_after(before, rule.set)
        if _is_back(before, after) and _selects(rule.select, before) is not False:
            yield before, after


def _is_back(before: Position, after: Position) -> bool:
    """Rejected work is not finished; any other that reached a stage has finished the one before it."""
    if after.stage == before.stage:
        return before.state == "completed" and after.state != "completed"
    return STAGES.index(after.stage) < STAGES.index(before.stage) and before.state != "rejected"


def _selects(selector: Selector, position: Position) -> bool | None:
    """Whether a job there can be selected; None where that hangs on something besides the workflow."""
    answers: list[bool | None] = []
    if selector.status is not None:
        answers.append(position.status in selector.status)
    if selector.job is not None:
        answers.append(_selects_job(selector.job, position))
    if selector.not_ is not None:
        negated = _selects(selector.not_, position)
        answers.append(None if negated is None else not negated)
    if selector.model_fields_set - {"status", "job", "not_"}:
        answers.append(None)
    return _all(answers)


def _selects_job(selector: JobSelector, position: Position) -> bool | None:
    answers: list[bool | None] = []
    if selector.stage is not None:
        answers.append(position.stage in selector.stage)
    if selector.state is not None:
        answers.append(position.state in selector.state)
    if selector.model_fields_set - {"stage", "state"}:
        answers.append(None)
    return _all(answers)


def _all(answers: list[bool | None]) -> bool | None:
    """And, where some answers are unknown."""
    if False in answers:
        return False
    return None if None in answers else True


def _tests_workflow(selector: Selector) -> bool:
    job = selector.job is not None and (selector.job.stage is not None or selector.job.state is not None)
    return selector.status is not None or job or (selector.not_ is not None and _tests_workflow(selector.not_))


def _workflow_path(fields: TaskFields) -> tuple[str, ...]:
    if fields.status is not None:
        return ("status",)
    return ("jobs", "stage") if fields.jobs is not None and fields.jobs.stage is not None else ("jobs", "state")
