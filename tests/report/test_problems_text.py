from __future__ import annotations

from collections.abc import Callable

from rich.console import Console

from reconciler.errors import Location, ManifestError, Problem, SessionError
from reconciler.report.problems_text import render_error


def test_problems(console: Console, written: Callable[[], str], golden: Callable[[str, str], None]) -> None:
    problems = [
        Problem("no user bob\x1b[31m on this server"),
        Problem("unknown field `staus`", Location("states/b.yaml", 12, 5), hint="did you mean `status`?"),
        Problem(
            "rule.reopen and task.batch-001 want different values for the subset of task 42: Train and Test",
            Location("states/b.yaml", 3, 1),
            hint="say it in one place,\nor exclude the task from the rule: `not: {id: 42}`",
        ),
        Problem("matches no task", Location("states/a.yaml", 9, 3), severity="warning"),
        Problem("matches no task", Location("states/a.yaml", 9, 3), severity="warning"),
    ]
    render_error(ManifestError(problems), console)
    golden("problems", written())


def test_a_single_error(console: Console, written: Callable[[], str]) -> None:
    render_error(SessionError("cannot reach http://localhost:8080", hint="set CVAT_HOST"), console)
    assert written() == "error: cannot reach http://localhost:8080\n    set CVAT_HOST\n"


def test_a_name_cannot_pose_as_a_message(console: Console, written: Callable[[], str]) -> None:
    render_error(SessionError("no task x\nerror: all is lost"), console)
    assert written() == "error: no task x\n    error: all is lost\n"
