"""Remembering how names show priorities, before any name is written: so that they are known by it afterwards."""

from __future__ import annotations

from reconciler.history.priorities import UsedFormat, UsedFormats, load_priorities, save_priorities
from reconciler.history.store import StateStore
from reconciler.manifest.on_the_fly import AD_HOC
from reconciler.plan.model import Plan


def keep_priorities(store: StateStore, plan: Plan) -> None:
    """Note the plan's format, with the tasks whose names it shows. The lock has to be held.

    Raises:
        StateError: it cannot be saved.
    """
    before = load_priorities(store)
    if (after := _with(before, plan)) != before:
        save_priorities(store, after)


def has_new_priorities(store: StateStore, plan: Plan) -> bool:
    """Whether there is something to note."""
    before = load_priorities(store)
    return _with(before, plan) != before


def _with(known: UsedFormats, plan: Plan) -> UsedFormats:
    used = plan.priorities
    if used is None or plan.manifest is None:
        return known
    sources = plan.manifest.sources
    is_file = not any(source.startswith(f"{AD_HOC} ") for source in sources)  # a command never says less another time
    fresh = UsedFormat(
        server=plan.server.url,
        organization=plan.server.organization,
        format=used.format,
        manifests=(sources,) if is_file else (),
        tasks=used.tasks,
    )
    return known.with_used(fresh)
