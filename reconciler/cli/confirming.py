"""Asking before anything is written."""

from __future__ import annotations

import sys

import typer

from reconciler.errors import InterruptedRunError, ReconcilerError


def can_ask() -> bool:
    """Whether there is somebody at a terminal."""
    return sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty()


def confirm(question: str, *, yes: bool) -> bool:
    """Whether the person agrees. `--yes` agrees beforehand; without a terminal to ask on, it has to be given.

    Raises:
        ReconcilerError: nobody can be asked.
        InterruptedRunError: the answer was Ctrl-C.
    """
    if yes:
        return True
    if not can_ask():
        raise ReconcilerError(
            "there is no terminal to confirm on; nothing was written",
            hint="look at the plan first, then add --yes (or save the plan with `plan --out` and apply that)",
        )
    return _answer(f"{question} Only `yes` is taken as a yes: ") == "yes"


def confirm_destruction(question: str) -> bool:
    """Whether the person agrees that data is destroyed: a word that nobody types by habit.

    Raises:
        InterruptedRunError: the answer was Ctrl-C.
    """
    return _answer(f"{question} Type `destroy` to agree: ") == "destroy"


def _answer(question: str) -> str:
    try:
        typer.echo(f"\n{question}", nl=False, err=True)
        answer = sys.stdin.readline()
    except KeyboardInterrupt:
        typer.echo(err=True)
        raise InterruptedRunError("interrupted; nothing was written") from None
    if not answer.endswith("\n"):
        typer.echo(err=True)  # Ctrl-D leaves the cursor on the question's line
    return answer.strip()
