"""Steps in full, for golden files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from reconciler.plan.building.building import Building
from reconciler.plan.model import Action
from reconciler.plan.steps import Step

_MARKS = {Action.CREATE: "+", Action.UPDATE: "~", Action.DELETE: "-", Action.NO_OP: "="}


def outlined(ctx: Building, steps: Iterable[Step]) -> str:
    """Every step with all that it says, then problems and warnings."""
    return "\n".join([*_lines(ctx, steps)]) + "\n"


def _lines(ctx: Building, steps: Iterable[Step]) -> Iterator[str]:
    nothing = True
    for step in steps:
        nothing = False
        yield f"{_MARKS[step.action]} {step.address}: {step.do} ({step.reason})" + _of(step)
        for one in step.fields:
            yield f"    {'.'.join(one.path)}: {_json(one.before)} -> {_json(one.after)}"
        for name in ("body", "expect", "gives"):
            if (value := getattr(step, name)) not in ({}, None):
                yield f"    {name} {_json(value)}"
        if step.destroys is not None:
            yield f"    destroys {_json(step.destroys.model_dump(mode='json', exclude_defaults=True))}"
        if step.needs:
            yield f"    needs {', '.join(step.needs)}"
    for problem in ctx.problems:
        yield str(problem)
    for warning in ctx.warnings:
        yield f"warning: {warning.address}: {warning.text}"
    if nothing and not ctx.problems:
        yield "nothing to do"


def _of(step: Step) -> str:
    named = [f"id {step.id}"] if step.id is not None else []
    if step.of is not None:
        named.append(f"of {step.of.kind} {step.of.id or step.of.address}")
    return f" [{', '.join(named)}]" if named else ""


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
