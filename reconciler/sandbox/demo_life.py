"""`make demo-life`: a project from nothing, changed, pruned, and taken back step by step, its data included."""

from __future__ import annotations

import sys
from pathlib import Path

from reconciler.sandbox.sandbox import Sandbox
from reconciler.sandbox.telling import Scene, say, tell

STORY = (
    Scene("An empty server. The manifest describes a project with labels, a guide and two tasks with pictures.",
          "plan {made}"),
    Scene("Make it: the project, its labels, its guide; the tasks, their pictures, annotations for one of them.",
          "apply {made} --yes"),
    Scene("Once more: nothing to do, the annotations are compared by content.", "plan {made} --detailed-exitcode"),
    Scene("A week later: a label is renamed and keeps its shapes, one is new, so is a task; one is in validation.",
          "apply {changed} --yes"),
    Scene("Then what is not described any more is to go. The plan counts what that would destroy.", "plan {pruned}"),
    Scene("Nobody has allowed that: nothing is written, exit code 6.", "apply {pruned} --yes", ends=6),
    Scene("Allowed. A backup of everything is taken, checked and hashed before it goes.",
          "apply {pruned} --yes --allow-destructive"),
    Scene("The copies:", "snapshot list"),
    Scene("It was a mistake. The task comes back from its backup, the label with its shapes.", "rollback --yes"),
    Scene("All is as it was a week later.", "plan {changed} --detailed-exitcode"),
    Scene("Further back: what the second run made is deleted, after a copy of it.",
          "rollback {run2} --yes --allow-destructive"),
    Scene("And to the beginning: the server is empty again.", "rollback {run1} --yes --allow-destructive"),
    Scene("Forward again.", "apply {made} --yes"),
    Scene("What was done?", "history"),
)  # fmt: skip


def main(folder: str) -> int:
    """Run the story with the manifests of this folder; returns the first exit code that is not as told."""
    manifests = {path.stem.partition("-")[2]: str(path) for path in Path(folder).glob("*.yaml")}
    with Sandbox.start(seed="people") as sandbox:
        say("A CVAT-compatible sandbox is running, with people but no projects.")
        code = tell(STORY, sandbox, **manifests)
    if code == 0:
        say("The sandbox is stopped and its files are gone.")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
