"""What a rule's `assign` says that cannot be meant."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from reconciler.errors import Problem
from reconciler.manifest.assigned_stages import assigned_stages, stage_set
from reconciler.manifest.assigning import AssignBlock
from reconciler.manifest.locations import Locations
from reconciler.manifest.models import Manifest, RuleBlock
from reconciler.manifest.wording import did_you_mean, quoted


def assign_problems(manifest: Manifest, locations: Locations) -> Iterator[Problem]:
    """Errors and warnings about sharing out, rule by rule and two by two."""
    for key, rule in manifest.rules.items():
        if rule.assign is not None:
            path = ("rules", key, "assign")
            yield from _people(rule.assign, locations, *path)
            yield from _assigned_twice(rule, rule.assign, locations, key)
            if rule.assign.by == "task":
                yield from _about_jobs_only(rule.assign, locations, *path)
            else:
                yield from _no_job_there(rule, rule.assign, locations, *path)
                yield from _nothing_previous(rule, rule.assign, locations, *path)
    yield from _shared_out_by_two(manifest, locations)


def _people(assign: AssignBlock, locations: Locations, *path: str) -> Iterator[Problem]:
    users = assign.to.users
    for index, name in enumerate(users or ()):
        if users is not None and name in users[:index]:
            hint = "leave it out; for a larger part write `weights`"
            yield Problem(f"{quoted(name)} stands here twice", locations.at(*path, "to", index), hint)
    for name in assign.weights:
        if users is not None and name not in users:
            what = f"{quoted(name)} has a weight but is not in `to`"
            yield Problem(what, locations.key(*path, "weights", name), did_you_mean(name, users))
    if assign.weights and assign.strategy == "fixed":
        what = "`weights` do nothing with `strategy: fixed`, which gives all to the first who may take it"
        yield Problem(what, locations.key(*path, "weights"), "leave them out, or write another strategy", "warning")


def _assigned_twice(rule: RuleBlock, assign: AssignBlock, locations: Locations, key: str) -> Iterator[Problem]:
    """`set` and `assign` for one field."""
    field: tuple[str, ...] = ("assignee",)
    written = rule.set.model_fields_set
    if assign.by == "job":
        field = ("jobs", "assignee")
        written = rule.set.jobs.model_fields_set if rule.set.jobs is not None else set()
    if "assignee" in written:
        what = f"`set.{'.'.join(field)}` and `assign` both say who gets the {assign.by}s"
        yield Problem(what, locations.at("rules", key, "set", *field), "keep one of them")


def _about_jobs_only(assign: AssignBlock, locations: Locations, *path: str) -> Iterator[Problem]:
    for name in ("stage", "exclude_previous"):
        if getattr(assign, name):
            hint = "select them by `status`, or write `by: job`" if name == "stage" else "write `by: job`"
            yield Problem(f"{quoted(name)} is about jobs, and this shares out tasks", locations.at(*path, name), hint)


def _no_job_there(rule: RuleBlock, assign: AssignBlock, locations: Locations, *path: str) -> Iterator[Problem]:
    if assign.stage is None:
        return
    moved = stage_set(rule.set)
    selected = rule.select.job.stage if rule.select.job is not None else None
    if moved is not None:
        there, why = moved == assign.stage, f"`set` moves them to stage {moved}"
    else:
        there, why = selected is None or assign.stage in selected, "`select.job.stage` says another"
    if not there:
        what = f"no job of this rule is in stage {assign.stage}: {why}"
        yield Problem(what, locations.at(*path, "stage"), "leave `stage` out")


def _nothing_previous(rule: RuleBlock, assign: AssignBlock, locations: Locations, *path: str) -> Iterator[Problem]:
    if assign.exclude_previous and assigned_stages(rule) == frozenset({"annotation"}):
        what = "`exclude_previous` keeps annotators from reviewing their own jobs, and these are to be annotated"
        yield Problem(what, locations.at(*path, "exclude_previous"), "write `stage: validation`, or leave it out")


def _shared_out_by_two(manifest: Manifest, locations: Locations) -> Iterator[Problem]:
    sharing = [(key, rule) for key, rule in manifest.rules.items() if rule.assign is not None]
    for (first, one), (second, other) in combinations(sharing, 2):
        assert one.assign is not None
        assert other.assign is not None
        if one.select != other.select or one.assign.by != other.assign.by:
            continue
        stages, others = assigned_stages(one), assigned_stages(other)
        if one.assign.by == "task" or stages is None or others is None or stages & others:
            what = f"{quoted(f'rule.{second}')} and {quoted(f'rule.{first}')} share out the same {one.assign.by}s"
            elsewhere = locations.key("rules", first, "assign")
            hint = f"the other one is at {elsewhere}" if elsewhere else "keep one of them"
            yield Problem(what, locations.key("rules", second, "assign"), hint)
