"""`reconciler status`: where the work stands, project by project, and how far from the manifest."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from enum import StrEnum
from functools import partial
from itertools import count
from typing import Annotated, Final

import typer
from rich.text import Text

from reconciler import operations
from reconciler.around import server_ref
from reconciler.cli.loading import Besides, loaded_for
from reconciler.cli.options import DEFAULT_STATE, Connecting, OptionalSources, Profile, Rate, State
from reconciler.cli.selecting import Chosen
from reconciler.cli.showing import result, stderr
from reconciler.cli.watching import Watch, interruptible
from reconciler.cvat.paging import OnPage
from reconciler.cvat.reading import Reader
from reconciler.cvat.session import Session, connect
from reconciler.errors import ManifestError, Problem
from reconciler.history.store import StateStore
from reconciler.manifest.loading import LoadedManifest
from reconciler.manifest.models import ProjectRef
from reconciler.manifest.on_the_fly import place
from reconciler.manifest.wording import quoted
from reconciler.overview.looking import Looking
from reconciler.overview.model import Overview
from reconciler.report.console import animates, console_for
from reconciler.report.layout import show
from reconciler.report.overview_json import overview_csv, overview_json
from reconciler.report.overview_markdown import overview_markdown
from reconciler.report.overview_text import overview_lines
from reconciler.report.progress import reading

_SPAN: Final = re.compile(r"([0-9]{1,6})(s|m|h|)")
_SECONDS: Final = {"": 1, "s": 1, "m": 60, "h": 3600}


class StatusFormat(StrEnum):
    """How it is shown."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"


def status(
    sources: OptionalSources = None,
    project: Annotated[
        list[str] | None, typer.Option("--project", metavar="NAME|ID", help="Only these projects. Repeatable.")
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Look again and again, until Ctrl-C.")] = False,
    every: Annotated[str, typer.Option("--every", metavar="TIME", help="… so often: 30s, 5m, 1h.")] = "30s",
    shown: Annotated[StatusFormat, typer.Option("--format", help="text, json, csv or markdown.")] = StatusFormat.TEXT,
    state: State = DEFAULT_STATE,
    profile: Profile = None,
    rate: Rate = None,
) -> None:
    """Show where the work stands: tasks, jobs and people of each project, and what a manifest would change."""
    problems: list[Problem] = []
    options = Chosen({"select_project": project})
    chosen, pause = _projects(options, problems), _seconds(every, problems)
    besides, connecting, store = Besides(problems, [options.tree]), Connecting(profile, rate), StateStore(state)
    loaded = loaded_for(sources, connecting, store, besides) if sources else None
    if loaded is None:
        besides.check(connecting, store)
    with _connected(loaded, profile, rate) as session:
        whole = partial(_looking, session, chosen, loaded, store)
        if watch:
            with interruptible():
                _watch(Watch(whole(None).look, every=pause), shown)
            return
        with reading(stderr()) as on_page:
            overview = whole(on_page).look()
    _show(overview, shown)


def _looking(
    session: Session,
    chosen: Sequence[ProjectRef],
    loaded: LoadedManifest | None,
    store: StateStore,
    on_page: OnPage | None,
) -> Looking:
    return Looking(
        Reader(session, on_page),
        server_ref(session),
        chosen=chosen,
        where=partial(place, "--project"),
        plan=partial(operations.plan, loaded, session, store, on_page=on_page) if loaded is not None else None,
    )


def _watch(watch: Watch, shown: StatusFormat) -> None:
    console = console_for(sys.stdout)
    if shown is StatusFormat.TEXT and animates(console):
        watch.in_place(console, lambda overview: overview_lines(overview, width=console.width))
        return
    blocks = count()
    watch.one_after_the_other(lambda overview: _show(overview, shown, block=next(blocks)))


def _show(overview: Overview, shown: StatusFormat, *, block: int | None = None) -> None:
    """One picture; with `block`, one of several: what stands between them, and is said only once, is up to the form."""
    with result() as console:
        match shown:
            case StatusFormat.JSON:
                typer.echo(overview_json(overview, one_line=block is not None), nl=False)
            case StatusFormat.CSV:
                typer.echo(overview_csv(overview, heading=not block), nl=False)
            case StatusFormat.MARKDOWN:
                typer.echo(("\n" if block else "") + overview_markdown(overview), nl=False)
            case StatusFormat.TEXT:
                show(console, [*([Text()] if block else []), *overview_lines(overview, width=console.width)])


def _projects(options: Chosen, problems: list[Problem]) -> Sequence[ProjectRef]:
    """The projects that `--project` means; none: all."""
    try:
        return () if options.nothing else options.selector().project or ()
    except ManifestError as wrong:
        problems += wrong.problems
        return ()


def _seconds(text: str, problems: list[Problem]) -> float:
    match = _SPAN.fullmatch(text.strip())
    if match is None or not int(match[1]):
        hint = "write 30s, 5m or 1h; at least 1s"
        problems.append(Problem(f"{quoted(text)} is no time to wait", place("--every"), hint))
        return 0
    return float(int(match[1]) * _SECONDS[match[2]])


def _connected(loaded: LoadedManifest | None, profile: str | None, rate: float | None) -> Session:
    if loaded is not None:
        return operations.connect_for(loaded, profile=profile, rate=rate)
    return connect(profile=profile, rate=rate)
