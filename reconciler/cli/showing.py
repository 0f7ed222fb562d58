"""Where commands write: results to standard output, everything else to standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

import typer
from rich.console import Console

from reconciler.apply.running import Outcome
from reconciler.cli.options import Showing
from reconciler.errors import ReconcilerError
from reconciler.history.runs import load_records
from reconciler.history.store import StateStore
from reconciler.manifest.loading import LoadedManifest
from reconciler.plan.model import Plan, SavedPlan
from reconciler.report.console import console_for
from reconciler.report.history_json import run_json
from reconciler.report.layout import show, styled
from reconciler.report.outcome_text import render_outcome
from reconciler.report.plan_json import plan_json
from reconciler.report.plan_text import render_plan
from reconciler.report.problems_text import render_problems


class ResultLostError(ReconcilerError):
    """Standard output takes no more: a full disk, most often."""


def stderr() -> Console:
    """A console on standard error: progress, warnings, questions. When nobody reads it any more it falls silent.

    Rich would end the program (and close standard output, whichever stream it was): in the middle of a run's writes.
    """
    console = console_for(sys.stderr)

    def fall_silent() -> None:
        console.quiet = True
        forget(sys.stderr)

    console.on_broken_pipe = fall_silent  # type: ignore[method-assign]
    return console


@contextmanager
def result() -> Iterator[Console]:
    """A console on standard output. What is written there has arrived when the block ends.

    Raises:
        BrokenPipeError: the reader went away (`| head`).
        ResultLostError: standard output takes no more.
    """
    try:
        yield console_for(sys.stdout)
        sys.stdout.flush()
    except SystemExit:  # what rich makes of a closed pipe
        raise BrokenPipeError from None
    except BrokenPipeError:
        raise
    except OSError as error:
        forget(sys.stdout)
        raise ResultLostError(f"cannot write to standard output: {error.strerror or error}") from error


def say(line: str) -> None:
    """A line about what is going on, on standard error."""
    show(stderr(), [styled(line)])


def forget(stream: TextIO) -> None:
    """Send what is still to be flushed nowhere: Python tries once more when it ends, and would complain."""
    with suppress(OSError, ValueError):  # a stream without a file, or closed
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def show_warnings(loaded: LoadedManifest) -> None:
    """What is doubtful in the manifest."""
    if loaded.warnings:
        render_problems(loaded.warnings, stderr())


def show_plan(planned: Plan | SavedPlan, how: Showing) -> None:
    """A plan, for people or for programs."""
    with result() as console:
        if how.as_json:
            typer.echo(plan_json(planned), nl=False)
        else:
            _render(planned, console, how)


def show_plan_to_decide(planned: Plan | SavedPlan, how: Showing) -> None:
    """A plan before it is applied. Where standard output is kept for the run's JSON, people read it on the other."""
    if how.as_json:
        _render(planned, stderr(), how)
        return
    try:
        show_plan(planned, how)
    except BrokenPipeError:
        forget(sys.stdout)
        raise ResultLostError("standard output was closed before the plan was shown; nothing was written") from None


def show_outcome(outcome: Outcome, store: StateStore, how: Showing) -> None:
    """How a run ended. Not being able to tell changes nothing about how it ended, so it raises nothing."""
    try:
        records = load_records(store, outcome.run.id)
        with result() as console:
            if how.as_json:
                typer.echo(run_json(outcome.run, records), nl=False)
            else:
                render_outcome(outcome.run, outcome.plan, records, console)
    except BrokenPipeError:
        forget(sys.stdout)
    except ReconcilerError as error:
        typer.echo(f"warning: {error}\n    see: reconciler history {outcome.run.id}", err=True)


def _render(planned: Plan | SavedPlan, console: Console, how: Showing) -> None:
    plan = planned.plan if isinstance(planned, SavedPlan) else planned
    render_plan(plan, console, full=how.full, see_all="--full shows all")
