"""`reconciler import-annotations`: annotations of many tasks from a folder, a file each."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.carrying_out import CarryingOut
from reconciler.cli.options import (
    DEFAULT_STATE,
    AllowDestructive,
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
    folder_named,
)
from reconciler.cli.selecting import Chosen, selecting
from reconciler.cli.settling import settle
from reconciler.cli.showing import say, show_plan, stderr
from reconciler.cvat.models import Task
from reconciler.cvat.reading import Reader
from reconciler.cvat.session import Session, connect
from reconciler.errors import Problem, ProblemsError
from reconciler.history.store import StateStore
from reconciler.manifest.on_the_fly import place
from reconciler.report.progress import reading
from reconciler.snapshots.selecting import selected_tasks
from reconciler.transfer.importing import Import, plan_import
from reconciler.transfer.sources import NATIVE
from reconciler.wording import counted


class Mode(StrEnum):
    """What becomes of the annotations that are there."""

    APPEND = "append"
    REPLACE = "replace"


@selecting
def import_annotations(
    chosen: Chosen,
    *,
    source: Annotated[
        Path, typer.Option("--from", parser=folder_named, metavar="DIR", help="The folder with the files.")
    ],
    data_format: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help=f'One that the server imports ("COCO 1.0"), or {NATIVE}; left out: what checksums.json says.',
        ),
    ] = None,
    mode: Annotated[
        Mode, typer.Option("--mode", help="append: what is there stays; replace: it goes, after a copy of it.")
    ] = Mode.APPEND,
    again: Annotated[bool, typer.Option("--again", help="Also append what has been imported before.")] = False,
    yes: Yes = False,
    allow_destructive: AllowDestructive = False,
    parallelism: TasksAtOnce = 4,
    dry_run: DryRun = False,
    as_json: Result = False,
    full: Full = False,
    state: State = DEFAULT_STATE,
    profile: Profile = None,
    rate: Rate = None,
) -> None:
    """Import the annotations of many tasks: planned, shown, asked for, recorded, and taken back by `rollback`.

    A file's task is the one whose id (`batch.task-42.zip`, `42.json`) or name (`batch.json`) it has.
    """
    store = StateStore(state)
    showing = Showing(Format.JSON if as_json else Format.TEXT, full)
    carrying = CarryingOut(store, showing, yes, parallelism, allow_destructive)
    with connect(profile=profile, rate=rate) as session:
        problems = list(at_once_problems(parallelism))
        settled = partial(settle, session, store, only_told=dry_run)
        found = _planned(session, store, chosen, source, data_format, mode, problems, settled, again=again)
        if found.without:
            say(f"{counted(len(found.without), 'selected task')} without a file: left as they are")
        if found.left_out:
            say(f"{counted(found.left_out, 'file')} of tasks that are not selected: left out")
        if dry_run or found.plan.is_empty:
            show_plan(found.plan, showing)
            raise typer.Exit(0)
        raise typer.Exit(carrying.carry_out(found.plan, session))


def _planned(
    session: Session,
    store: StateStore,
    chosen: Chosen,
    folder: Path,
    data_format: str | None,
    mode: Mode,
    problems: list[Problem],
    settled: Callable[[], None],
    *,
    again: bool,
) -> Import:
    """The plan. `problems` are those of the options, told with all others."""
    tasks: list[Task] = []
    others: list[Task] = []
    with reading(stderr()) as on_page:
        reader = Reader(session, on_page)
        try:
            if chosen.nothing:  # here that is everything: it is the files that say which tasks are meant
                tasks = reader.tasks()
            else:
                selector = chosen.selector()
                tasks = list(selected_tasks(reader, selector, at=chosen.at, store=store, shown=chosen.shown))
                others = reader.tasks()  # a file of one of them is left out; a file of none is an error
        except ProblemsError as error:
            problems += error.problems
        if again and mode is Mode.REPLACE:
            problems.append(Problem("goes with --mode append only", place("--again"), "--mode replace always replaces"))
        return plan_import(
            session,
            store,
            folder,
            tasks,
            data_format=data_format,
            mode=mode.value,
            again=again,
            others=others,
            problems=problems,
            settled=settled,
            on_page=on_page,
        )
