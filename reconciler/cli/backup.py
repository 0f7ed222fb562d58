"""`reconciler backup`: full backups of many tasks, a file each."""

from __future__ import annotations

from reconciler.cli.fetching_files import FetchingFiles
from reconciler.cli.options import DEFAULT_STATE, AtOnce, DryRun, Full, Out, Profile, Rate, Result, State
from reconciler.cli.selecting import Chosen, selecting
from reconciler.cvat.session import connect
from reconciler.history.store import StateStore
from reconciler.transfer.sources import Backups


@selecting
def backup(
    chosen: Chosen,
    *,
    out: Out,
    parallelism: AtOnce = 4,
    dry_run: DryRun = False,
    as_json: Result = False,
    full: Full = False,
    state: State = DEFAULT_STATE,
    profile: Profile = None,
    rate: Rate = None,
) -> None:
    """Fetch full backups of many tasks, a file each, checked. What is there, intact and current stays as it is.

    `snapshot create` keeps also what a backup of CVAT forgets: people, stages, issues, the project.
    """
    with connect(profile=profile, rate=rate, connections=max(1, parallelism)) as session:
        FetchingFiles(out, parallelism, dry_run, as_json, full, StateStore(state)).carry_out(
            session, chosen, Backups(session)
        )
