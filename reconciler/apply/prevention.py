"""What `lifecycle.prevent_delete` forbids is not begun: neither it nor anything else of the plan."""

from __future__ import annotations

from reconciler.errors import LimitError
from reconciler.plan.model import Plan


def check_not_prevented(plan: Plan) -> None:
    """Refuse a plan that would delete what is protected.

    Raises:
        LimitError: exit code 6; nothing has been written.
    """
    if prevented := [step for step in plan.steps if step.prevented is not None]:
        listed = "; ".join(f"{step.address}, because of {step.prevented}" for step in prevented[:5])
        more = f"; and {len(prevented) - 5} more" if len(prevented) > 5 else ""
        raise LimitError(
            f"this plan would delete what must not be deleted: {listed}{more}",
            hint="set prevent_delete: false in the block's lifecycle first, or leave the object",
        )
