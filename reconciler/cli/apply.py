"""`reconciler apply`: plan, ask, write, verify."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reconciler import operations
from reconciler.apply.made_for import check_made_for, check_manifest_unchanged
from reconciler.cli.carrying_out import CarryingOut
from reconciler.cli.loading import loaded_for
from reconciler.cli.options import (
    DEFAULT_STATE,
    AllowDestructive,
    Connecting,
    Format,
    Full,
    OptionalSources,
    Parallelism,
    Profile,
    Rate,
    Showing,
    Shown,
    State,
    Targets,
    Yes,
)
from reconciler.cli.settling import settle_first
from reconciler.cli.showing import show_plan, stderr
from reconciler.cvat.session import connect
from reconciler.errors import ReconcilerError
from reconciler.history.applied import check_unclaimed
from reconciler.history.saved_plans import load_saved
from reconciler.history.store import StateStore
from reconciler.report.progress import reading


def apply(
    sources: OptionalSources = None,
    plan: Annotated[
        Path | None, typer.Option("--plan", metavar="FILE", help="Apply exactly this plan, saved by `plan --out`.")
    ] = None,
    yes: Yes = False,
    target: Targets = None,
    allow_destructive: AllowDestructive = False,
    parallelism: Parallelism = 4,
    shown: Shown = Format.TEXT,
    full: Full = False,
    state: State = DEFAULT_STATE,
    profile: Profile = None,
    rate: Rate = None,
) -> None:
    """Bring the server to the manifest, prove that it arrived, and record how to take it back."""
    connecting = Connecting(profile, rate)
    carrying = CarryingOut(StateStore(state), Showing(shown, full), yes, parallelism, allow_destructive)
    if plan is not None:
        if target:
            raise ReconcilerError("--target and --plan do not go together", hint="a saved plan has its targets already")
        code = _apply_saved(plan, sources or [], connecting, carrying)
    elif sources:
        code = _apply_manifest(sources, target or [], connecting, carrying)
    else:
        raise ReconcilerError("nothing to apply", hint="name a manifest, or a saved plan with --plan")
    raise typer.Exit(code)


def _apply_manifest(sources: list[str], targets: list[str], connecting: Connecting, carrying: CarryingOut) -> int:
    loaded = loaded_for(sources, connecting, carrying.store)
    with operations.connect_for(loaded, profile=connecting.profile, rate=connecting.rate) as session:
        settle_first(session, carrying.store)
        with reading(stderr()) as on_page:
            planned = operations.plan(loaded, session, carrying.store, targets=targets, on_page=on_page)
        if not planned.is_empty:
            return carrying.carry_out(planned, session)
        show_plan(planned, carrying.showing)
        if operations.record_nothing_to_do(planned, session, carrying.store):
            typer.echo("Recorded: these one-time rules are applied.", err=True)
        return 0


def _apply_saved(file: Path, sources: list[str], connecting: Connecting, carrying: CarryingOut) -> int:
    saved = load_saved(file)
    check_manifest_unchanged(saved, sources)
    check_unclaimed(carrying.store, saved.id)
    organization = saved.plan.server.organization
    with connect(organization=organization, profile=connecting.profile, rate=connecting.rate) as session:
        check_made_for(saved.plan, session)
        settle_first(session, carrying.store)
        return carrying.carry_out(saved, session)
