"""What `export-annotations` and `backup` have in common: look, fetch, tell, and the exit code."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import typer

from reconciler.apply.interruption import stopping_on_signals
from reconciler.cli.options import at_once_problems
from reconciler.cli.selecting import Chosen
from reconciler.cli.showing import forget, result, say, stderr
from reconciler.cvat.models import Task
from reconciler.cvat.reading import Reader
from reconciler.cvat.session import Session
from reconciler.errors import ChangesFailedError, InterruptedRunError, PlanError, ProblemsError
from reconciler.history.store import StateStore
from reconciler.report.progress import reading
from reconciler.report.transfer_json import fetched_json, survey_json
from reconciler.report.transfer_progress import fetching
from reconciler.report.transfer_text import render_fetched, render_survey
from reconciler.snapshots.selecting import selected_tasks
from reconciler.transfer.fetching import End, Outcome, fetch
from reconciler.transfer.sources import Source
from reconciler.transfer.surveying import Item, survey


@dataclass(frozen=True)
class FetchingFiles:
    """Where files go, how many at a time, how it is told."""

    out: Path
    parallelism: int
    dry_run: bool
    as_json: bool
    full: bool
    store: StateStore  # only read: it remembers which priorities stand in names

    def carry_out(self, session: Session, chosen: Chosen, source: Source) -> None:
        """Fetch the files of a selection.

        Raises:
            PlanError: all that is wrong, before anything is written.
            ChangesFailedError: some files failed. InterruptedRunError: stopped by a person.
        """
        items = self._items(session, chosen, source)
        if self.dry_run:
            self._show_survey(items, source)
            return
        to_fetch = sum(one.is_to_fetch for one in items)
        with (
            stopping_on_signals(lambda: say("Stopping: what has arrived stays, and is not fetched again.")) as stop,
            fetching(total=to_fetch, console=stderr()) as on_end,
        ):
            outcome = fetch(items, self.out, source, parallelism=self.parallelism, stop=stop, on_end=on_end)
        self._show_outcome(outcome, source)
        self._end(outcome, to_fetch)

    def _items(self, session: Session, chosen: Chosen, source: Source) -> list[Item]:
        """Which files, of which tasks; what is wrong with either, or with the options, is told together."""
        problems = list(at_once_problems(self.parallelism))
        tasks: list[Task] = []
        items: list[Item] = []
        with reading(stderr()) as on_page:
            try:
                reader, selector = Reader(session, on_page), chosen.selector()
                tasks = list(selected_tasks(reader, selector, at=chosen.at, store=self.store, shown=chosen.shown))
            except ProblemsError as error:
                problems += error.problems
        try:
            items = survey(tasks, self.out, source, parallelism=max(1, self.parallelism))
        except ProblemsError as error:
            problems += error.problems
        if problems:
            raise PlanError(problems)
        for text in source.warnings():
            say(f"warning: {text}")
        return items

    def _show_survey(self, items: list[Item], source: Source) -> None:
        with result() as console:
            if self.as_json:
                typer.echo(survey_json(items, self.out, source.purpose), nl=False)
            else:
                render_survey(items, self.out, console, full=self.full)

    def _show_outcome(self, outcome: Outcome, source: Source) -> None:
        try:
            with result() as console:
                if self.as_json:
                    typer.echo(fetched_json(outcome, self.out, source.purpose), nl=False)
                else:
                    render_fetched(outcome, self.out, console, full=self.full)
        except BrokenPipeError:  # whoever read it has seen enough: that changes nothing about how it ended
            forget(sys.stdout)

    def _end(self, outcome: Outcome, to_fetch: int) -> None:
        again = "the same command again fetches only what is not there"
        if outcome.interrupted:
            raise InterruptedRunError("interrupted", hint=again)
        if missing := outcome.count(End.FAILED) + outcome.count(End.LEFT):
            raise ChangesFailedError(f"{missing} of {to_fetch} file(s) were not fetched", hint=again)
        if outcome.unlisted:
            raise ChangesFailedError(outcome.unlisted, hint="make room; the same command again lists what has arrived")
