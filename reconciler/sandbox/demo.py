"""`make demo`: the main job, end to end, against a sandbox on this machine. Leaves nothing running and no files."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from reconciler.sandbox.sandbox import Sandbox
from reconciler.sandbox.telling import Scene, say, tell

STORY = (
    Scene("What would change? Nothing is written yet.", "plan {manifest}"),
    Scene("Do it. Plan and snapshot are recorded first, every write is compared and audited, and all is verified.",
          "apply {manifest} --yes"),
    Scene("Once more: the server is as the manifest wants it, so there is nothing to do.",
          "plan {manifest} --detailed-exitcode"),
    Scene("What was done, and by whom?", "history"),
    Scene("It was a mistake. Take it back, but nothing that others did since.", "rollback --yes"),
    Scene("The way is whole: the plan is what it was at first (exit code 2 says that changes are pending).",
          "plan {manifest} --detailed-exitcode", ends=2),
)  # fmt: skip


def main(manifest: str) -> int:
    """Run the story with this manifest; returns the exit code of the first command that did not end as told."""
    with Sandbox.start(seed="street", tasks=110) as sandbox:
        say("A CVAT-compatible sandbox is running, with a project of 110 finished tasks.")
        say("The manifest reopens those of a date range and a name pattern:")
        typer.echo(_without_comments(manifest))
        code = tell(STORY, sandbox, manifest=manifest)
    if code == 0:
        say("The sandbox is stopped and its files are gone. For your own server: set CVAT_HOST and CVAT_ACCESS_TOKEN.")
    return code


def _without_comments(manifest: str) -> str:
    lines = Path(manifest).read_text(encoding="utf-8").splitlines()
    return "\n".join(f"    {line}" for line in lines if line.strip() and not line.strip().startswith("#"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
