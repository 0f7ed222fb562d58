"""Planned, and planned on: what the rules that always hold make of what the plan makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from reconciler.errors import PlanError, Problem
from reconciler.history.priorities import UsedFormat
from reconciler.manifest.circles import NARROW
from reconciler.manifest.loading import LoadedManifest
from reconciler.manifest.models import Manifest, ProjectBlock, RuleBlock, TaskBlock, TaskFields
from reconciler.plan.model import Action, Plan
from reconciler.plan.onward.afterwards import Afterwards
from reconciler.plan.onward.composing import both
from reconciler.plan.onward.feeding import feeds, tests_status
from reconciler.plan.onward.one_picture import OnePicture
from reconciler.plan.planner import plan_once
from reconciler.plan.surroundings import Surroundings
from reconciler.wording import listed

_FOUND_BY = frozenset({"id", "name", "ensure"})
_IS_MADE_OF = frozenset({"data", "replace"})
_FIELDS = _FOUND_BY | _IS_MADE_OF | TaskFields.model_fields.keys() | {"project", "job_overrides", "lifecycle"}
_MOST = 50
"""How often it is planned on. People write chains of three or four rules; what counts further than that has no end."""


def make_plan(loaded: LoadedManifest, around: Surroundings, targets: Iterable[str] = ()) -> Plan:
    """What it takes to bring the server to the manifest, to the end: rules see what other blocks make.

    Args:
        loaded: the manifest with the places of its values.
        around: the server, and what the state store remembers.
        targets: addresses; without any, the whole manifest.

    Raises:
        PlanError: unknown or invisible users and projects, missing tasks, ambiguous names, blocks that want different
            values for one field, be it only once other rules are done, rules that come to no end; all of what can be
            told together, each with its place.
    """
    targets = tuple(targets)
    around = replace(around, server=OnePicture(around.server))
    whole = latest = plan_once(loaded, around, targets)
    rest = _what_holds_afterwards(loaded, whole)
    rules = rest.manifest.rules
    named = [target for target in targets if _is_about(target, rest.manifest)]
    if targets and not named:
        return whole
    reached: list[tuple[Plan, Plan]] = []
    while feeds(latest, rules):
        server = Afterwards(around.server, whole, around.now, statuses=tests_status(rules.values()))
        latest = plan_once(rest, _afterwards(around, server, whole), named)
        if not latest.updates:
            break
        whole = both(whole, latest, server)
        if any(_leads_to_the_same(before, whole) for before, _ in reached) or len(reached) == _MOST:
            raise PlanError([_without_end([plan for _, plan in reached] + [latest], rules, loaded)])
        reached.append((whole, latest))
    return whole


def _leads_to_the_same(one: Plan, other: Plan) -> bool:
    """Whether everything is where it was before, though rules have gone on: they will go on for ever."""
    return _results(one) == _results(other)


def _results(plan: Plan) -> frozenset[tuple[str, int, str]]:
    return frozenset(
        (change.kind, change.id, write.model_dump_json(include={"gives"}))
        for change in plan.updates
        for write in change.writes
    )


def _what_holds_afterwards(loaded: LoadedManifest, plan: Plan) -> LoadedManifest:
    """The rules that always hold, and the fields of what is there: all else was dealt with in the first go."""
    manifest = loaded.manifest
    made = {step.address for step in plan.steps if step.kind == "task" and step.action is Action.CREATE}
    tasks = {
        key: _fields_only(block)
        for key, block in manifest.tasks.items()
        if block.ensure == "present" and f"task.{key}" not in made
    }
    projects = {key: _named_only(block) for key, block in manifest.projects.items()}
    rules = {key: rule for key, rule in manifest.rules.items() if rule.mode == "always"}
    return replace(loaded, manifest=manifest.model_copy(update={"tasks": tasks, "projects": projects, "rules": rules}))


def _fields_only(block: TaskBlock) -> TaskBlock:
    written = {name: getattr(block, name) for name in block.model_fields_set & _FIELDS}
    return TaskBlock.model_construct(_fields_set=set(written), **written)


def _named_only(block: ProjectBlock) -> ProjectBlock:
    written = {name: getattr(block, name) for name in block.model_fields_set & _FOUND_BY}
    return ProjectBlock.model_construct(_fields_set=set(written), **written)


def _is_about(target: str, manifest: Manifest) -> bool:
    blocks = [f"task.{key}" for key in manifest.tasks] + [f"rule.{key}" for key in manifest.rules]
    return any(target == block or target.startswith((f"{block}[", f"{block}.job[")) for block in blocks)


def _afterwards(around: Surroundings, server: Afterwards, plan: Plan) -> Surroundings:
    """What is there once the plan is applied, and remembered: who annotated jobs, which names have priorities."""
    used = around.priorities
    if plan.priorities is not None:
        here = {"server": around.ref.url, "organization": around.ref.organization}
        used = used.with_used(UsedFormat(**here, format=plan.priorities.format, tasks=plan.priorities.tasks))
    annotators = partial(_annotators, around, server)
    return replace(around, server=server, priorities=used, annotators=annotators)


def _annotators(around: Surroundings, server: Afterwards) -> Mapping[int, str]:
    return {**around.annotators(), **server.annotators()}


def _without_end(rounds: Sequence[Plan], rules: Mapping[str, RuleBlock], loaded: LoadedManifest) -> Problem:
    """Rules that go round for ever. Offline those are found that do so whatever the names, labels and roles are."""
    sources = {field.source for plan in rounds for change in plan.updates for field in change.fields}
    named = [key for key in rules if f"rule.{key}" in sources]
    example = rounds[-1].updates[0]
    chase = "chase each other in a circle" if len(named) > 1 else "chases itself"
    what = (
        f"{listed(f'rule.{key}' for key in named)} {chase}, at every apply: {example.kind} {example.id} comes to no end"
    )
    return Problem(what, loaded.locations.key("rules", named[0]) if named else None, NARROW)
