"""Planned, and planned on: what the rules that always hold make of what the plan makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from reconciler.errors import PlanError, Problem
from reconciler.manifest.circles import NARROW
from reconciler.manifest.loading import LoadedManifest
from reconciler.manifest.models import Manifest, ProjectBlock, RuleBlock, TaskBlock, TaskFields
from reconciler.plan.model import Plan
from reconciler.plan.onward.afterwards import Afterwards
from reconciler.plan.onward.composing import both
from reconciler.plan.onward.feeding import feeds, tests_status
from reconciler.plan.planner import plan_once
from reconciler.plan.surroundings import Surroundings
from reconciler.wording import listed

_FOUND_BY = frozenset({"id", "name"})
_FIELDS = _FOUND_BY | TaskFields.model_fields.keys() | {"project", "job_overrides", "lifecycle"}


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
    whole = latest = plan_once(loaded, around, targets)
    rest = _what_holds_afterwards(loaded, whole)
    rules = rest.manifest.rules
    named = [target for target in targets if _is_about(target, rest.manifest)]
    if targets and not named:
        return whole
    acting: list[Plan] = []
    for _ in range(2 * len(rules) + 2):
        if not feeds(latest, rules.values()):
            return whole
        server = Afterwards(around.server, whole, around.now, statuses=tests_status(rules.values()))
        latest = plan_once(rest, replace(around, server=server, annotators=_annotators(around, server)), named)
        if not latest.updates:
            return whole
        whole = both(whole, latest, server)
        acting.append(latest)
    raise PlanError([_without_end(acting[-len(rules) - 1 :], rules, loaded)])


def _what_holds_afterwards(loaded: LoadedManifest, plan: Plan) -> LoadedManifest:
    """The rules that always hold, and the fields of what is there: all else was dealt with in the first go."""
    manifest = loaded.manifest
    made = {step.address for step in plan.steps if step.kind == "task"}
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


def _annotators(around: Surroundings, server: Afterwards) -> Callable[[], Mapping[int, str]]:
    """Who is recorded to have annotated jobs, and who will be once the plan is applied."""
    return lambda: {**around.annotators(), **server.annotators()}


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
