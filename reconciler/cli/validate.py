"""`reconciler validate`: is the manifest right? Works offline."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from reconciler.cli.options import Sources
from reconciler.cli.showing import result, show_warnings
from reconciler.errors import ManifestError
from reconciler.manifest import LoadedManifest, load
from reconciler.manifest.wording import printable


def validate(
    sources: Sources,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail, too.")] = False,
) -> None:
    """Check a manifest without a server: every error and warning at once, each with its place."""
    loaded = load(sources)
    if strict and loaded.warnings:
        raise ManifestError([replace(warning, severity="error") for warning in loaded.warnings])
    show_warnings(loaded)
    with result():
        typer.echo(f"{', '.join(printable(source) for source in loaded.sources)}: valid ({contents(loaded)})")


def contents(loaded: LoadedManifest) -> str:
    """`1 rule, 2 tasks`."""
    manifest = loaded.manifest
    counts = {"rule": len(manifest.rules), "task": len(manifest.tasks), "project": len(manifest.projects)}
    return ", ".join(f"{n} {word if n == 1 else word + 's'}" for word, n in counts.items() if n) or "nothing in it"
