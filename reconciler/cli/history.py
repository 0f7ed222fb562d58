"""`reconciler history`: what was done, by whom, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from reconciler.cli.options import DEFAULT_STATE, Format, Shown, State
from reconciler.cli.showing import result
from reconciler.history.lock import holder
from reconciler.history.model import Run, RunStatus
from reconciler.history.runs import broken_runs, load_plan, load_records, load_run, runs
from reconciler.history.store import StateStore
from reconciler.report.history_json import history_json, run_json
from reconciler.report.history_text import render_history, render_run


def history(
    run: Annotated[
        str | None, typer.Argument(metavar="RUN", help="Show one run, write by write: its id or the beginning of it.")
    ] = None,
    shown: Shown = Format.TEXT,
    state: State = DEFAULT_STATE,
) -> None:
    """List runs, or show one of them write by write."""
    store = StateStore(state)
    if run is None:
        _list_runs(store, shown)
    else:
        _show_run(store, run, shown)


def _list_runs(store: StateStore, shown: Format) -> None:
    found = runs(store)
    with result() as console:
        if shown is Format.JSON:
            typer.echo(history_json(found), nl=False)
        else:
            render_history(found, console, killed=_killed(store, found))
    for broken in broken_runs(store):
        typer.echo(f"warning: run {broken.id} cannot be read: {broken.why}", err=True)


def _show_run(store: StateStore, run: str, shown: Format) -> None:
    one = load_run(store, run)
    records = load_records(store, one.id)
    plan = load_plan(store, one.id).plan
    killed = one.id in _killed(store, runs(store)) if one.status is RunStatus.RUNNING else False
    with result() as console:
        if shown is Format.JSON:
            typer.echo(run_json(one, records), nl=False)
        else:
            render_run(one, plan, records, console, killed=killed)


def _killed(store: StateStore, found: Sequence[Run]) -> set[str]:
    """The runs that say they are running and are not: only the newest can be, if it began under the lock now held."""
    running = [run for run in found if run.status is RunStatus.RUNNING]
    if not running:
        return set()
    newest = max(running, key=lambda run: (run.started, run.id))
    held_by = holder(store)
    alive = held_by is not None and newest.started >= held_by.since
    return {run.id for run in running if not (alive and run is newest)}
