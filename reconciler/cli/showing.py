"""Where commands write: results to standard output, everything else to standard error."""

from __future__ import annotations

import sys

import typer
from rich.console import Console

from reconciler.apply.running import Outcome
from reconciler.cli.options import Format
from reconciler.history.runs import load_audit
from reconciler.history.store import StateStore
from reconciler.manifest.loading import LoadedManifest
from reconciler.plan.model import Plan, SavedPlan
from reconciler.report.console import console_for
from reconciler.report.history_json import run_json
from reconciler.report.outcome_text import render_outcome
from reconciler.report.plan_json import plan_json
from reconciler.report.plan_text import render_plan
from reconciler.report.problems_text import render_problems


def stdout() -> Console:
    """A console on standard output."""
    return console_for(sys.stdout)


def stderr() -> Console:
    """A console on standard error: progress, warnings, questions."""
    return console_for(sys.stderr)


def show_warnings(loaded: LoadedManifest) -> None:
    """What is doubtful in the manifest."""
    if loaded.warnings:
        render_problems(loaded.warnings, stderr())


def show_plan(plan: Plan | SavedPlan, shown: Format, *, full: bool = False) -> None:
    """A plan, for people or for programs."""
    if shown is Format.JSON:
        typer.echo(plan_json(plan), nl=False)
    else:
        render_plan(plan.plan if isinstance(plan, SavedPlan) else plan, stdout(), full=full, see_all="--full shows all")


def show_outcome(outcome: Outcome, store: StateStore, shown: Format) -> None:
    """How a run ended."""
    records = load_audit(store, outcome.run.id)
    if shown is Format.JSON:
        typer.echo(run_json(outcome.run, records), nl=False)
    else:
        render_outcome(outcome.run, outcome.plan, records, stdout())
