"""`reconciler sandbox`: a CVAT-compatible server in the foreground."""

from __future__ import annotations

import errno
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class ServerVersionName(StrEnum):
    """The server versions that the sandbox can play."""

    OLD = "2.54"
    NEW = "2.80"


def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8080,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    data: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="Folder to keep the data in; what is in it already is used again."),
    ] = None,
    seed: Annotated[
        str, typer.Option(help="What a new server holds: street, people (nothing else), or empty.")
    ] = "street",
    tasks: Annotated[int, typer.Option(min=0, help="How many finished tasks the street seed has.")] = 100,
    fixture: Annotated[
        Path | None,
        typer.Option(help="Folder of list responses of a real server (tasks.json, jobs.json, …) to hold instead."),
    ] = None,
    server_version: Annotated[
        ServerVersionName, typer.Option(help="The CVAT version to play.")
    ] = ServerVersionName.OLD,
) -> None:
    """Run a CVAT-compatible server to try things on.

    It holds an organization "acme" with a hundred finished tasks. Everybody's password is "sandbox".
    Stop it with Ctrl-C.
    """
    try:
        from reconciler.sandbox.sandbox import Sandbox
        from reconciler.sandbox.seeds import UnknownSeed
        from reconciler.sandbox.seeds.fixture import BrokenFixture
        from reconciler.sandbox.server import listen, serve
        from reconciler.sandbox.store import BrokenData
    except ModuleNotFoundError as missing:
        raise _stop(f"The sandbox needs the package {missing.name}: pip install 'cvat-reconciler[sandbox]'") from None
    try:
        taken = listen(host, port)
    except OSError as error:
        raise _stop(_cannot_listen(host, port, error)) from None
    try:
        opened = Sandbox.open(seed=seed, tasks=tasks, fixture=fixture, server_version=server_version.value, data=data)
    except (BrokenFixture, BrokenData, UnknownSeed) as error:
        taken.close()
        raise _stop(str(error)) from None
    url = f"http://{host}:{taken.getsockname()[1]}"
    typer.echo(f"CVAT {server_version.value} sandbox at {url} (Ctrl-C stops it)\n")
    typer.echo(f"export CVAT_HOST={url}")
    typer.echo(f"export CVAT_USERNAME={opened.username} CVAT_PASSWORD={opened.password}")
    try:
        serve(opened.app, taken)
    finally:
        opened.close()
    typer.echo("\nStopped.")


def _cannot_listen(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is in use by another program: choose another one with --port, or 0 for a free one."
    if error.errno == errno.EACCES:
        return f"Port {port} is not yours to listen on: choose one above 1023 with --port."
    return f"Cannot listen on {host}:{port}: {error.strerror or error}"


def _stop(message: str) -> typer.Exit:
    typer.echo(f"error: {message}", err=True)
    return typer.Exit(1)
