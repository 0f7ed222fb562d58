"""Arguments and options that several commands share, and what they say together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from reconciler.errors import Problem
from reconciler.manifest.on_the_fly import place

MOST_AT_ONCE: Final = 32


class Format(StrEnum):
    """How a result is shown."""

    TEXT = "text"
    JSON = "json"


Sources = Annotated[list[str], typer.Argument(metavar="MANIFEST", help="Files, folders, or - for standard input.")]
OptionalSources = Annotated[
    list[str] | None, typer.Argument(metavar="MANIFEST", help="Files, folders, or - for standard input.")
]
Targets = Annotated[
    list[str] | None,
    typer.Option(
        "--target", metavar="ADDRESS", help="Only this: project.KEY, task.KEY, rule.NAME, rule.NAME[42]. Repeatable."
    ),
]
State = Annotated[
    Path, typer.Option("--state", metavar="DIR", envvar="RECONCILER_STATE", help="Where runs and snapshots are kept.")
]
DEFAULT_STATE = Path(".reconciler")
# No envvar here: the session reads CVAT_PROFILE itself, and refuses one that contradicts CVAT_HOST.
Profile = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="A profile saved by `cvat-cli profile`; wins over CVAT_HOST and CVAT_PROFILE."),
]
Rate = Annotated[float | None, typer.Option(min=0.01, metavar="N", help="At most N requests a second.")]
Parallelism = Annotated[
    int, typer.Option(min=1, max=MOST_AT_ONCE, metavar="N", help="How many tasks are written at once.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]
AllowDestructive = Annotated[
    bool, typer.Option("--allow-destructive", help="Let it destroy data; a copy of everything is taken first.")
]
Shown = Annotated[Format, typer.Option("--format", help="text for people, json for programs.")]
# Where `--format` is that of the files.
Result = Annotated[bool, typer.Option("--json", help="Show the result as JSON, for programs.")]


def folder_named(text: str) -> Path:
    """A folder by its name; nothing at all is not the one in which somebody happens to be (an unset `$DIR`)."""
    if not text:
        raise typer.BadParameter("cannot be empty; `.` is the folder in which you are")
    return Path(text)


Out = Annotated[
    Path,
    typer.Option(
        "--out", parser=folder_named, metavar="DIR", help="The folder for the files; made if it is not there."
    ),
]
# Here the bounds are looked at with everything else that may be wrong (`at_once_problems`), not before.
AtOnce = Annotated[int, typer.Option("--parallelism", metavar="N", help="How many files at once, 1 to 32.")]
TasksAtOnce = Annotated[
    int, typer.Option("--parallelism", metavar="N", help="How many tasks are written at once, 1 to 32.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would be done; nothing is written.")]
Full = Annotated[bool, typer.Option("--full", help="Show every task, however many there are.")]


@dataclass(frozen=True)
class Connecting:
    """How to reach the server: whose credentials, and how fast it may be asked."""

    profile: str | None
    rate: float | None


@dataclass(frozen=True)
class Showing:
    """How results are shown: for people (in full or folded), or for programs."""

    format: Format
    full: bool = False

    @property
    def as_json(self) -> bool:
        """Whether standard output is to hold one JSON document and nothing else."""
        return self.format is Format.JSON


def at_once_problems(parallelism: int) -> Iterator[Problem]:
    """A `--parallelism` that there cannot be."""
    if not 1 <= parallelism <= MOST_AT_ONCE:
        yield Problem(f"{parallelism} at once is not possible", place("--parallelism"), f"say 1 to {MOST_AT_ONCE}")
