"""Errors and warnings for stderr: where, what, and what to do, in the order of the files."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from reconciler.errors import Problem, ProblemsError, ReconcilerError
from reconciler.report.layout import show, styled, words
from reconciler.wording import counted

_STYLES = {"error": "bold red", "warning": "yellow"}


def render_error(error: ReconcilerError, console: Console) -> None:
    """Write what `error` says; several problems found together are all written."""
    if isinstance(error, ProblemsError):
        render_problems(error.problems, console)
    else:
        render_problems([Problem(error.what, hint=error.hint)], console)


def render_problems(problems: Iterable[Problem], console: Console) -> None:
    """Write `problems` sorted by place, those of no place last; two or more errors are counted below."""
    ordered = sorted(set(problems), key=_place)
    for problem in ordered:
        show(console, _problem(problem, console.width))
    errors = sum(problem.severity == "error" for problem in ordered)
    if errors > 1:
        show(console, [styled(counted(errors, "error"), "bold")])


def _place(problem: Problem) -> tuple[bool, str, int, int, str]:
    where = problem.where
    if where is None:
        return (True, "", 0, 0, problem.what)
    return (False, where.file, where.line, where.column, problem.what)


def _problem(problem: Problem, width: int) -> list[Text]:
    place = styled(f"{problem.where}: ", "bold") if problem.where else Text()
    subject = place + styled(f"{problem.severity}:", _STYLES[problem.severity])
    # Texts of ours may have several lines. A line break inside a foreign name cannot pose as a message: it is indented.
    first, *more = problem.what.split("\n")
    lines = words(subject, first, width=width, hang=4)
    for text in [*more, *(problem.hint or "").split("\n")]:
        if text.strip():
            indent = len(text) - len(text.lstrip(" "))
            lines += words(Text("   " + " " * indent), text.strip(" "), width=width)
    return lines
