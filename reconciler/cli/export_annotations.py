"""`reconciler export-annotations`: annotations or datasets of many tasks, a file each."""

from __future__ import annotations

from typing import Annotated

import typer

from reconciler.cli.fetching_files import FetchingFiles
from reconciler.cli.options import DEFAULT_STATE, AtOnce, DryRun, Full, Out, Profile, Rate, Result, State
from reconciler.cli.selecting import Chosen, selecting
from reconciler.cvat.session import connect
from reconciler.history.store import StateStore
from reconciler.transfer.sources import NATIVE, Datasets, Native


@selecting
def export_annotations(
    chosen: Chosen,
    *,
    data_format: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help=f'One that the server exports ("COCO 1.0"), or {NATIVE}: CVAT\'s own JSON, labels by name.',
        ),
    ],
    out: Out,
    images: Annotated[bool, typer.Option("--images", help="With the tasks' pictures: whole datasets.")] = False,
    parallelism: AtOnce = 4,
    dry_run: DryRun = False,
    as_json: Result = False,
    full: Full = False,
    state: State = DEFAULT_STATE,
    profile: Profile = None,
    rate: Rate = None,
) -> None:
    """Export the annotations of many tasks, a file each. What is there, intact and current is not fetched again."""
    with connect(profile=profile, rate=rate, connections=max(1, parallelism)) as session:
        source = Native(session, images) if data_format == NATIVE else Datasets(session, data_format, images)
        FetchingFiles(out, parallelism, dry_run, as_json, full, StateStore(state)).carry_out(session, chosen, source)
