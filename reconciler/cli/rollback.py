"""`reconciler rollback`: take a run back, but nothing that others did since."""

from __future__ import annotations

from typing import Annotated

import typer

from reconciler import operations
from reconciler.cli.carrying_out import CarryingOut
from reconciler.cli.options import (
    DEFAULT_STATE,
    AllowDestructive,
    Format,
    Full,
    Parallelism,
    Profile,
    Rate,
    Showing,
    Shown,
    State,
    Yes,
)
from reconciler.cli.settling import settle
from reconciler.cli.showing import say, show_plan, stderr
from reconciler.cvat.session import connect
from reconciler.errors import ConflictError
from reconciler.history.store import StateStore
from reconciler.report.progress import reading


def rollback(
    run: Annotated[
        str | None,
        typer.Argument(
            metavar="RUN", help="A run's id or the beginning of one; default: the last run, be it a rollback."
        ),
    ] = None,
    yes: Yes = False,
    force: Annotated[
        bool, typer.Option("--force", help="Restore also what others changed since; each is named.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be taken back.")] = False,
    allow_destructive: AllowDestructive = False,
    parallelism: Parallelism = 4,
    shown: Shown = Format.TEXT,
    full: Full = False,
    state: State = DEFAULT_STATE,
    profile: Profile = None,
    rate: Rate = None,
) -> None:
    """Take a run back: every field that still holds what the run wrote. A rollback can itself be rolled back."""
    carrying = CarryingOut(StateStore(state), Showing(shown, full), yes, parallelism, allow_destructive)
    recorded = operations.find_run(carrying.store, run)
    with connect(organization=recorded.server.organization, profile=profile, rate=rate) as session:
        settle(session, carrying.store, only_told=dry_run)
        with reading(stderr()) as on_page:
            planned = operations.plan_rollback(
                session, carrying.store, recorded.id, force=force, on_page=on_page, told=say
            )
        if not dry_run and not planned.is_empty:
            raise typer.Exit(carrying.carry_out(planned, session))
        show_plan(planned, carrying.showing)
        raise typer.Exit(ConflictError.exit_code if planned.summary.conflicts and not dry_run else 0)
