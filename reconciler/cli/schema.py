"""`reconciler schema`: the manifest's format, for editors."""

from __future__ import annotations

import json

import typer

from reconciler.cli.showing import result
from reconciler.manifest.schema import schema as manifest_schema


def schema() -> None:
    """Print the manifest's JSON Schema. Editors complete and check with it.

    Save it beside your manifests, and begin each with: # yaml-language-server: $schema=manifest.schema.json
    """
    with result():
        typer.echo(json.dumps(manifest_schema(), indent=2, ensure_ascii=False))
