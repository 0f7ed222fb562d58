"""`reconciler rollback`: take a run back, but nothing that others did since."""

from __future__ import annotations

from typing import Annotated

import typer

from reconciler import operations
from reconciler.cli.carrying_out import carry_out
from reconciler.cli.options import DEFAULT_STATE, Format, Full, Parallelism, Profile, Rate, Shown, State, Yes
from reconciler.cli.showing import show_plan, stderr
from reconciler.cvat.session import connect
from reconciler.errors import ConflictError
from reconciler.history.store import StateStore
from reconciler.report.progress import reading


def rollback(
    run: Annotated[
        str | None, typer.Argument(metavar="[RUN]", help="A run's id or the beginning of one; default: the last run.")
    ] = None,
    yes: Yes = False,
    force: Annotated[
        bool, typer.Option("--force", help="Restore also what others changed since; each is named.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be taken back.")] = False,
    parallelism: Parallelism = 4,
    shown: Shown = Format.TEXT,
    full: Full = False,
    state: State = DEFAULT_STATE,
    profile: Profile = None,
    rate: Rate = None,
) -> None:
    """Take a run back: every field that still holds what the run wrote. A rollback can itself be rolled back."""
    store = StateStore(state)
    recorded = operations.find_run(store, run)
    with connect(organization=recorded.server.organization, profile=profile, rate=rate) as session:
        with reading(stderr()) as on_page:
            planned = operations.plan_rollback(session, store, recorded.id, force=force, on_page=on_page)
        if dry_run or planned.is_empty or shown is Format.TEXT:
            show_plan(planned, shown, full=full)
        if planned.is_empty or dry_run:
            raise typer.Exit(ConflictError.exit_code if planned.summary.conflicts and not dry_run else 0)
        raise typer.Exit(carry_out(planned, session, store, yes=yes, parallelism=parallelism, shown=shown))
