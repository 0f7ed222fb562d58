"""`reconciler restore`: tasks made of backups, many at once."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.carrying_out import CarryingOut
from reconciler.cli.options import (
    DEFAULT_STATE,
    DryRun,
    Format,
    Full,
    Profile,
    Rate,
    Result,
    Showing,
    State,
    TasksAtOnce,
    Yes,
    at_once_problems,
)
from reconciler.cli.settling import settle
from reconciler.cli.showing import say, show_plan
from reconciler.cvat.session import connect
from reconciler.history.store import StateStore
from reconciler.transfer.restoring import Restore, plan_restore
from reconciler.wording import counted


def restore(
    sources: Annotated[list[Path], typer.Argument(metavar="BACKUP", help="Files, or folders of `reconciler backup`.")],
    project: Annotated[
        str | None, typer.Option("--project", metavar="NAME|ID", help="Move the new tasks into this project.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Also what has been restored before, and is still there.")
    ] = False,
    yes: Yes = False,
    parallelism: TasksAtOnce = 4,
    dry_run: DryRun = False,
    as_json: Result = False,
    full: Full = False,
    state: State = DEFAULT_STATE,
    profile: Profile = None,
    rate: Rate = None,
) -> None:
    """Make tasks of backups: planned, shown, asked for, recorded; `rollback` deletes what was made.

    Each file is restored once, however often the command is broken off and repeated.
    """
    store = StateStore(state)
    showing = Showing(Format.JSON if as_json else Format.TEXT, full)
    carrying = CarryingOut(store, showing, yes, parallelism)
    with connect(profile=profile, rate=rate) as session:
        found = plan_restore(
            session,
            store,
            sources,
            project=project,
            again=again,
            problems=list(at_once_problems(parallelism)),
            settled=partial(settle, session, store, only_told=dry_run),
        )
        _tell_what_is_there(found)
        if dry_run or found.plan.is_empty:
            show_plan(found.plan, showing)
            raise typer.Exit(0)
        raise typer.Exit(carrying.carry_out(found.plan, session))


def _tell_what_is_there(found: Restore) -> None:
    if found.there:
        some = [f"{path} as task {task.id}" for path, task in list(found.there.items())[:3]]
        more = ", …" if len(found.there) > len(some) else ""
        say(f"{counted(len(found.there), 'backup')} restored before: {', '.join(some)}{more} (--again: once more)")
