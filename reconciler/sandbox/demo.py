"""`make demo`: the main job, end to end, against a sandbox on this machine. Leaves nothing running and no files.

The commands are real: each is a process of its own that talks to the sandbox over HTTP, as it would to a CVAT server.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import typer

from reconciler.sandbox.sandbox import Sandbox

STORY = (
    ("What would change? Nothing is written yet.", "plan {manifest}", 0),
    ("Do it. Plan and snapshot are recorded first, every write is compared and audited, and all is verified.",
     "apply {manifest} --yes", 0),
    ("Once more: the server is as the manifest wants it, so there is nothing to do.",
     "plan {manifest} --detailed-exitcode", 0),
    ("What was done, and by whom?", "history", 0),
    ("It was a mistake. Take it back, but nothing that others did since.", "rollback --yes", 0),
    ("The way is whole: the plan is what it was at first (exit code 2 says that changes are pending).",
     "plan {manifest} --detailed-exitcode", 2),
)  # fmt: skip
"""What is said, the command, and the exit code it has to end with."""


def main(manifest: str) -> int:
    """Run the story with this manifest; returns the exit code of the first command that did not end as told."""
    with Sandbox.start(seed="street", tasks=110) as sandbox, tempfile.TemporaryDirectory() as folder:
        say("A CVAT-compatible sandbox is running, with a project of 110 finished tasks.")
        say("The manifest reopens those of a date range and a name pattern:")
        typer.echo(_without_comments(manifest))
        # Nothing of the developer's own connection or state may get in.
        own = {name: value for name, value in os.environ.items() if not name.startswith(("CVAT_", "RECONCILER_"))}
        surroundings = own | {
            "CVAT_HOST": sandbox.url,
            "CVAT_USERNAME": sandbox.username,
            "CVAT_PASSWORD": sandbox.password,
            "RECONCILER_STATE": str(Path(folder) / "state"),
        }
        for step, (told, command, wanted) in enumerate(STORY, start=1):
            say(f"{step}. {told}")
            line = command.format(manifest=manifest)
            typer.secho(f"$ reconciler {line}", bold=True)
            command_line = [sys.executable, "-m", "reconciler", *line.split()]
            ended = subprocess.run(command_line, env=surroundings, check=False)  # noqa: S603 - our own commands
            if ended.returncode != wanted:
                typer.secho(f"this ended with exit code {ended.returncode}, not {wanted}", fg="red", err=True)
                return ended.returncode or 1
    say("The sandbox is stopped and its files are gone. For your own server: set CVAT_HOST and CVAT_ACCESS_TOKEN.")
    return 0


def say(text: str) -> None:
    """Tell what comes next."""
    typer.secho(f"\n# {text}", fg="cyan")
    sys.stdout.flush()


def _without_comments(manifest: str) -> str:
    lines = Path(manifest).read_text(encoding="utf-8").splitlines()
    return "\n".join(f"    {line}" for line in lines if line.strip() and not line.strip().startswith("#"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
