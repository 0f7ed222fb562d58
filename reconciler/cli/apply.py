"""`reconciler apply`: plan, ask, write, verify."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reconciler import operations
from reconciler.cli.carrying_out import carry_out
from reconciler.cli.options import (
    DEFAULT_STATE,
    Format,
    Full,
    OptionalSources,
    Parallelism,
    Profile,
    Rate,
    Shown,
    State,
    Targets,
    Yes,
)
from reconciler.cli.showing import show_plan, show_warnings, stderr
from reconciler.cvat.session import connect
from reconciler.errors import ReconcilerError
from reconciler.history.saved_plans import load_saved
from reconciler.history.store import StateStore
from reconciler.manifest.loading import load
from reconciler.report.progress import reading


def apply(
    sources: OptionalSources = None,
    plan: Annotated[
        Path | None, typer.Option("--plan", metavar="FILE", help="Apply exactly this plan, saved by `plan --out`.")
    ] = None,
    yes: Yes = False,
    target: Targets = None,
    parallelism: Parallelism = 4,
    shown: Shown = Format.TEXT,
    full: Full = False,
    state: State = DEFAULT_STATE,
    profile: Profile = None,
    rate: Rate = None,
) -> None:
    """Bring the server to the manifest, prove that it arrived, and record how to take it back."""
    store = StateStore(state)
    if plan is not None:
        if target:
            raise ReconcilerError("--target and --plan do not go together", hint="a saved plan has its targets already")
        code = _apply_saved(plan, sources or [], store, yes, parallelism, shown, full, profile, rate)
    elif sources:
        code = _apply_manifest(sources, target or [], store, yes, parallelism, shown, full, profile, rate)
    else:
        raise ReconcilerError("nothing to apply", hint="name a manifest, or a saved plan with --plan")
    raise typer.Exit(code)


def _apply_manifest(
    sources: list[str],
    targets: list[str],
    store: StateStore,
    yes: bool,
    parallelism: int,
    shown: Format,
    full: bool,
    profile: str | None,
    rate: float | None,
) -> int:
    loaded = load(sources)
    show_warnings(loaded)
    with operations.connect_for(loaded, profile=profile, rate=rate) as session:
        with reading(stderr()) as on_page:
            planned = operations.plan(loaded, session, store, targets=targets, on_page=on_page)
        if planned.is_empty or shown is Format.TEXT:
            show_plan(planned, shown, full=full)
        if planned.is_empty:
            if operations.record_nothing_to_do(planned, store):
                typer.echo("Recorded: these one-time rules are applied.", err=True)
            return 0
        return carry_out(planned, session, store, yes=yes, parallelism=parallelism, shown=shown)


def _apply_saved(
    file: Path,
    sources: list[str],
    store: StateStore,
    yes: bool,
    parallelism: int,
    shown: Format,
    full: bool,
    profile: str | None,
    rate: float | None,
) -> int:
    saved = load_saved(file)
    operations.check_manifest_unchanged(saved, sources)
    with connect(organization=saved.plan.server.organization, profile=profile, rate=rate) as session:
        operations.check_made_for(saved.plan, session)
        if shown is Format.TEXT:
            show_plan(saved, shown, full=full)
        return carry_out(saved, session, store, yes=yes, parallelism=parallelism, shown=shown)
