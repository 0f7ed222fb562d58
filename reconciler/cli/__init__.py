"""The command line: one file a command, no logic. What they do is in `reconciler.operations`.

Results go to standard output: text, or with `--format json` one JSON document and nothing else. Progress, warnings,
questions and errors go to standard error; a command that fails before it has a result leaves standard output empty.
"""

from __future__ import annotations

import functools
import os
import sys
import traceback
from collections.abc import Callable
from typing import Annotated

import typer
from typer.exceptions import Abort, TyperException

from reconciler.cli.apply import apply
from reconciler.cli.backup import backup
from reconciler.cli.export_annotations import export_annotations
from reconciler.cli.history import history
from reconciler.cli.import_annotations import import_annotations
from reconciler.cli.plan import plan
from reconciler.cli.restore import restore
from reconciler.cli.rollback import rollback
from reconciler.cli.sandbox import sandbox
from reconciler.cli.schema import schema
from reconciler.cli.set import set_
from reconciler.cli.showing import forget
from reconciler.cli.snapshot import list_snapshots, prune_snapshots, show, snapshot, verify
from reconciler.cli.snapshot_create import create
from reconciler.cli.status import status
from reconciler.cli.validate import validate
from reconciler.errors import InterruptedRunError, ReconcilerError
from reconciler.history.tool import tool
from reconciler.report.console import console_for
from reconciler.report.problems_text import render_error

EXIT_CODES = """\
Exit codes: 0 done, or nothing to do; 1 error, nothing written; 2 changes pending (plan --detailed-exitcode);
3 some changes failed; 4 conflict: the server changed since the plan; 5 locked by another run; 6 a safety limit;
130 interrupted, and what was written is recorded."""

app = typer.Typer(
    name="reconciler",
    epilog=" ".join(EXIT_CODES.split()),
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)

_WRITING = (apply, rollback, set_, import_annotations, restore)


def _interruptible(command: Callable[..., None]) -> Callable[..., None]:
    """Ctrl-C outside a run's writes, which handle it themselves."""
    hint = "`reconciler history` tells whether anything was written" if command in _WRITING else None

    @functools.wraps(command)
    def called(*args: object, **kwargs: object) -> None:
        try:
            command(*args, **kwargs)
        except KeyboardInterrupt:
            raise InterruptedRunError("interrupted", hint=hint) from None

    return called


for _command in (
    validate,
    plan,
    apply,
    set_,
    rollback,
    history,
    status,
    schema,
    sandbox,
    export_annotations,
    import_annotations,
    backup,
    restore,
):
    app.command(_command.__name__.rstrip("_").replace("_", "-"))(_interruptible(_command))
for _name, _part in (
    ("list", list_snapshots),
    ("show", show),
    ("verify", verify),
    ("create", create),
    ("prune", prune_snapshots),
):
    snapshot.command(_name)(_interruptible(_part))
app.add_typer(snapshot)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(tool())
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Bring a CVAT server to the state that a manifest describes: plan, apply, prove, roll back."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        # Nothing was done. A pipeline whose command got lost must not take that for success.
        raise ReconcilerError("no command given", hint="the everyday one: reconciler plan MANIFEST")


def main() -> None:
    """Run a command and exit. Every error is one clear message and its exit code; never a traceback."""
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        # A name that the stream's encoding lacks is shown written out; it must not end the program.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run a command with these arguments and return its exit code."""
    try:
        result = typer.main.get_command(app).main(arguments, prog_name="reconciler", standalone_mode=False)
    except TyperException as error:
        message = error.format_message().replace("Value error, ", "")  # pydantic's prefix says nothing to a person
        typer.echo(f"error: {message}\n    see: {_help_for(error)}", err=True)
        return 1  # not the usual 2, which means "changes pending" here
    except ReconcilerError as error:
        render_error(error, console_for(sys.stderr))
        return error.exit_code
    except (KeyboardInterrupt, Abort):
        return InterruptedRunError.exit_code
    except BrokenPipeError:
        forget(sys.stdout)
        forget(sys.stderr)
        return 1
    except Exception as error:
        if os.environ.get("RECONCILER_DEBUG"):
            traceback.print_exc()
        typer.echo(
            f"error: unexpected {type(error).__name__}; this is a bug in cvat-reconciler\n"
            "    `reconciler history` tells whether anything was written. Set RECONCILER_DEBUG=1 to see where it\n"
            "    happened, and report it (look first whether it shows anything secret)",
            err=True,
        )
        return 1
    return result if isinstance(result, int) else 0


def _help_for(error: TyperException) -> str:
    context = getattr(error, "ctx", None)
    return f"{context.command_path if context else 'reconciler'} --help"


def _open_closed_streams() -> None:
    """Give a process that was started with closed streams (`<&-`) some that lead nowhere.

    Without, Python has None for them, and the next file that is opened would be taken for one of them.
    """
    while (nowhere := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(nowhere)
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115 - open until the end
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
