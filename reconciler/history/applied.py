"""Saved plans that were applied: each once, whoever tries it from wherever."""

from __future__ import annotations

import re
from typing import Literal

from reconciler.errors import PlanFileError, StateError
from reconciler.history.documents import encode, load
from reconciler.history.store import StateStore
from reconciler.plan.model import Frozen

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")


class Claim(Frozen):
    """Which run applied a plan."""

    format: Literal["reconciler.claim/1"] = "reconciler.claim/1"
    plan: str
    run: str


def claim_plan(store: StateStore, plan_id: str, run_id: str) -> None:
    """Say that this run applies this plan; `PlanFileError` if a run has said so before.

    Comes before the run begins: a crash in between costs a new plan, the other way round it could apply one twice.
    """
    if not store.create(_name(plan_id), encode(Claim(plan=plan_id, run=run_id))):
        check_unclaimed(store, plan_id)


def release_plan(store: StateStore, plan_id: str) -> None:
    """Take a claim back: the run could not be recorded, and so nothing was written."""
    store.remove(_name(plan_id))


def check_unclaimed(store: StateStore, plan_id: str) -> None:
    """`PlanFileError` if a run has applied this plan."""
    name = _name(plan_id)
    try:
        claim = load(store, name, Claim, "reconciler.claim/1")
        if claim is None:
            return
        by = f"by run {claim.run}"
    except StateError:
        claim = None
        by = f"(the record {store.path(name)} cannot be read)"
    raise PlanFileError(
        f"This plan was applied already, {by}; a plan applies once",
        hint="Plan again: it shows what is left to do." + (f" See: reconciler history {claim.run}" if claim else ""),
    )


def _name(plan_id: str) -> str:
    if not _ID.fullmatch(plan_id):  # it becomes a file name
        raise PlanFileError(f"The plan's id {plan_id!r} is not one the reconciler makes", hint="Plan again.")
    return f"applied/{plan_id}.json"
