"""How far the server is from a manifest: what a plan would change, counted in objects."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from reconciler.overview.model import Drift
from reconciler.plan.model import Plan
from reconciler.plan.steps import Step


def drift_of(plan: Plan) -> Drift:
    """By address of the manifest, and by project; objects that a plan would make are counted, too."""
    blocks = _blocks(plan)
    where = {label.id: label.project for label in plan.tasks}
    objects: dict[tuple[str, object], tuple[str, int | None]] = {}
    for change in plan.updates:
        objects[change.kind, change.id] = (_block(change.address, blocks), where.get(change.task))
    for step in plan.steps:
        identity = (step.kind, step.id if step.id is not None else step.address)
        objects[identity] = (_block(step.address, blocks), _project(step, where))
    by_address: Counter[str] = Counter(address for address, _ in objects.values())
    by_project: dict[int, int] = defaultdict(int)
    for _, project in objects.values():
        if project is not None:
            by_project[project] += 1
    warnings = (f"{one.address}: {one.text}" if one.address else one.text for one in plan.warnings)
    return Drift(
        total=len(objects),
        by_address=dict(sorted(by_address.items())),
        by_project=dict(by_project),
        warnings=tuple(warnings),
    )


def _blocks(plan: Plan) -> list[str]:
    """The addresses of all blocks, the longest first: keys may have dots in them."""
    document = plan.manifest.document if plan.manifest is not None else {}
    found = []
    for section, word in (("projects", "project"), ("tasks", "task"), ("rules", "rule")):
        blocks = document.get(section)
        found += [f"{word}.{key}" for key in blocks] if isinstance(blocks, dict) else []
    return sorted(found, key=len, reverse=True)


def _block(address: str, blocks: Iterable[str]) -> str:
    return next((one for one in blocks if address == one or address.startswith((f"{one}.", f"{one}["))), address)


def _project(step: Step, where: dict[int, int | None]) -> int | None:
    if step.kind == "project":
        return step.id
    if step.kind == "task" and step.id is not None and step.id in where:
        return where[step.id]
    if step.of is None or step.of.id is None:
        return None
    return step.of.id if step.of.kind == "project" else where.get(step.of.id)
