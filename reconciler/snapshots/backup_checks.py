"""Whether a backup that the server has just given holds all that was read of its task."""

from __future__ import annotations

from pathlib import Path

from reconciler.cvat.reading import Reader
from reconciler.snapshots.archives import Backup, open_backup
from reconciler.snapshots.recording import TaskAsItIs


class ChangedMeanwhile(Exception):  # noqa: N818 - never shown: it is tried again
    """Somebody annotated while the backup was made: it is of no one moment."""


def problems_of_backup(path: Path, found: TaskAsItIs, reader: Reader) -> list[str]:
    """What is not in a backup of a task that was there before it was made, and still is; none if it is whole.

    Raises:
        DamagedBackup: it is none. ChangedMeanwhile: no backup could be compared. ServerError, OSError.
    """
    backup = open_backup(path)
    jobs = found.held_by_jobs()
    if found.read_again().digest != found.whole.digest:
        raise ChangedMeanwhile
    return [*_missing(backup, found, reader), *backup.problems_of_jobs(jobs)]


def _missing(backup: Backup, found: TaskAsItIs, reader: Reader) -> list[str]:
    if problems := backup.problems(found.task.size):
        return problems
    for job in found.jobs:
        of_job = reader.job_data_meta(job.id) if job.type == "ground_truth" else None
        if of_job is not None and of_job.included is not None:
            problems += backup.problems_of_ground_truth(of_job.included)
    if problems:
        return problems
    meta = reader.data_meta(found.task.id)
    return backup.problems_of_frames(meta.names if meta else ())
