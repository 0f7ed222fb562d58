"""The command line: one file a command, no logic. What they do is in `reconciler.operations`."""

from __future__ import annotations

import functools
import os
import sys
import traceback
from collections.abc import Callable

import typer
from typer.exceptions import Abort, TyperException

from reconciler.cli.apply import apply
from reconciler.cli.history import history
from reconciler.cli.plan import plan
from reconciler.cli.rollback import rollback
from reconciler.cli.sandbox import sandbox
from reconciler.cli.schema import schema
from reconciler.cli.validate import validate
from reconciler.errors import InterruptedRunError, ReconcilerError
from reconciler.history.tool import tool
from reconciler.report.console import console_for
from reconciler.report.problems_text import render_error

app = typer.Typer(
    name="reconciler",
    help="Bring a CVAT server to the state that a manifest describes: plan, apply, prove, roll back.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)


def _interruptible(command: Callable[..., None]) -> Callable[..., None]:
    """Ctrl-C outside a run's writes, which handle it themselves."""

    @functools.wraps(command)
    def called(*args: object, **kwargs: object) -> None:
        try:
            command(*args, **kwargs)
        except KeyboardInterrupt:
            raise InterruptedRunError(
                "interrupted", hint="`reconciler history` tells whether anything was written"
            ) from None

    return called


for _command in (validate, plan, apply, rollback, history, schema, sandbox):
    app.command()(_interruptible(_command))


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(tool())
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Show the version and exit."
    ),
) -> None:
    """Bring a CVAT server to the state that a manifest describes: plan, apply, prove, roll back."""


def main() -> None:
    """Run a command. Every error is one clear message and its exit code; never a traceback."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run a command with these arguments and return its exit code."""
    try:
        result = typer.main.get_command(app).main(arguments, prog_name="reconciler", standalone_mode=False)
    except TyperException as error:
        typer.echo(f"error: {error.format_message()}\n    see: {_help_for(error)}", err=True)
        return 1  # not the usual 2, which means "changes pending" here
    except ReconcilerError as error:
        render_error(error, console_for(sys.stderr))
        return error.exit_code
    except (KeyboardInterrupt, Abort):
        return InterruptedRunError.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        if os.environ.get("RECONCILER_DEBUG"):
            traceback.print_exc()
        typer.echo(
            f"error: unexpected {type(error).__name__}; this is a bug in cvat-reconciler\n"
            "    set RECONCILER_DEBUG=1 to see where, and report it (look first whether it shows anything secret)",
            err=True,
        )
        return 1
    return result if isinstance(result, int) else 0


def _help_for(error: TyperException) -> str:
    context = getattr(error, "ctx", None)
    return f"{context.command_path if context else 'reconciler'} --help"
