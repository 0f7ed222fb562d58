"""`reconciler snapshot`: copies of tasks with their data: listed, shown, checked, taken, pruned."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from reconciler.apply.interruption import stopping_on_signals
from reconciler.cli.confirming import can_ask, confirm
from reconciler.cli.options import DEFAULT_STATE, Format, Profile, Rate, Shown, State, Yes
from reconciler.cli.showing import result, say, stderr
from reconciler.cvat.session import connect
from reconciler.errors import InterruptedRunError, ReconcilerError
from reconciler.history.lock import locked
from reconciler.history.operator import operator
from reconciler.history.runs import runs
from reconciler.history.store import StateStore
from reconciler.report.snapshots_json import check_json, pruned_json, snapshot_json, snapshots_json
from reconciler.report.snapshots_text import (
    render_check,
    render_prunable,
    render_snapshot,
    render_snapshots,
)
from reconciler.snapshots.checking import check_copy
from reconciler.snapshots.model import DataSnapshot
from reconciler.snapshots.pruning import Pruned, prunable, prune, sweep_leftovers
from reconciler.snapshots.reading import load_snapshot, survey
from reconciler.snapshots.trying import try_restoring

snapshot = typer.Typer(
    name="snapshot", help="Copies of tasks with their data: list, show, verify, create, prune.", no_args_is_help=True
)

_AGE = re.compile(r"(\d{1,5})(h|d|w)")
_HOURS = {"h": 1, "d": 24, "w": 24 * 7}

Id = Annotated[str, typer.Argument(metavar="SNAPSHOT", help="A snapshot's id, or the beginning of one.")]


def list_snapshots(shown: Shown = Format.TEXT, state: State = DEFAULT_STATE) -> None:
    """List all snapshots, the newest last: those of runs, and those that were created."""
    found, broken = survey(StateStore(state))
    with result() as console:
        if shown is Format.JSON:
            typer.echo(snapshots_json(found), nl=False)
        else:
            render_snapshots(found, console)
    for one in broken:
        typer.echo(f"warning: snapshot {one.id} cannot be read: {one.why}", err=True)


def show(one: Id, shown: Shown = Format.TEXT, state: State = DEFAULT_STATE) -> None:
    """Show what a snapshot holds, copy by copy."""
    found = load_snapshot(StateStore(state), one)
    with result() as console:
        if shown is Format.JSON:
            typer.echo(snapshot_json(found), nl=False)
        else:
            render_snapshot(found, console)


def verify(
    one: Id,
    restore: Annotated[
        bool, typer.Option("--restore", help="Restore each task into a scratch task, compare it, and delete it again.")
    ] = False,
    yes: Yes = False,
    shown: Shown = Format.TEXT,
    state: State = DEFAULT_STATE,
    profile: Profile = None,
    rate: Rate = None,
) -> None:
    """Read every file of a snapshot and tell which copies are damaged. Exit code 1 if any is."""
    store = StateStore(state)
    found = load_snapshot(store, one)
    problems = {copy.folder: check_copy(store, copy) for copy in found.copies}
    interrupted = _restore_all(store, found, problems, yes, profile, rate) if restore else False
    with result() as console:
        if shown is Format.JSON:
            typer.echo(check_json(found, problems, restored=restore), nl=False)
        else:
            render_check(found, problems, console, restored=restore and not interrupted)
    if interrupted:
        raise InterruptedRunError("interrupted; the scratch task is deleted, the other tasks were not tried")
    if any(problems.values()):
        raise ReconcilerError(
            "the snapshot is damaged",
            hint="as long as the task is there, take another one: `reconciler snapshot create`",
        )


def _restore_all(
    store: StateStore,
    found: DataSnapshot,
    problems: dict[str, list[str]],
    yes: bool,
    profile: str | None,
    rate: float | None,
) -> bool:
    """Try every whole backup; tells whether it was interrupted."""
    chosen = [copy for copy in found.copies if copy.backup and not problems[copy.folder]]
    with connect(organization=found.server.organization, profile=profile, rate=rate) as session:
        if session.url != found.server.url:
            what = f"the snapshot is of {found.server.url}, not of {session.url}"
            raise ReconcilerError(what, hint="connect to the server that it was taken from")
        question = f"Make {len(chosen)} scratch task(s) on {session.url}, one after the other, and delete each again?"
        if not _agreed(question, yes=yes):
            raise ReconcilerError("nothing was restored")
        with stopping_on_signals(lambda: say("Stopping: the scratch task is deleted first.")) as stop:
            for copy in chosen:
                if stop.is_set():
                    return True
                say(f"Restoring task {copy.id} ({copy.name})")
                try:
                    problems[copy.folder] += try_restoring(session, store, copy)
                except ReconcilerError as error:
                    problems[copy.folder].append(error.what)
            return stop.is_set()


def prune_snapshots(
    older_than: Annotated[str | None, typer.Option(metavar="AGE", help="Only what is older: 90d, 12w, 36h.")] = None,
    keep: Annotated[int | None, typer.Option(min=0, metavar="N", help="Keep the newest N snapshots.")] = None,
    yes: Yes = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be removed.")] = False,
    shown: Shown = Format.TEXT,
    state: State = DEFAULT_STATE,
) -> None:
    """Remove old copies, but never the newest of any task or project, nor the newest full backup of one."""
    if older_than is None and keep is None:
        raise ReconcilerError("say what may go", hint="by age (--older-than 90d), by count (--keep 20), or both")
    age = _age(older_than) if older_than is not None else None
    store = StateStore(state)
    parts = prunable(survey(store)[0], older_than=age, keep=keep, now=datetime.now(UTC))
    if dry_run or not parts:
        _show_pruned(store, parts, shown, removed=False)
        return
    if shown is Format.TEXT or not yes:
        render_prunable(parts, stderr(), runs=_not_rolled_back(store))
    if not _agreed("Remove these copies for good?", yes=yes):
        typer.echo("Nothing was removed.", err=True)
        raise typer.Exit(1)
    with locked(store, operator(), "pruning snapshots"):
        sweep_leftovers(store)
        # As they are now: a run may have ended while the question was open. Only what was shown goes.
        seen = {copy.folder for part in parts for copy in part.copies}
        now = prunable(survey(store)[0], older_than=age, keep=keep, now=datetime.now(UTC))
        parts = [part for part in now if {copy.folder for copy in part.copies} <= seen]
        prune(store, parts)
    _show_pruned(store, parts, shown, removed=True)


def _show_pruned(store: StateStore, parts: list[Pruned], shown: Format, *, removed: bool) -> None:
    with result() as console:
        if shown is Format.JSON:
            typer.echo(pruned_json(parts, removed=removed), nl=False)
        elif removed:
            count = sum(len(part.copies) for part in parts)
            typer.echo(f"Removed {count} {'copy' if count == 1 else 'copies'}.")
        else:
            render_prunable(parts, console, runs=_not_rolled_back(store))


def _not_rolled_back(store: StateStore) -> set[str]:
    return {run.id for run in runs(store) if run.rolled_back_by is None}


def _agreed(question: str, *, yes: bool) -> bool:
    if not yes and not can_ask():
        raise ReconcilerError("there is no terminal to confirm on; nothing was written", hint="add --yes to agree")
    return confirm(question, yes=yes)


def _age(text: str) -> timedelta:
    match = _AGE.fullmatch(text.strip())
    if match is None:
        raise ReconcilerError(f"{text!r} is no age", hint="write a number and h, d or w: 36h, 90d, 12w")
    return timedelta(hours=int(match[1]) * _HOURS[match[2]])
