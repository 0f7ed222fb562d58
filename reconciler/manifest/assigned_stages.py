"""In which stage a job has to be for a rule to share it out."""

from __future__ import annotations

from reconciler.manifest.models import RuleBlock, TaskFields

_STAGE_OF_STATUS = {"annotation": "annotation", "validation": "validation", "completed": "acceptance"}


def assigned_stages(rule: RuleBlock) -> frozenset[str] | None:
    """The stages whose jobs are shared out; None: any. What counts is where this plan leaves a job."""
    if rule.assign is not None and rule.assign.stage is not None:
        return frozenset({rule.assign.stage})
    if (moved := stage_set(rule.set)) is not None:
        return frozenset({moved})
    if rule.select.job is None:
        return frozenset({"annotation"})
    return frozenset(rule.select.job.stage) if rule.select.job.stage is not None else None


def stage_set(fields: TaskFields) -> str | None:
    """The stage that a rule moves jobs to."""
    if fields.jobs is not None and fields.jobs.stage is not None:
        return fields.jobs.stage
    return _STAGE_OF_STATUS.get(fields.status or "")
