"""`reconciler snapshot create`: copies of a selection, in the words of a rule's `select`."""

from __future__ import annotations

from typing import Annotated

import typer

from reconciler.apply.interruption import stopping_on_signals
from reconciler.cli.options import DEFAULT_STATE, Format, Profile, Rate, Shown, State
from reconciler.cli.selecting import Chosen, selecting
from reconciler.cli.showing import result, say, stderr
from reconciler.cvat.reading import Reader
from reconciler.cvat.session import connect
from reconciler.errors import ChangesFailedError, InterruptedRunError
from reconciler.history.store import StateStore
from reconciler.report.progress import reading
from reconciler.report.snapshots_json import created_json
from reconciler.report.snapshots_text import render_created
from reconciler.snapshots.creating import create_snapshot
from reconciler.snapshots.selecting import selected_tasks


@selecting
def create(
    chosen: Chosen,
    reason: Annotated[str, typer.Option("--reason", help="What it is taken for, to be found by.")] = "",
    shown: Shown = Format.TEXT,
    state: State = DEFAULT_STATE,
    profile: Profile = None,
    rate: Rate = None,
) -> None:
    """Copy tasks with full backups, annotations and all that a backup forgets. All conditions hold together."""
    selector = chosen.selector()
    store = StateStore(state)
    with connect(profile=profile, rate=rate) as session:
        with reading(stderr()) as on_page:
            tasks = selected_tasks(Reader(session, on_page), selector, at=chosen.at, store=store, shown=chosen.shown)
        with stopping_on_signals(lambda: say("Stopping: what is copied already stays.")) as stop:
            created = create_snapshot(session, store, tasks, reason=reason, stop=stop, on_copy=_copying)
    with result() as console:
        if shown is Format.JSON:
            typer.echo(created_json(created), nl=False)
        else:
            render_created(created, console)
    if created.interrupted:
        raise InterruptedRunError("interrupted", hint="the same command again takes a new snapshot of everything")
    if created.failures:
        raise ChangesFailedError(f"{len(created.failures)} of {len(tasks)} task(s) and their projects were not copied")


def _copying(done: int, total: int, what: str) -> None:
    say(f"Copying {what} ({done + 1}/{total})" if what else f"Copied {total}/{total}")
