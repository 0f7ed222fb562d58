"""Telling a story with real commands: each is a process of its own that talks to the sandbox as it would to CVAT."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from reconciler.sandbox.sandbox import Sandbox


@dataclass(frozen=True)
class Scene:
    """What is said, the command, and the exit code it has to end with. `{run3}` in it is the third run's id."""

    told: str
    command: str
    ends: int = 0


def tell(scenes: Sequence[Scene], sandbox: Sandbox, **words: str) -> int:
    """Run the scenes; returns the exit code of the first command that did not end as told."""
    with tempfile.TemporaryDirectory() as folder:
        surroundings = _surroundings(sandbox, Path(folder))
        for number, scene in enumerate(scenes, start=1):
            say(f"{number}. {scene.told}")
            runs = _runs(surroundings) if "{run" in scene.command else {}
            line = scene.command.format(**words, **runs)
            typer.secho(f"$ reconciler {line}", bold=True)
            sys.stdout.flush()
            code = _reconciler(line, surroundings).returncode
            if code != scene.ends:
                typer.secho(f"this ended with exit code {code}, not {scene.ends}", fg="red", err=True)
                return code or 1
    return 0


def say(text: str) -> None:
    """Tell what comes next."""
    typer.secho(f"\n# {text}", fg="cyan")
    sys.stdout.flush()


def _surroundings(sandbox: Sandbox, folder: Path) -> dict[str, str]:
    # Nothing of the developer's own connection or state may get in.
    own = {name: value for name, value in os.environ.items() if not name.startswith(("CVAT_", "RECONCILER_"))}
    return own | {
        "CVAT_HOST": sandbox.url,
        "CVAT_USERNAME": sandbox.username,
        "CVAT_PASSWORD": sandbox.password,
        "RECONCILER_STATE": str(folder / "state"),
    }


def _runs(surroundings: dict[str, str]) -> dict[str, str]:
    listed = _reconciler("history --format json", surroundings, quiet=True).stdout
    return {f"run{number}": run["id"] for number, run in enumerate(json.loads(listed)["runs"], start=1)}


def _reconciler(line: str, surroundings: dict[str, str], *, quiet: bool = False) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "reconciler", *line.split()]
    return subprocess.run(command, env=surroundings, check=False, text=True, capture_output=quiet)  # noqa: S603
