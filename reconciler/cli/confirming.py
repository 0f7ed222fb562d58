"""Asking before anything is written."""

from __future__ import annotations

import sys

import typer

from reconciler.errors import ReconcilerError


def confirm(question: str, *, yes: bool) -> bool:
    """Whether the person agrees. `--yes` agrees beforehand; without a terminal to ask on, it has to be given.

    Raises:
        ReconcilerError: nobody can be asked.
    """
    if yes:
        return True
    if not sys.stdin.isatty():
        raise ReconcilerError(
            "there is no terminal to confirm on; nothing was written",
            hint="look at the plan first, then add --yes (or save the plan with `plan --out` and apply that)",
        )
    typer.echo(f"\n{question} Only `yes` is taken as a yes: ", nl=False, err=True)
    return sys.stdin.readline().strip() == "yes"
