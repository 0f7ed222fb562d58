"""`reconciler plan`: what would be done. Writes nothing but the file named by --out."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from reconciler import operations
from reconciler.cli.loading import loaded_for
from reconciler.cli.options import (
    DEFAULT_STATE,
    Connecting,
    Format,
    Full,
    Profile,
    Rate,
    Showing,
    Shown,
    Sources,
    State,
    Targets,
)
from reconciler.cli.settling import tell_unsettled
from reconciler.cli.showing import show_plan, stderr
from reconciler.errors import ReconcilerError
from reconciler.history.saved_plans import save
from reconciler.history.store import StateStore
from reconciler.history.tool import tool
from reconciler.plan.limits import exceeded
from reconciler.report.progress import reading

CHANGES_PENDING = 2


def plan(
    sources: Sources,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", dir_okay=False, help="Save the plan, to apply exactly that.")
    ] = None,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="Exit with 2 if there are changes, 0 if not.")
    ] = False,
    target: Targets = None,
    shown: Shown = Format.TEXT,
    full: Full = False,
    state: State = DEFAULT_STATE,
    profile: Profile = None,
    rate: Rate = None,
) -> None:
    """Show what it takes to bring the server to the manifest. Writes nothing there."""
    connecting, store = Connecting(profile, rate), StateStore(state)
    loaded = loaded_for(sources, connecting, store)
    if out is not None:
        _check_spares_manifest(out, loaded.sources)
    with operations.connect_for(loaded, profile=profile, rate=rate) as session, reading(stderr()) as on_page:
        tell_unsettled(session, store)
        planned = operations.plan(loaded, session, store, targets=target or (), on_page=on_page)
    saved = save(planned, out, tool=tool(), now=datetime.now(UTC)) if out is not None else None
    show_plan(saved or planned, Showing(shown, full))
    for limit in exceeded(planned):
        typer.echo(f"warning: apply would refuse this: {limit}", err=True)
    if saved is not None:
        typer.echo(
            f"Saved to {out}. Apply exactly this with: reconciler apply --plan {shlex.quote(str(out))}", err=True
        )
    if detailed_exitcode and not planned.is_empty:
        raise typer.Exit(CHANGES_PENDING)


def _check_spares_manifest(out: Path, sources: tuple[str, ...]) -> None:
    if any(source != "-" and out.resolve() == Path(source).resolve() for source in sources):
        raise ReconcilerError(f"--out {out} would overwrite the manifest", hint="name another file, such as plan.json")
