"""Whether a plan may destroy data: only if a person has said so."""

from __future__ import annotations

from collections import Counter

from reconciler.errors import LimitError
from reconciler.plan.model import Plan


def check_destruction(plan: Plan, *, allowed: bool) -> None:
    """Refuse a plan that destroys data, unless that was allowed.

    Raises:
        LimitError: exit code 6; nothing has been written.
    """
    if plan.destructive and not allowed:
        raise LimitError(
            f"this plan destroys data ({_counted(plan)}), and nobody has allowed that; nothing was written",
            hint="look at what it destroys, then add --allow-destructive; a copy of everything is taken first",
        )


def _counted(plan: Plan) -> str:
    kinds = Counter("annotations of a task" if step.kind == "annotations" else step.kind for step in plan.destructive)
    return ", ".join(f"{number} x {kind}" for kind, number in kinds.items())
