"""`reconciler history`: what was done, by whom, and what came of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Final

import typer

from reconciler.cli.options import DEFAULT_STATE, Format, State
from reconciler.cli.showing import result, say
from reconciler.errors import ManifestError, Problem, ReconcilerError, StateError
from reconciler.history.lock import holder
from reconciler.history.model import Run, RunStatus
from reconciler.history.runs import broken_runs, load_plan, load_records, load_run, runs
from reconciler.history.store import StateStore
from reconciler.manifest.on_the_fly import place
from reconciler.manifest.wording import quoted
from reconciler.report.deeds import Wanted, moment, report, run_ids
from reconciler.report.deeds_text import render_deeds
from reconciler.report.history_csv import deeds_csv
from reconciler.report.history_json import history_json, report_json, run_json
from reconciler.report.history_text import render_history, render_run

_NO_NUMBER: Final = re.compile(r"(task|job|project):(?![0-9]{1,18}$).*")
_WHICH: Final[dict[str, Any]] = {"rich_help_panel": "Who did what, over all runs", "show_default": False}


class HistoryFormat(StrEnum):
    """How it is shown; csv is for what was done, field by field."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


def history(
    run: Annotated[
        str | None, typer.Argument(metavar="RUN", help="Show one run, write by write: its id or the beginning of it.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="DATE|AGE", help="Who did what since then: 2026-11-01, 7d, 12h.", **_WHICH),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE|AGE", help="… until then; a day is included.", **_WHICH)
    ] = None,
    user: Annotated[
        list[str] | None,
        typer.Option("--user", metavar="NAME", help="… by a user of the server, or an operator. Repeatable.", **_WHICH),
    ] = None,
    object_: Annotated[
        list[str] | None,
        typer.Option(
            "--object", metavar="OBJECT", help="… to task:42, job:7, project:3, an address or a name.", **_WHICH
        ),
    ] = None,
    run_: Annotated[
        list[str] | None, typer.Option("--run", metavar="RUN", help="… in a run. Repeatable.", **_WHICH)
    ] = None,
    shown: Annotated[HistoryFormat, typer.Option("--format", help="text, json, or csv.")] = HistoryFormat.TEXT,
    state: State = DEFAULT_STATE,
) -> None:
    """List runs, show one of them write by write, or report who did what over all of them."""
    store = StateStore(state)
    narrowed = since is not None or until is not None or bool(user or object_ or run_)
    if run is not None and (narrowed or shown is HistoryFormat.CSV):
        raise ReconcilerError("RUN does not go with what reports on many", hint=f"write it as --run {run}")
    if narrowed or shown is HistoryFormat.CSV:
        wanted = _wanted(since, until, user or [], object_ or [])
        _report(store, replace(wanted, runs=run_ids(store, run_ or ())), shown)
    elif run is None:
        _list_runs(store, Format(shown))
    else:
        _show_run(store, run, Format(shown))


def _wanted(since: str | None, until: str | None, users: Sequence[str], objects: Sequence[str]) -> Wanted:
    """What the options say. Raises ManifestError for all that they do not say right."""
    problems: list[Problem] = []
    start, end = _moment(since, "--since", problems), _moment(until, "--until", problems)
    if start is not None and end is not None and start >= end:
        problems.append(Problem("nothing lies between --since and --until", place("--until"), "swap them"))
    problems += [
        Problem("cannot be empty", place(option), "leave it out, or say which")
        for option, values in (("--user", users), ("--object", objects))
        if not all(value.strip() for value in values)
    ]
    problems += [
        Problem(
            f"{quoted(one)} is no object", place("--object"), "write task:42, job:7, project:3, an address or a name"
        )
        for one in objects
        if _NO_NUMBER.fullmatch(one)
    ]
    if problems:
        raise ManifestError(problems)
    return Wanted(start, end, frozenset(users), tuple(objects))


def _moment(text: str | None, option: str, problems: list[Problem]) -> datetime | None:
    if text is None:
        return None
    try:
        return moment(text, datetime.now(UTC), end=option == "--until")
    except ValueError:
        hint = "write 2026-11-01, 2026-11-01T08:00:00Z, or an age: 12h, 7d, 2w"
        problems.append(Problem(f"{quoted(text)} is no date and no age", place(option), hint))
        return None


def _report(store: StateStore, wanted: Wanted, shown: HistoryFormat) -> None:
    found = report(store, wanted)
    with result() as console:
        if shown is HistoryFormat.JSON:
            typer.echo(report_json(found), nl=False)
        elif shown is HistoryFormat.CSV:
            typer.echo(deeds_csv(found.deeds), nl=False)
        else:
            render_deeds(found.deeds, console)
    for run, why in sorted(found.unread.items()):
        say(f"warning: run {run} cannot be read: {why}")
    if found.unread:
        raise StateError("the report is not whole", hint="what these runs did is missing from it")


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
