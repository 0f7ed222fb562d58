"""`reconciler history`: what was done, by whom, and what came of it."""

from __future__ import annotations

from typing import Annotated

import typer

from reconciler.cli.options import DEFAULT_STATE, Format, Shown, State
from reconciler.cli.showing import stdout
from reconciler.history.runs import broken_runs, load_audit, load_plan, load_run, runs
from reconciler.history.store import StateStore
from reconciler.report.history_json import history_json, run_json
from reconciler.report.history_text import render_history, render_run


def history(
    run: Annotated[str | None, typer.Argument(metavar="[RUN]", help="Show one run, write by write.")] = None,
    shown: Shown = Format.TEXT,
    state: State = DEFAULT_STATE,
) -> None:
    """List runs, or show one of them write by write."""
    store = StateStore(state)
    if run is None:
        found = runs(store)
        if shown is Format.JSON:
            typer.echo(history_json(found), nl=False)
        else:
            render_history(found, stdout())
        for broken in broken_runs(store):
            typer.echo(f"warning: run {broken.id} cannot be read: {broken.why}", err=True)
        return
    one = load_run(store, run)
    records = load_audit(store, one.id)
    if shown is Format.JSON:
        typer.echo(run_json(one, records), nl=False)
    else:
        render_run(one, load_plan(store, one.id).plan, records, stdout())
