"""What imports remember: which file was added to which task, and by which run. It is told, and not added again.

Only what a run has really added is remembered. A file all of which was there already was found so, not imported: if
somebody takes something of it away, or corrects it, the same command again adds what is missing, and says so before.
(A manifest remembers that too: it is applied again and again by itself, and what people do has to last.)
"""

from __future__ import annotations

from typing import Final

from reconciler.history.bindings import Bindings
from reconciler.plan.frozen import Action
from reconciler.plan.model import Change, Plan

_WAYS_OUT: Final = "--mode replace puts the file in the place of everything, --again adds it once more"


def forgetting(bindings: Bindings, server: str, organization: str | None, addresses: frozenset[str]) -> Bindings:
    """As if nothing had ever been imported at these addresses."""
    return bindings.model_copy(
        update={
            "bindings": tuple(
                one.model_copy(update={"annotations": None})
                if (one.server, one.organization) == (server, organization) and one.address in addresses
                else one
                for one in bindings.bindings
            )
        }
    )


def as_import(plan: Plan, bindings: Bindings) -> Plan:
    """A plan that remembers only what it imports, and says of each other file why not."""
    imported = {step.of.address for step in plan.steps if step.of is not None}
    wishes = {wish.address: wish.annotations for wish in plan.bindings}

    def why(address: str) -> str:
        known = bindings.find(plan.server.url, plan.server.organization, address)
        before, now = known.annotations if known is not None else None, wishes.get(address)
        if known is None or before is None or now is None:
            return "all that its file holds is there already"
        if now.mode == "replace" or (before.wish.source, before.wish.format) != (now.source, now.format):
            return "what its file holds is there already, and nothing else"
        run = f"in run {known.run}" if known.run is not None else "as far as it was not there"
        return f"imported before {run}, not imported again: {_WAYS_OUT}"

    def told(change: Change) -> Change:
        is_left = change.action is Action.NO_OP and change.address in wishes and change.address not in imported
        return change.model_copy(update={"reason": why(change.address)}) if is_left else change

    return plan.model_copy(
        update={
            "bindings": tuple(wish for wish in plan.bindings if wish.address in imported),
            "changes": tuple(map(told, plan.changes)),
        }
    )
